"""Background work of exports; safe to repeat after a kill."""

from __future__ import annotations

from grahak.core.jobs import task


@task(queue_name="imports")
def write(run_id: int) -> None:
    """Write an export, or begin it anew."""
    from grahak.connect.exporting import actions

    actions.write(run_id)
