"""The warehouse's work on demand: safe to repeat."""

from __future__ import annotations

from typing import Any

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from grahak.core.jobs import task
from grahak.warehouse import copies, lake, rebuild, reconcile


@task(queue_name="default")
def rebuild_warehouse() -> int:
    """Make it anew beside the old one and count it; a rebuild that already runs is left to it."""
    try:
        rows = rebuild.rebuild()
    except lake.Busy:
        return 0
    reconcile.reconcile()
    return rows


@task(queue_name="default")
def count_warehouse() -> bool:
    """Reconcile with the records; whether all agrees. The outcome is kept for the screen."""
    return all(found.agrees for found in reconcile.reconcile())


@task(queue_name="default")
def write_copies() -> int:
    """Write the open copies; returns how many."""
    try:
        return len(copies.write())
    except lake.Busy:
        return 0


def soon(job: Any) -> bool:
    """Enqueue a job unless one of its kind waits or runs; returns whether one was enqueued."""
    alive = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    if DBTaskResult.objects.filter(task_path=job.module_path, status__in=alive).exists():
        return False
    job.enqueue()
    return True


def is_alive(job: Any) -> bool:
    """Whether a job of this kind waits or runs."""
    alive = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return DBTaskResult.objects.filter(task_path=job.module_path, status__in=alive).exists()
