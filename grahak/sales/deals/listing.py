"""Deals as a list: what is asked for, in which order, kept from one visit to the next."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grahak.core import business
from grahak.core.csv_guard import guard
from grahak.core.latest import with_text
from grahak.core.models import User
from grahak.customers.search.find import find
from grahak.sales.deals.board import Whose, is_number
from grahak.sales.models import NO_DAY, Deal, StageKind

STATES = {
    "open": pgettext_lazy("deals", "Open"),
    "won": pgettext_lazy("deals", "Won"),
    "lost": pgettext_lazy("deals", "Lost"),
}
SORTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "day": (gettext_lazy("Soonest day first"), ("closes_on", "id")),
    "-day": (gettext_lazy("Latest day first"), ("-closes_on", "-id")),
    "-amount": (gettext_lazy("Largest first"), ("-amount", "-id")),
    "-added": (gettext_lazy("Newest first"), ("-created_at", "-id")),
    "-moved": (gettext_lazy("Lately moved first"), ("-stage_since", "-id")),
}
FIRST_SORT = {"open": "day", "won": "-day", "lost": "-day"}
MOST_COUNTED = 999
LATEST = 2_000  # deals whose titles are looked through
NAMED = 200  # customers of a typed name whose deals are looked for


@dataclass(frozen=True)
class Question:
    """What the list is asked for: STATE, PIPELINE, STAGE and REASON by number ("" for all), WHOSE, typed TEXT in the
    deal's title (of the latest 2,000) or the customer's name, days from FIRST to LAST on which it counts, what is
    LATE, the SORT."""

    state: str = "open"
    pipeline: str = ""
    stage: str = ""
    reason: str = ""
    text: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    late: bool = False
    sort: str = "day"
    whose: Whose = field(default_factory=Whose)

    @classmethod
    def read(cls, given: QueryDict) -> Question:
        state = given.get("state", "open")
        state = state if state in STATES else "open"
        sort = given.get("sort", "")
        numbers = {name: given.get(name, "") for name in ("pipeline", "stage", "reason")}
        return cls(
            state=state,
            text=" ".join(given.get("q", "").split())[:100],
            first=_day(given.get("from", "")),
            last=_day(given.get("to", "")),
            late=given.get("late") == "1",
            sort=sort if sort in SORTS else FIRST_SORT[state],
            whose=Whose.read(given),
            **{name: value if is_number(value) else "" for name, value in numbers.items()},
        )

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS[self.sort][1]

    def rows(self, user: User) -> QuerySet[Deal]:
        """The deals it asks for, of those this person may see."""
        rows: QuerySet[Deal] = self.whose.of(Deal.objects.filter(state=self.state), user)
        for name in ("pipeline", "stage"):
            if value := getattr(self, name):
                rows = rows.filter(**{f"{name}_id": int(value)})
        if self.reason:
            rows = rows.filter(lost_reason_id=int(self.reason))
        if self.late:
            rows = rows.filter(state=StageKind.OPEN, closes_on__lt=business.today())
        if self.first:
            rows = rows.filter(closes_on__gte=self.first)
        if self.last:
            rows = rows.filter(closes_on__lte=self.last)
        if self.text:
            rows = rows.filter(
                Q(pk__in=titled(rows, self.text))
                | Q(customer_id__in=[hit.pk for hit in find(user, self.text, NAMED)])
            )
        return rows

    def address(self) -> str:
        """The query string that asks the same."""
        parts: dict[str, Any] = {"state": self.state, "sort": self.sort, **self.whose.values()}
        for name in ("pipeline", "stage", "reason"):
            parts[name] = getattr(self, name)
        parts |= {
            "q": self.text,
            "from": self.first or "",
            "to": self.last or "",
            "late": "1" if self.late else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def with_state(self, state: str) -> Question:
        """The same of another state, in that state's own order."""
        return replace(self, state=state, sort=FIRST_SORT[state], stage="", reason="", late=False)


def titled(rows: QuerySet[Deal], text: str) -> list[int]:
    """The deals with TEXT in their title, of the LATEST that were moved last: however many deals there are, no more
    titles are read."""
    return with_text(rows.order_by("-stage_since", "-pk"), "title", text, LATEST)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def counted(rows: QuerySet[Deal]) -> tuple[int, bool]:
    """(how many, whether there are more than are counted): at most 999 are, so that a long list costs no more."""
    many = len(rows.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return min(many, MOST_COUNTED), many > MOST_COUNTED


def file_rows(rows: QuerySet[Deal]) -> Iterator[list[str]]:
    """A head and a line a deal, as a spreadsheet takes them."""
    yield [
        str(one)
        for one in (
            _("Number"), _("Deal"), _("Customer"), _("Pipeline"), _("Stage"), _("Amount"), _("Probability"),
            _("Expected on"), _("In charge"), _("Team"), _("Branch"), _("Came from"), _("Added on"), _("Closed on"),
            _("Lost because"), _("Note"),
        )
    ]  # fmt: skip
    joined = rows.select_related("customer", "pipeline", "stage", "owner", "team", "branch", "lost_reason")
    for deal in joined.iterator(2_000):
        yield [guard(cell) for cell in _cells(deal)]


def _cells(deal: Deal) -> list[str]:
    def name(row: Any) -> str:
        return str(row.name) if row is not None else ""

    return [
        str(deal.pk), deal.title, deal.customer.name, deal.pipeline.name, deal.stage.name, f"{deal.amount:.2f}",
        str(deal.stage.probability), deal.expected_on.isoformat() if deal.expected_on else "", name(deal.owner),
        name(deal.team), name(deal.branch), deal.source, business.day_of(deal.created_at).isoformat(),
        deal.closes_on.isoformat() if deal.closed_at and deal.closes_on != NO_DAY else "", name(deal.lost_reason),
        deal.note,
    ]  # fmt: skip


class Echo:
    """A file that gives back what is written to it, for the CSV writer of a stream."""

    def write(self, value: str) -> str:
        return value


def csv_lines(rows: QuerySet[Deal]) -> Iterator[str]:
    """The file, line by line, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    for row in file_rows(rows):
        yield writer.writerow(row)
