"""Pages at a thousand and a million customers."""
