"""The customer list: its question (filters, sort, columns), its paging, its cells."""
