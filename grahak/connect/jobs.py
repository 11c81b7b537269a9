"""Shells of background work; each is safe to repeat after a kill."""

from __future__ import annotations

from grahak.core.jobs import task


@task(queue_name="imports")
def bring_in(run_id: int) -> None:
    """Bring a file in, or go on with it."""
    from grahak.connect.importing.engine import run_import

    run_import(run_id)


@task(queue_name="imports")
def take_back(run_id: int, by_id: int | None) -> None:
    """Undo an import, or go on with undoing it."""
    from grahak.connect.importing.undo import undo
    from grahak.connect.models import ImportRun
    from grahak.core.models import User

    undo(ImportRun.objects.get(pk=run_id), by=User.objects.filter(pk=by_id).first() if by_id else None)
