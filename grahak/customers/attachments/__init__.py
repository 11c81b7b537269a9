"""Files that belong to a customer: what is taken, how it is kept, what becomes of it."""
