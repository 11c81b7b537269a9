"""The background work of changing a field."""

from __future__ import annotations

from grahak.core.jobs import task


@task(queue_name="default")
def carry_values(change: int) -> int:
    """Carry the values of a field over; safe to repeat."""
    from grahak.customers.changing.carry import carry

    return carry(change)
