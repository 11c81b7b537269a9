"""Days that rules wait for: due to order again, a task that is late, a day of the shop's own fields and its
anniversary, the day one became a customer. Counted in the shop's days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core import business
from grahak.customers.models import Customer, CustomField, CustomKind, CustomValue, Task
from grahak.sales.models import CustomerFigures

MOST_DAYS = 365


def _own() -> list[tuple[str, str]]:
    fields = CustomField.objects.filter(kind=CustomKind.DATE, archived_at=None)
    return list(fields.order_by("position", "pk").values_list("code", "name"))


def choices() -> list[tuple[str, Any]]:
    """The days there are, with the shop's own; each own one also as it comes back every year."""
    found: list[tuple[str, Any]] = [
        ("reorder", _("due to order again")),
        ("task", _("a task is due")),
        ("since", _("customer since, every year")),
    ]
    for code, name in _own():
        found += [(f"own-{code}", name), (f"year-{code}", _("%(name)s, every year") % {"name": name})]
    return found


def says(settings: dict[str, Any]) -> str:
    """As a sentence's part: "3 days before: due to order again"."""
    name = str(dict(choices()).get(settings.get("date", ""), settings.get("date", "")))
    days = int(settings.get("days") or 0)
    if days == 0:
        return _("on the day: %(name)s") % {"name": name}
    if settings.get("side") == "before":
        return ngettext("%(n)s day before: %(name)s", "%(n)s days before: %(name)s", days) % {
            "n": days,
            "name": name,
        }
    return ngettext("%(n)s day after: %(name)s", "%(n)s days after: %(name)s", days) % {
        "n": days,
        "name": name,
    }


def _yearly(day: dt.date, field: str) -> Q:
    """Rows whose day comes back on DAY. The 29th of February comes on the 28th in other years."""
    found = Q(**{f"{field}__month": day.month, f"{field}__day": day.day})
    if (day.month, day.day) == (2, 28) and not _leap(day.year):
        found |= Q(**{f"{field}__month": 2, f"{field}__day": 29})
    return found & Q(**{f"{field}__lt": day})


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def customers_on(settings: dict[str, Any], today: dt.date) -> list[int]:
    """Whose day it is on TODAY: the day itself is so many days ahead, or ago."""
    days = max(0, min(int(settings.get("days") or 0), MOST_DAYS))
    day = today + dt.timedelta(days=days if settings.get("side") == "before" else -days)
    code = str(settings.get("date", ""))
    rows: Any
    match code.partition("-")[0]:
        case "reorder":
            rows = CustomerFigures.objects.filter(due_on=day, customer__archived_at=None)
        case "task":
            rows = Task.objects.filter(due_on=day, customer__archived_at=None, customer__isnull=False)
            rows = rows.filter(Q(done_at=None) | Q(done_at__gte=business.day_start(today)))
        case "since":
            return sorted(
                Customer.objects.active().filter(_yearly(day, "since")).values_list("pk", flat=True)
            )
        case "own":
            rows = CustomValue.objects.filter(field__code=code[4:], day=day, customer__archived_at=None)
        case "year":
            rows = CustomValue.objects.filter(
                _yearly(day, "day"), field__code=code[5:], customer__archived_at=None
            )
        case _:
            return []
    return sorted(set(rows.values_list("customer_id", flat=True)))


def past(
    settings: dict[str, Any], since: dt.datetime, until: dt.datetime
) -> Iterator[tuple[int, dt.datetime, Any]]:
    """Whose day it would have been on each day between two moments, by the days as they are kept now."""
    day, last = business.day_of(since), business.day_of(until)
    while day <= last:
        for customer in customers_on(settings, day):
            yield customer, business.day_start(day), {"day": day.isoformat()}
        day += dt.timedelta(days=1)
