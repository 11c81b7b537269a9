"""Insight's work in the background: safe to repeat."""

from __future__ import annotations

import datetime as dt
from typing import Any

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
    return _soon(rescore_customers, SETTLE)


@task(queue_name="default")
def study_customers() -> dict[str, int]:
    """Where customers stand and what could be sold to them: the history of classes where there is none, stages and
    lapse risk of all, the life of customers that follows from them, opportunities."""
    from grahak.insight import lifecycle
    from grahak.insight.funnel import following
    from grahak.insight.opportunities import keeping
    from grahak.insight.rfm import history

    found = {"moves": history.fill_back(), "staged": lifecycle.restage()}
    return {**found, **following.look(), **keeping.look()}


def study_soon() -> bool:
    """Enqueue that, unless one waits already: after the scores, and when the warehouse has had time to follow."""
    return _soon(study_customers, 2 * SETTLE)


def _soon(job: Any, after: dt.timedelta) -> bool:
    waiting = DBTaskResult.objects.filter(task_path=job.module_path, status=TaskResultStatus.READY)
    if waiting.exists():
        return False
    job.using(run_after=timezone.now() + after).enqueue()
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
