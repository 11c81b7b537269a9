"""Grahak: one customer, one timeline."""

__version__ = "0.1.0"
