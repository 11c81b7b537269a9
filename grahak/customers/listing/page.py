"""One page of the customer list: its rows, what stands before and after, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from django.core.cache import cache
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.core.money import figure
from grahak.core.registry import Column
from grahak.customers.listing.question import Question, encoded
from grahak.customers.listing.sorting import Place, write_place
from grahak.customers.listing.walk import FEW, Found, is_many, sorted_few, walk
from grahak.customers.models import Customer

SMALL_SHOP: Final = 20_000
COUNTED_FOR: Final = 60  # seconds


@dataclass
class Page:
    """What one page of a list shows. TOTAL is None where there are more than FEW and nobody counted."""

    question: Question
    customers: QuerySet[Customer]
    rows: list[Customer]
    places: list[Place]
    total: int | None
    is_few: bool
    has_previous: bool
    has_next: bool
    first: int | None  # how many stand before the first row
    numbers: list[int] = field(default_factory=list)

    @property
    def count_words(self) -> str:
        """ "8,412", or "1,000+" where nobody counted further."""
        return figure(FEW) + "+" if self.total is None else figure(self.total)

    @property
    def total_words(self) -> str:
        if self.total is None:
            return _("more than %(n)s customers") % {"n": figure(FEW)}
        return ngettext("%(n)s customer", "%(n)s customers", self.total) % {"n": figure(self.total)}

    @property
    def range_words(self) -> str:
        """ "51-100 of 1,000+"."""
        if not self.rows:
            return ""
        if self.first is None:
            return _("the last %(n)s") % {"n": figure(len(self.rows))}
        values = {
            "a": figure(self.first + 1),
            "b": figure(self.first + len(self.rows)),
            "n": self.count_words,
        }
        return _("%(a)s–%(b)s of %(n)s") % values

    def _at(self, name: str, place: Place, before: int | None) -> str:
        code = write_place(replace(place, before=before), self.question.order)
        return encoded([*self.question.parts(), (name, code)])

    @property
    def next_query(self) -> str:
        if not self.has_next or not self.places:
            return ""
        return self._at(
            "after", self.places[-1], None if self.first is None else self.first + len(self.places)
        )

    @property
    def previous_query(self) -> str:
        if not self.has_previous or not self.places:
            return ""
        return self._at("before", self.places[0], self.first)

    @property
    def first_query(self) -> str:
        return self.question.query()

    @property
    def last_query(self) -> str:
        return encoded([*self.question.parts(), ("last", "1")])

    @property
    def numbered(self) -> list[tuple[int, str]]:
        """The numbers of a short list's pages with their addresses; none where there is one page."""
        if len(self.numbers) < 2:
            return []
        return [(one, encoded([*self.question.parts(), ("page", str(one))])) for one in self.numbers]

    @property
    def number(self) -> int:
        """This page's number in a short list."""
        return (self.first or 0) // self.question.size + 1


def with_columns(rows: QuerySet[Customer], columns: list[Column]) -> QuerySet[Customer]:
    """ROWS joined with what the columns' cells read."""
    related = dict.fromkeys(path for column in columns for path in column.select)
    return rows.select_related(*related) if related else rows


def read_page(question: Question, user: User, columns: list[Column]) -> Page:
    """The page that a question asks for."""
    customers = question.customers(user)
    everybody = question.is_open and scope_of(user, "customers.view") == "all"
    if not everybody and not is_many(customers):
        return _short(question, customers, columns)
    found = walk(
        with_columns(customers, columns) if everybody else customers,
        question.order,
        question.place,
        question.size,
        backward=question.backward,
        everybody=everybody,
    )
    rows = _rows(customers, columns, found)
    has_previous, has_next = _around(question, found)
    return Page(
        question=question,
        customers=customers,
        rows=rows,
        places=found.places,
        total=count_all(user) if question.is_open else None,
        is_few=False,
        has_previous=has_previous,
        has_next=has_next,
        first=_before(question, found),
    )


def _rows(customers: QuerySet[Customer], columns: list[Column], found: Found) -> list[Customer]:
    """The customers of the places, in their order, ready for the columns' cells."""
    ids = [place.pk for place in found.places]
    missing = [pk for pk in ids if pk not in found.rows]
    known = found.rows
    if missing:
        wanted = with_columns(Customer.objects.filter(pk__in=missing), columns)
        known = known | {row.pk: row for row in wanted}
    rows = [known[pk] for pk in ids if pk in known]
    for column in columns:
        if column.fill and rows:
            column.fill(rows)
    return rows


def _around(question: Question, found: Found) -> tuple[bool, bool]:
    if question.backward:
        return found.more, question.place is not None
    return question.place is not None, found.more


def _before(question: Question, found: Found) -> int | None:
    place = question.place
    if place is None:
        return None if question.backward else 0
    if place.before is None:
        return None
    return max(0, place.before - len(found.places)) if question.backward else place.before


def _short(question: Question, customers: QuerySet[Customer], columns: list[Column]) -> Page:
    """A page of at most FEW customers, all of whose places are known."""
    everyone = sorted_few(customers, question.order)
    start = _start(question, everyone)
    places = everyone[start : start + question.size]
    found = Found(places, start + question.size < len(everyone))
    size = question.size
    last = max(1, -(-len(everyone) // size))
    here = start // size + 1
    near = {1, 2, here - 1, here, here + 1, last} if last > 7 else set(range(1, last + 1))
    return Page(
        question=question,
        customers=customers,
        rows=_rows(customers, columns, found),
        places=places,
        total=len(everyone),
        is_few=True,
        has_previous=start > 0,
        has_next=found.more,
        first=start,
        numbers=sorted(number for number in near if 1 <= number <= last),
    )


def _start(question: Question, everyone: list[Place]) -> int:
    """Where in a short list a question's place, or page number, is."""
    size = question.size
    if question.backward and question.place is None:
        return max(0, (len(everyone) - 1) // size * size)
    if question.place is None:
        number = question.page or 1
        return min((number - 1) * size, max(0, (len(everyone) - 1) // size * size))
    passed = sum(1 for one in everyone if not _is_after(question, one))
    if not question.backward:
        return passed
    inside = sum(
        1 for one in everyone if one.segment == question.place.segment and one.pk == question.place.pk
    )
    return max(0, passed - inside - size)


def _is_after(question: Question, one: Place) -> bool:
    """Whether a row stands behind the question's place."""
    place = question.place
    assert place is not None
    if one.segment != place.segment:
        return one.segment > place.segment
    if one.value is None:
        return one.pk > place.pk
    here, there = (one.value, one.pk), (place.value, place.pk)
    return here < there if question.order.descending else here > there


def count_all(user: User) -> int | None:
    """How many customers there are for this person: exact in a shop of ordinary size (counted again after a
    minute), None beyond."""
    key = f"customers.count.{scope_of(user, 'customers.view')}.{user.pk}"
    kept = cache.get(key, "?")
    if kept != "?":
        return kept
    highest = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    if highest > SMALL_SHOP:
        counted = None
    else:
        return Customer.objects.visible_to(user).active().count()
    cache.set(key, counted, COUNTED_FOR)
    return counted


def count_capped(question: Question, user: User) -> int | None:
    """How many answer, up to FEW; None for more."""
    if question.is_open:
        return count_all(user)
    rows = question.customers(user).order_by().values_list("pk", flat=True)
    found = len(rows[: FEW + 1])
    return found if found <= FEW else None


def every_id(question: Question, user: User) -> Iterator[list[int]]:
    """The ids of everybody who answers, in the list's order, in parts; memory does not grow with the list."""
    from grahak.customers.listing.walk import LONGEST_STEP, places

    customers = question.customers(user)
    if not question.is_open and not is_many(customers):
        yield [place.pk for place in sorted_few(customers, question.order)]
        return
    for part in places(question.order, None, backward=False, step=LONGEST_STEP):
        ids = [place.pk for place in part]
        holds = set(customers.order_by().filter(pk__in=ids).values_list("pk", flat=True))
        yield [pk for pk in ids if pk in holds]
