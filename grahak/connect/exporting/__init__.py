"""Everything a business owns, written to one ZIP in open formats."""
