"""One of several worker processes leads: it alone does the periodic work, and another takes over when it
dies. The lease is a row beside the job leases, renewed at every turn."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from grahak.core.models import JobLease

_ROW = uuid.UUID(int=1)
LEASE = dt.timedelta(seconds=30)


def lead(name: str) -> bool:
    """Take or renew the lead for NAME; False while another holds it."""
    now = timezone.now()
    with transaction.atomic():
        lease, new = JobLease.objects.select_for_update().get_or_create(
            task_id=_ROW, defaults={"worker": name, "expires_at": now + LEASE}
        )
        if new:
            return True
        if lease.worker != name and lease.expires_at > now:
            return False
        JobLease.objects.filter(pk=_ROW).update(worker=name, expires_at=now + LEASE)
        return True


def step_down(name: str) -> None:
    """Give the lead up, so that another need not wait for the lease to run out."""
    JobLease.objects.filter(pk=_ROW, worker=name).delete()
