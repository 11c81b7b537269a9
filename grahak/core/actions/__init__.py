"""Verbs of the ground floor: start and change the shop, invite and change colleagues, make keys."""
