"""Finding customers by what is typed: names in any script, phones, addresses, numbers of cards and old
books."""
