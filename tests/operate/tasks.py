"""Jobs for the tests of the worker."""

from __future__ import annotations

import sys
import time

from grahak.core import audit
from grahak.core.jobs import task


@task(queue_name="default")
def note_down(number: int) -> None:
    audit.record("test.ran", by=None, label=str(number))


@task(queue_name="default")
def hang(number: int) -> None:
    """Says that it began, and never ends the first time; the second time it does its work."""
    from grahak.core.models import Setting

    _row, first = Setting.objects.get_or_create(name="test.began", defaults={"value": number})
    if first:
        sys.stdout.write("job began\n")
        sys.stdout.flush()
        time.sleep(3600)
    audit.record("test.ran", by=None, label=str(number))
