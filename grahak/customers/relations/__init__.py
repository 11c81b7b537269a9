"""How customers belong together, and who sent whom."""
