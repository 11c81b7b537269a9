"""Outgoing webhooks: what happens here is told to the addresses a shop chose, signed, at least once."""
