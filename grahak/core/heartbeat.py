"""Signs of life of the worker processes, for the health page, the doctor and the screens that wait for a
job."""

from __future__ import annotations

import datetime as dt
import os
import socket

from django.utils import timezone

from grahak.core.models import Setting

LATE = dt.timedelta(seconds=60)
_PREFIX = "worker."


def place() -> str:
    """This process, as other machines know it: host:pid, the beginning of every lease it holds."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(parts: list[str]) -> None:
    """Say that this worker process lives and which loops it runs."""
    value = {"at": timezone.now().isoformat(), "parts": sorted(parts)}
    Setting.objects.update_or_create(name=f"{_PREFIX}{place()}"[:80], defaults={"value": value})


def silence() -> None:
    """This worker process stops; forget its signs of life, and those of processes dead for a day."""
    Setting.objects.filter(name=f"{_PREFIX}{place()}"[:80]).delete()
    Setting.objects.filter(
        name__startswith=_PREFIX, updated_at__lt=timezone.now() - dt.timedelta(days=1)
    ).delete()


def age() -> dt.timedelta | None:
    """How long ago any worker last gave a sign of life; None where none ever did (or it stopped properly)."""
    last = Setting.objects.filter(name__startswith=_PREFIX).order_by("-updated_at").first()
    return None if last is None else max(timezone.now() - last.updated_at, dt.timedelta(0))


def is_alive() -> bool:
    """Whether some worker gave a sign of life within a minute."""
    found = age()
    return found is not None and found < LATE
