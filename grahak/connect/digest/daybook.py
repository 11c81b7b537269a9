"""Brings the day books in step with visits that changed and visitors who turned out to be customers."""

from __future__ import annotations

from grahak.customers.actions.visits import tell_visits


def tell(visits: set[int], joined: set[int]) -> None:
    """VISITS went on; JOINED visitors belong to another customer than before, with all their past."""
    tell_visits(visits, joined)
