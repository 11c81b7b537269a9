"""Changes to very many customers, done in the background; safe to repeat."""

from __future__ import annotations

from grahak.core.jobs import task


@task(queue_name="default")
def change_many(change: int) -> int:
    """Bring a change of many customers to its end, piece by piece. Returns how many changed."""
    from grahak.customers.mass_changes import run

    return run(change)


@task(queue_name="default")
def undo_many(change: int, by: int) -> int:
    """Take such a change back. Returns how many have their former value again."""
    from grahak.customers.mass_changes import run_undo

    return run_undo(change, by)


@task(queue_name="default")
def overwrite_traces() -> bool:
    """Every night: rewrite the database's file where an erasure left that to do. True where it was."""
    from grahak.customers.shredding import shred_at_night

    return shred_at_night()


@task(queue_name="backfill")
def look_for_duplicates() -> int:
    """Look through all customers for pairs that may be the same; goes on where a killed run stood. Returns how many
    are open."""
    from grahak.customers.duplicates import run

    return run.whole()


@task(queue_name="backfill")
def look_at_changed() -> int:
    """Look for duplicates of customers that were added or changed since this was last done, after gathering what
    reached a merged one late. Everybody is looked through where that was never done, or too many changed."""
    from grahak.customers.duplicates import changed
    from grahak.customers.merging import gather_strays

    gather_strays()
    return changed.look()


def look_soon(*, whole: bool = False) -> bool:
    """Enqueue one of these unless it waits or runs already; returns whether it was enqueued."""
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    job = look_for_duplicates if whole else look_at_changed
    there = DBTaskResult.objects.filter(
        task_path=job.module_path, status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING)
    )
    if there.exists():
        return False
    job.enqueue()
    return True
