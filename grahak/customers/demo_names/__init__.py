"""Invented buyers for the demo shop, named as people and shops of India and Pakistan are, in four scripts."""

from grahak.customers.demo_names.buyers import DemoBuyer, buyer, people

__all__ = ["DemoBuyer", "buyer", "people"]
