"""The business of this installation, read once a request (and kept a second elsewhere)."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

from django.utils import timezone

from grahak.core.models import Branch, Business

KEPT = 1.0  # seconds
_kept: tuple[float, Business | None] = (0.0, None)


def current() -> Business | None:
    """The business, or None before the first run. At most one second old."""
    global _kept
    until, found = _kept
    now = time.monotonic()
    if found is None or now > until:
        found = Business.objects.filter(pk=1).first()
        _kept = (now + KEPT, found)
    return found


def required() -> Business:
    """The business; LookupError before the first run."""
    found = current()
    if found is None:
        raise LookupError("no business yet: finish the first run")
    return found


_branches: tuple[float, dict[int, str]] = (0.0, {})


def branch_name(pk: int | None) -> str:
    """The name of a branch, "" for none. At most one second old, as the business."""
    global _branches
    until, names = _branches
    if pk is None:
        return ""
    now = time.monotonic()
    if pk not in names or now > until:
        names = dict(Branch.objects.values_list("pk", "name"))
        _branches = (now + KEPT, names)
    return names.get(pk, "")


def forget() -> None:
    """Read it anew next time (after it was changed in this process, and between tests)."""
    global _kept, _branches
    _kept, _branches = (0.0, None), (0.0, {})


def is_demo() -> bool:
    """Whether this is the demo: its phones are made up, and somebody may have them, so none is ever dialled."""
    found = current()
    return found is not None and found.is_demo


def zone() -> ZoneInfo:
    """The business's time zone; UTC before the first run."""
    found = current()
    return ZoneInfo(found.time_zone if found else "UTC")


_day: tuple[ZoneInfo, dt.datetime, dt.datetime, dt.date] | None = None


def today() -> dt.date:
    """Today by the shop's clock. Asked for in every row of a list: the day is worked out once and kept until
    its last moment."""
    global _day
    now, here = timezone.now(), zone()
    kept = _day
    if kept is not None and kept[0] is here and kept[1] <= now < kept[2]:
        return kept[3]
    day = now.astimezone(here).date()
    _day = (here, day_start(day), day_start(day + dt.timedelta(days=1)), day)
    return day


def day_of(moment: dt.datetime) -> dt.date:
    """The business day of a moment."""
    return moment.astimezone(zone()).date()


def day_start(day: dt.date) -> dt.datetime:
    """The first moment of a business day, aware."""
    return dt.datetime.combine(day, dt.time.min, zone())


def fiscal_year_start(day: dt.date) -> dt.date:
    """The first day of the fiscal year that holds DAY."""
    found = current()
    month = found.fiscal_month if found else 4
    return dt.date(day.year if day.month >= month else day.year - 1, month, 1)
