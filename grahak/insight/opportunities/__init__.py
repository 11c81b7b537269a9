"""Chances to sell, found in the sales data every night and worked through by people."""
