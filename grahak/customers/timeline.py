"""Reads a customer's day book: one indexed query for a page of lines, keyset for older ones, sums by
month."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Final

from django.apps import apps
from django.db.models import Count, F, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.access import scope_of
from grahak.core.templatetags.ui import day
from grahak.customers.field_rights import SUBJECT, hidden
from grahak.customers.models import Activity, Customer

LINES: Final = 40
GROUPS: Final = (
    ("orders", _("Orders")),
    ("money", _("Money")),
    ("messages", _("Messages")),
    ("notes", _("Notes")),
    ("tasks", _("Tasks")),
    ("web", _("Web")),
)

# A room above gives the khata after each line: (customer, lines) → {line's number: balance}. None: no column.
balances: Callable[[Customer, list[Activity]], dict[int, Decimal]] | None = None
# Rooms above give the address of the row a line tells about: subject → (line) → address, "" for none.
links: dict[str, Callable[[Activity], str]] = {}
# What a person needs to see a group's lines: group → (action, field of the customer that must not be hidden).
needed: dict[str, tuple[str, str]] = {"notes": ("customers.view", "notes")}
# Where a line's words are more than title and text: kind → (line) → sentence.
tellers: dict[str, Callable[[Activity], str]] = {}


@cache
def _told() -> tuple[dict[str, Any], dict[str, str]]:
    """The sentences and icons of every room's events.py."""
    sentences: dict[str, Any] = {}
    icons: dict[str, str] = {}
    for app in apps.get_app_configs():
        if app.name.startswith("grahak."):
            try:
                events = import_module(f"{app.name}.events")
            except ModuleNotFoundError:
                continue
            sentences |= getattr(events, "SENTENCES", {})
            icons |= getattr(events, "ICONS", {})
    return sentences, icons


@dataclass
class Line:
    """One line of the day book, ready to be shown."""

    row: Activity
    balance: Decimal | None = None

    @property
    def sentence(self) -> Any:
        said, kind = _told()[0], self.row.kind
        return said.get(f"{kind}:{self.row.channel}") or said.get(kind, kind)

    @property
    def icon(self) -> str:
        icons, kind = _told()[1], self.row.kind
        return icons.get(f"{kind}:{self.row.channel}") or icons.get(kind, "history")

    @property
    def url(self) -> str:
        find = links.get(self.row.subject)
        return find(self.row) if find else ""

    @property
    def when(self) -> str:
        """ "Today", or the day."""
        on = business.day_of(self.row.at)
        return gettext("Today") if on == business.today() else day(on)

    @property
    def more(self) -> str:
        """What stands under the line: the words of the room that told it, or its text."""
        teller = tellers.get(self.row.kind)
        return teller(self.row) if teller else ""

    @property
    def is_money(self) -> bool:
        return self.row.amount is not None

    @property
    def is_in(self) -> bool:
        return self.row.amount is not None and self.row.amount < 0


@dataclass
class Month:
    """The lines of a business month. SUMS are given only where the whole month stands on the page."""

    first: dt.date
    lines: list[Line] = field(default_factory=list)
    is_whole: bool = False

    @property
    def bought(self) -> Decimal:
        return sum(
            (line.row.amount or Decimal(0) for line in self.lines if line.row.group == "orders"), Decimal(0)
        )

    @property
    def paid(self) -> Decimal:
        return -sum(
            (line.row.amount or Decimal(0) for line in self.lines if line.row.group == "money"), Decimal(0)
        )


@dataclass
class Daybook:
    """A page of a customer's timeline."""

    months: list[Month]
    group: str
    older: str  # the place to go on from, "" at the beginning of time
    has_balance: bool
    is_newest: bool
    is_lost: bool = False

    @property
    def lines(self) -> list[Line]:
        return [line for month in self.months for line in month.lines]


def closed_to(user: Any) -> frozenset[str]:
    """The groups whose lines this person may not see."""
    hidden_fields = hidden(user, SUBJECT)
    return frozenset(
        group
        for group, (action, name) in needed.items()
        if name in hidden_fields or scope_of(user, action) is None
    )


def _lines_of(customer: Customer, group: str, closed: frozenset[str]) -> QuerySet[Activity]:
    names = {"by_name": F("by__name"), "with_name": F("contact__name"), "with_main": F("contact__is_primary")}
    rows = customer.activities.order_by("-at", "-id").annotate(**names)
    rows = rows.exclude(group__in=closed) if closed else rows
    return rows.filter(group=group) if group else rows


def write_place(row: Activity) -> str:
    raw = json.dumps([row.at.isoformat(), row.pk])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_place(text: str) -> tuple[dt.datetime, int] | None:
    """The place an address carries, None if it is forged or cut."""
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(text[:200] + "=" * (-len(text) % 4)))
        moment = parse_datetime(at)
        if moment is None or moment.tzinfo is None or isinstance(pk, bool) or not 0 <= int(pk) < 2**63:
            return None
        return moment, int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def read(
    customer: Customer, group: str = "", after: str = "", closed: frozenset[str] = frozenset()
) -> Daybook:
    """A page of the day book: of one GROUP or of everything but the CLOSED ones, from the newest or from a place
    on."""
    from grahak.customers.listing.walk import Beyond

    rows: Any = _lines_of(customer, group if group in dict(GROUPS) else "", closed)
    place = read_place(after) if after else None
    if place:
        rows = rows.filter(_older(Beyond, place))
    found = list(rows[: LINES + 1])
    shown = found[:LINES]
    has_balance = balances is not None and "money" not in closed
    known = balances(customer, shown) if balances and has_balance and shown else {}
    months = _by_month([Line(row, known.get(row.pk)) for row in shown], place is not None, len(found) > LINES)
    return Daybook(
        months=months,
        group=group if group in dict(GROUPS) else "",
        older=write_place(shown[-1]) if len(found) > LINES else "",
        has_balance=has_balance,
        is_newest=place is None,
        is_lost=bool(after) and place is None,
    )


def _older(beyond: Any, place: tuple[dt.datetime, int]) -> Any:
    from django.db.models import BigIntegerField, DateTimeField, Value

    moment = Value(place[0], output_field=DateTimeField())
    return beyond(F("at"), F("id"), moment, Value(place[1], output_field=BigIntegerField()), sign="<")


def _by_month(lines: Iterable[Line], cut_above: bool, cut_below: bool) -> list[Month]:
    months: list[Month] = []
    for line in lines:
        first = business.day_of(line.row.at).replace(day=1)
        if not months or months[-1].first != first:
            months.append(Month(first, is_whole=True))
        months[-1].lines.append(line)
    if months and cut_above:
        months[0].is_whole = False
    if months and cut_below:
        months[-1].is_whole = False
    return months


def counts(
    customer: Customer, book: Daybook | None = None, closed: frozenset[str] = frozenset()
) -> dict[str, int]:
    """How many lines there are in each group that is not CLOSED, and in all of them (""). BOOK spares the question
    where all its lines stand on one page."""
    if book is not None and not book.group and book.is_newest and not book.older:
        told = Counter(line.row.group for line in book.lines)
        return {"": len(book.lines), **told}
    rows = customer.activities.order_by().exclude(group__in=closed)
    found = dict(rows.values_list("group").annotate(n=Count("pk")))
    return {"": sum(found.values())} | found
