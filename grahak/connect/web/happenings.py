"""What has just happened: events, orders and rejected messages as they came in, newest first, as plain rows that
can be shown to many people. Who may see which of them is asked of the row, not of the database again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.customers.models import Event, Rejected
from grahak.sales.models import Order

MOST = 200  # rows of a kind that are read at once; of more, the newest
KINDS = ("page", "action", "who", "order", "rejected")
_ACTS = {"page": "page", "screen": "page", "track": "action"}
_NAMES = (
    "name",
    "title",
    "product",
    "query",
    "order_id",
    "path",
)  # of an event's properties, the most telling first


class Place(NamedTuple):
    """How far somebody has seen: the last event, order and rejected message. Written "12-3-0" in a stream."""

    event: int = 0
    order: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return f"{self.event}-{self.order}-{self.rejected}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that TEXT names; None where it is no such text."""
        parts = text.split("-")
        fine = len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
        return cls(*map(int, parts)) if fine else None


@dataclass(frozen=True)
class Happening:
    """One row. KIND is one of KINDS; NAME what was done, SUBJECT to what; BRANCH and OWNER are of the customer
    (of the order, where it is one), for asking who may see it."""

    kind: str
    row: int
    at: dt.datetime
    source: int | None
    source_name: str
    name: str = ""
    subject: str = ""
    value: Decimal | None = None
    robot: bool = False
    visitor: int | None = None
    customer: int | None = None
    customer_name: str = ""
    branch: int | None = None
    owner: int | None = None
    order_branch: int | None = None
    order_by: int | None = None


def newest_place() -> Place:
    """The place of the newest rows, by one question that touches only the ends of three indexes."""
    names = (connection.ops.quote_name(table._meta.db_table) for table in (Event, Order, Rejected))
    ends = ", ".join(f"(SELECT MAX(id) FROM {name})" for name in names)  # noqa: S608 - our own tables
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ends}")
        return Place(*(found or 0 for found in cursor.fetchone()))


def since(
    place: Place, upto: Place, *, kinds: Iterable[str] = KINDS, source: int | None = None
) -> list[Happening]:
    """The rows after PLACE up to UPTO, oldest first; of more than MOST of a table, the newest."""
    found: list[Happening] = []
    wanted = set(kinds)
    if upto.event > place.event and wanted & {"page", "action", "who"}:
        found += _events(place.event, upto.event, wanted, source)
    if upto.order > place.order and "order" in wanted and source is None:
        found += _orders(place.order, upto.order)
    if upto.rejected > place.rejected and "rejected" in wanted:
        found += _rejected(place.rejected, upto.rejected, source)
    return sorted(found, key=lambda one: (one.at, one.kind, one.row))


def latest(upto: Place, *, kinds: Iterable[str] = KINDS, source: int | None = None) -> list[Happening]:
    """The newest rows up to UPTO. A SOURCE or kind that is seldom is looked for in the last 20,000 events only,
    so that no page reads through years."""
    return since(Place(max(0, upto.event - 20_000), 0, 0), upto, kinds=kinds, source=source)


def _events(after: int, upto: int, kinds: set[str], source: int | None) -> list[Happening]:
    rows = Event.objects.filter(pk__gt=after, pk__lte=upto)
    if source is not None:
        rows = rows.filter(source=source)
    if not {"page", "action", "who"} <= kinds:
        types = [kind for kind in ("page", "screen", "track") if _ACTS[kind] in kinds]
        types += ["identify", "group", "alias"] if "who" in kinds else []
        rows = rows.filter(type__in=types)
    fields = (
        "pk", "received_at", "source_id", "source__name", "type", "name", "subject", "value", "bot", "properties",
        "visitor_id", "visitor__customer_id", "visitor__customer__name", "visitor__customer__branch_id",
        "visitor__customer__owner_id",
    )  # fmt: skip
    return [_of_event(row) for row in rows.order_by("-pk").values_list(*fields)[:MOST]]


def _of_event(row: tuple[Any, ...]) -> Happening:
    pk, at, source, source_name, type_, name, subject, value, bot, properties, visitor, *customer = row
    kind = _ACTS.get(type_, "who")
    about = {"page": subject or told(properties), "action": told(properties) or subject}.get(kind, "")
    return Happening(
        kind, pk, at, source, source_name,
        name=name if kind == "action" else type_, subject=about,
        value=value, robot=bot, visitor=visitor,
        customer=customer[0], customer_name=customer[1] or "", branch=customer[2], owner=customer[3],
    )  # fmt: skip


def told(properties: Any) -> str:
    """What an event was about, in the sender's own words: a title, a name; "" if nothing of that was sent."""
    if not isinstance(properties, dict):
        return ""
    found = next(
        (value for name in _NAMES if isinstance(value := properties.get(name), str | int) and value), ""
    )
    return str(found)[:120]


def _orders(after: int, upto: int) -> list[Happening]:
    fields = (
        "pk", "created_at", "source", "number", "total", "branch_id", "taken_by_id", "customer_id",
        "customer__name", "customer__branch_id", "customer__owner_id",
    )  # fmt: skip
    rows = Order.objects.filter(pk__gt=after, pk__lte=upto).order_by("-pk").values_list(*fields)[:MOST]
    return [
        Happening(
            "order", pk, at, None, source, name="order", subject=number, value=total, order_branch=branch,
            order_by=by, customer=customer, customer_name=name or "", branch=of_branch, owner=owner,
        )
        for pk, at, source, number, total, branch, by, customer, name, of_branch, owner in rows
    ]  # fmt: skip


def _rejected(after: int, upto: int, source: int | None) -> list[Happening]:
    rows = Rejected.objects.filter(pk__gt=after, pk__lte=upto)
    if source is not None:
        rows = rows.filter(source=source)
    fields = ("pk", "at", "source_id", "source__name", "door", "reason", "detail")
    return [
        Happening("rejected", pk, at, source_id, name or door, name=reason, subject=detail)
        for pk, at, source_id, name, door, reason, detail in rows.order_by("-pk").values_list(*fields)[:MOST]
    ]


class Eyes:
    """What one person may see of the rows: by the same scopes as `visible_to`, asked of the row itself."""

    def __init__(self, user: User) -> None:
        self.user = user.pk
        self.branch = user.branch_id
        self.events = scope_of(user, "events.view")
        self.customers = scope_of(user, "customers.view")
        self.orders = scope_of(user, "orders.view")
        self.rejects = scope_of(user, "rejects.view") is not None  # may look into what could not be read

    def sees(self, row: Happening) -> bool:
        """Whether the row is there for them at all."""
        if row.kind == "order":
            return self._reaches(self.orders, row.order_branch, row.order_by)
        known = row.customer is not None
        return self.events == "all" or (self.events is not None and (not known or self.knows(row)))

    def knows(self, row: Happening) -> bool:
        """Whether they may be told who it was."""
        return row.customer is not None and self._reaches(self.customers, row.branch, row.owner)

    def _reaches(self, scope: str | None, branch: int | None, owner: int | None) -> bool:
        if scope == "branch":
            return branch is None or branch == self.branch
        return scope == "all" or (scope == "own" and owner == self.user)
