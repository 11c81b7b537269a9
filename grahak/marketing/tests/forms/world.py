"""What strangers do to a form, and what the worker then does."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.test import Client
from django.utils import timezone

from grahak.core import jobs
from grahak.marketing.forms_public import stamps
from grahak.marketing.models import Form, Submission

BROWSER = "Mozilla/5.0 (Android 14; Mobile) Firefox/133.0"
GOOD = {"name": "Zainab Bibi", "phone": "98250 12345", "email": "zainab@home.example", "yes-email": "1"}


def run_jobs() -> int:
    """What a worker would do, in the transaction of the test: a worker itself begins by letting old connections go."""
    ran = 0
    while (job := jobs.claim(["default"], "test")) is not None:
        jobs.run(job, "test")
        ran += 1
    return ran


def old_stamp(form: Form, seconds: float = 30) -> str:
    """The mark of a page that was opened so long ago."""
    at = int((timezone.now() - dt.timedelta(seconds=seconds)).timestamp() * 1000)
    return stamps._signer("form").sign(f"{form.pk}-{at}-{secrets.token_hex(8)}")


def send(client: Client, form: Form, mode: str = "", lang: str = "en", **said: Any):
    said = {"stamp": old_stamp(form), **said}
    return client.post(f"/f/{form.token}{mode}?lang={lang}", said)


def confirm(client: Client, row: Submission):
    return client.post(f"/f/yes/{stamps.confirm_token(row.pk)}")
