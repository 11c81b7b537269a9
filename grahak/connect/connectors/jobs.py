"""Shells of the connectors' background work; each is safe to repeat after a kill."""

from __future__ import annotations

from grahak.core.jobs import task


@task(queue_name="backfill")
def back_fill(backfill_id: int) -> None:
    """Read what a shop holds, or go on with it."""
    from grahak.connect.connectors.backfill import run

    run(backfill_id)


@task(queue_name="default")
def fetch_refunds(connector_id: int, order_id: str) -> None:
    """Ask a shop for the lines of an order's refunds."""
    from grahak.connect.connectors.actions import fetch_refunds as fetch

    fetch(connector_id, order_id)
