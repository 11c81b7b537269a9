"""Benchmarks that the product carries with it: `grahak bench NAME`. A module here is a bench: it has
`cases(quick: bool) -> Iterator[dict]`; see frame.py for what a case is.
"""
