"""Insight's work in the background: safe to repeat."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from grahak.core.jobs import task
from grahak.insight import rfm

SETTLE = dt.timedelta(seconds=20)


@task(queue_name="default")
def rescore_customers() -> int:
    """Score all customers anew."""
    return rfm.rescore()


def rescore_soon() -> bool:
    """Enqueue a rescoring a little later, unless one waits already: a file that comes in by pieces is
    scored once. Returns whether one was enqueued."""
    waiting = DBTaskResult.objects.filter(
        task_path=rescore_customers.module_path, status=TaskResultStatus.READY
    )
    if waiting.exists():
        return False
    rescore_customers.using(run_after=timezone.now() + SETTLE).enqueue()
    return True


@task(queue_name="default")
def recount_segments() -> int:
    """Count all segments anew."""
    from grahak.insight.segments import refresh

    return refresh.refresh()


def recount_soon() -> bool:
    """Enqueue a recount of all segments a little later, unless one waits already."""
    waiting = DBTaskResult.objects.filter(
        task_path=recount_segments.module_path, status=TaskResultStatus.READY
    )
    if waiting.exists():
        return False
    recount_segments.using(run_after=timezone.now() + SETTLE).enqueue()
    return True
