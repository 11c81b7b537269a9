"""Leads: captured, given to somebody, talked to, won or lost; and the life of a customer that begins with them."""
