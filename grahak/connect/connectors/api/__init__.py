"""Asks shops over their own interfaces: guarded against private addresses, slow and huge answers, and rate limits."""
