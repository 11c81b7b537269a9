"""Background work that survives a kill: django-tasks with a lease beside each running job.

A worker renews the lease of the job it runs; a job whose lease ran out is put back and taken up by another.
Every job is therefore safe to repeat. One loop a queue, so that a quick job never waits behind an import.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import uuid
from collections.abc import Sequence

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from grahak.core.models import JobLease

logger = logging.getLogger("grahak.jobs")
LEASE = dt.timedelta(seconds=30)
RENEW_EVERY = 8.0
MOST_ATTEMPTS = 5

__all__ = ["claim", "run", "sweep", "task", "work"]


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


def sweep() -> int:
    """Put jobs back whose worker stopped renewing its lease; after five attempts a job fails for good.
    Returns how many were put back."""
    now = timezone.now()
    back = 0
    with transaction.atomic():
        running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
        leases = {lease.task_id: lease for lease in JobLease.objects.select_for_update().all()}
        for job in running:
            lease = leases.get(job.pk)
            if lease and lease.expires_at > now:
                continue
            if lease is None and job.started_at and now - job.started_at < LEASE:
                continue
            if lease and lease.attempts >= MOST_ATTEMPTS:
                job.set_failed(RuntimeError(f"the worker died {lease.attempts} times in this job"))
                continue
            waiting = DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.RUNNING)
            if not waiting.update(status=TaskResultStatus.READY):
                continue  # it ended while we looked
            logger.warning("job put back", extra={"job": str(job.pk), "task": job.task_path})
            back += 1
    return back


def claim(queues: Sequence[str], worker: str) -> DBTaskResult | None:
    """Take the next waiting job of these queues with a lease, or None. Looking takes no lock, so that idle
    workers never keep a writer waiting on SQLite."""
    waiting = DBTaskResult.objects.ready().filter(queue_name__in=queues)
    if not waiting.exists():
        return None
    with transaction.atomic():
        job = waiting.get_locked()
        if job is None:
            return None
        job.claim(worker)
        lease, new = JobLease.objects.get_or_create(
            task_id=job.pk, defaults={"worker": worker, "expires_at": timezone.now() + LEASE}
        )
        if not new:
            lease.worker, lease.expires_at = worker, timezone.now() + LEASE
            lease.attempts += 1
            lease.save()
        return job


def run(job: DBTaskResult, worker: str) -> None:
    """Run a claimed job to its end, renewing its lease from a second thread."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(RENEW_EVERY):
            try:
                mine = JobLease.objects.filter(task_id=job.pk, worker=worker)
                mine.update(expires_at=timezone.now() + LEASE)
            except DatabaseError:  # a long writer, or the database away: try again in time
                logger.warning("lease not renewed", extra={"job": str(job.pk)})
        connection.close()

    heart = threading.Thread(target=renew, name="lease", daemon=True)
    heart.start()
    try:
        result = job.task_result
        value = job.task.call(*result.args, **result.kwargs)
    except Exception as error:
        logger.exception("job failed", extra={"job": str(job.pk), "task": job.task_path})
        if _holds(job, worker):
            job.set_failed(error)
    else:
        if _holds(job, worker):
            job.set_successful(value)
    finally:
        done.set()
        heart.join()
        JobLease.objects.filter(task_id=job.pk, worker=worker).delete()


def _holds(job: DBTaskResult, worker: str) -> bool:
    """Whether the job is still this worker's: one that slept past its lease must not speak for the next."""
    return JobLease.objects.filter(task_id=job.pk, worker=worker).exists()


def work(
    queues: Sequence[str], stop: threading.Event, *, idle_seconds: float = 0.5, until_empty: bool = False
) -> int:
    """Run jobs of these queues until STOP is set (or, with until_empty, until none waits). Returns how many
    ran."""
    worker, ran = worker_name(), 0
    while not stop.is_set():
        close_old_connections()
        job = claim(queues, worker)
        if job is not None:
            run(job, worker)
            ran += 1
        elif until_empty:
            break
        else:
            stop.wait(idle_seconds)
    return ran
