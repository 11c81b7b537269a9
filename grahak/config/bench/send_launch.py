"""Launching: a campaign to everybody, frozen in the ledger with consent, addresses, bars, the cap, twins, households
and the lot looked at for each, beside a bare INSERT … SELECT of as many rows into the same table, same indexes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grahak.channels import ledger
from grahak.channels.models import Dispatch, Message, SendingRules
from grahak.config.bench import send
from grahak.core import bulk
from grahak.core.lean import lean
from grahak.core.models import User
from grahak.marketing import launch, rendering
from grahak.marketing.models import AudiencePart, Campaign, CampaignText, HeldOut

BARE = """
INSERT INTO channels_message (dispatch_id, channel, customer_id, contact_id, language, state, reason, detail, variant,
    zone, not_before, address, message_id, claimed_by, provider_id, tries)
SELECT %s, 'email', c.id, t.id, c.language, 'waiting', '', '', '', '', %s, '', '', '', '', 0
FROM customers_customer c JOIN customers_contact t ON t.customer_id = c.id AND t.is_primary ORDER BY c.id
"""


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    size = 20_000 if quick else 1_000_000
    with send._filled(size) as url:
        found = _child(url, size)
    yield {
        "case": "launch",
        "size": size,
        "value": found["launch"],
        "unit": "s",
        "reference": "one bare INSERT … SELECT of as many rows into the ledger's table",
        "reference_value": found["bare"],
        "target": {"ratio": ("<=", 3.0)},
    }
    yield {"case": "launch, longest write", "size": size, "value": found["longest"] * 1000, "unit": "ms"}


def _child(url: str, size: int) -> dict[str, float]:
    """The measurement in a process of its own."""
    code = f"import django; django.setup(); from grahak.config.bench import send_launch; send_launch.measure({size})"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**send._environment(), "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"bench send: launch failed: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(size: int) -> None:
    """The child's work; prints its figures as JSON. Bare before and after: a busy machine then slows both alike."""
    lean(connection)
    SendingRules.objects.update_or_create(pk=1, defaults={"holdout_percent": 10})
    bare = [_bare(size)]
    began = time.perf_counter()
    dispatch, longest = _launched(size)
    took = time.perf_counter() - began
    _forget()
    bare.append(_bare(size))
    figures = {"launch": took, "bare": statistics.mean(bare), "longest": longest}
    if dispatch.state != "sending":
        raise RuntimeError(f"launched to {dispatch.state}")
    print(json.dumps(figures))  # noqa: T201


def _bare(size: int) -> float:
    dispatch = Dispatch.objects.create(renderer="bench", subject_id=0)
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, [dispatch.pk, bulk.stored(timezone.now())])
    took = time.perf_counter() - began
    if Message.objects.filter(dispatch=dispatch).count() != size:
        raise RuntimeError("the bare statement wrote something else")
    _forget()
    return took


def _launched(size: int) -> tuple[Dispatch, float]:
    """A launch of a campaign to the whole list, and the longest of its writing transactions in seconds."""
    campaign = Campaign.objects.create(name="Bench", holdout_percent=10, one_per_account=True)
    AudiencePart.objects.create(campaign=campaign, query="?")
    CampaignText.objects.create(campaign=campaign, language="en", subject="New", body=send.SHORT)
    dispatch = Dispatch.objects.create(
        renderer=rendering.NAME, subject_id=campaign.pk, title=campaign.name, by=User.objects.get()
    )
    campaign.dispatch = dispatch
    campaign.save()
    with _watched() as lasted:
        audience = ledger.freeze(dispatch, launch.freeze)
    held = HeldOut.objects.filter(campaign=campaign).count()
    if audience + held != size or not 0.09 < held / size < 0.11:
        raise RuntimeError(f"{audience} written to and {held} held out, of {size}")
    return dispatch, max(lasted)


@contextmanager
def _watched() -> Iterator[list[float]]:
    """How long each statement that writes into the records lasts, in seconds (the plan is a table of one's own)."""
    lasted: list[float] = []

    def watch(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return run(sql, params, many, context)
        finally:
            if not many and sql.lstrip().startswith(('INSERT INTO "channels', "INSERT INTO marketing")):
                lasted.append(time.perf_counter() - began)

    with connection.execute_wrapper(watch):
        yield lasted


def _forget() -> None:
    with connection.cursor() as cursor:
        for table in ("channels_message", "marketing_heldout"):
            cursor.execute(f"DELETE FROM {table}")
    Campaign.objects.all().delete()
    Dispatch.objects.all().delete()
