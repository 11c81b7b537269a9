"""What keeps the warehouse from being up to date, remembered so that screens can say it in plain words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Setting

NAME = "warehouse.trouble"
WORDS: dict[str, Any] = {
    "locked": _(
        "The warehouse's catalogue is held by another programme. It is tried again and again by itself."
    ),
    "disk_full": _("The disk is full. Make room; the warehouse then goes on by itself and nothing is lost."),
    "disk": _("The disk can't be written or read. Look at its room and health; it is tried again by itself."),
    "unreadable": _("Files of the warehouse are missing or broken. Make it anew: nothing is lost by that."),
    "denied": _("Grahak may not write to the warehouse's folder. Give its user the right to."),
    "other": _("Something unexpected went wrong; the details are below. It is tried again by itself."),
}
_SIGNS = (
    ("disk_full", ("no space left", "file too large", "disk is full", "disk quota", "database or disk is full")),
    ("disk", ("disk i/o error", "input/output error")),
    ("locked", ("database is locked", "busy", "could not set lock", "locked")),
    ("denied", ("permission denied", "read-only", "readonly")),
    ("unreadable", ("no such file", "could not open", "not a parquet", "magic bytes", "malformed", "corrupt",
                    "not a database", "cannot open file", "does not exist")),
)  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """A fault: its CODE (a key of WORDS), what the engine said, since when, and how often it came again."""

    code: str
    detail: str
    since: dt.datetime
    times: int

    @property
    def words(self) -> Any:
        return WORDS[self.code]


def code_of(fault: BaseException) -> str:
    """Which of WORDS a fault is."""
    told = f"{type(fault).__name__} {fault}".lower()
    return next((code for code, signs in _SIGNS if any(sign in told for sign in signs)), "other")


def note(fault: BaseException) -> None:
    """Remember a fault; a second one keeps the moment of the first."""
    known = now()
    value = {
        "code": code_of(fault),
        "detail": f"{type(fault).__name__}: {fault}"[:500],
        "since": (known.since if known else timezone.now()).isoformat(),
        "times": known.times + 1 if known else 1,
    }
    Setting.objects.update_or_create(name=NAME, defaults={"value": value})


def over() -> None:
    """All is well again."""
    Setting.objects.filter(name=NAME).delete()


def now() -> Trouble | None:
    """The fault that stands, or None."""
    found = Setting.objects.filter(name=NAME).first()
    if found is None:
        return None
    value = found.value
    return Trouble(value["code"], value["detail"], dt.datetime.fromisoformat(value["since"]), value["times"])
