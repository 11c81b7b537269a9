"""One page of the customer list: its rows, what stands before and after, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core.access import covers_few, scope_of
from grahak.core.models import User
from grahak.core.money import figure
from grahak.core.registry import Column
from grahak.customers.field_rights import SUBJECT, hidden
from grahak.customers.listing.columns import badges_read
from grahak.customers.listing.question import Question, encoded
from grahak.customers.listing.sorting import ABSENT, KNOWN, UNKNOWN, Place, Sort, write_place
from grahak.customers.listing.walk import (
    FEW,
    LONGEST_STEP,
    Found,
    count_after,
    count_before,
    counted,
    ordered,
    places,
    walk,
)
from grahak.customers.models import Customer

SMALL_SHOP: Final = 20_000
COUNTED_FOR: Final = 10  # seconds
LARGE_FOR: Final = 600  # seconds that a large shop is taken to stay one
COUNT: Final = "customers.count"


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
        code = write_place(place._replace(before=before), self.question.order)
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


def only_read(rows: QuerySet[Customer], columns: list[Column], also: str = "pk") -> QuerySet[Customer]:
    """ROWS joined as the columns need, with only the fields that their cells say they read (and ALSO); with
    all where one of them does not say."""
    joined = with_columns(rows, columns)
    reads: set[str] = {also}
    for column in columns:
        if column.reads is None:
            return joined
        reads.update(column.reads)
    relations = {path for column in columns for path in column.select}
    reads |= {path for path in badges_read if "__" not in path or path.rpartition("__")[0] in relations}
    return joined.only("pk", *sorted(reads))


def read_page(question: Question, user: User, columns: list[Column]) -> Page:
    """The page that a question asks for. Its rows know which of their fields this person may not see."""
    page = _read_page(question, user, columns)
    if closed := hidden(user, SUBJECT):
        for row in page.rows:
            row.closed_fields = closed  # type: ignore[attr-defined]
    return page


def _read_page(question: Question, user: User, columns: list[Column]) -> Page:
    customers = question.customers(user)
    everybody = question.is_open and scope_of(user, "customers.view") == "all"
    if everybody or _has_many(question, user):
        total, ids = FEW + 1, None
    elif covers_few(Customer, user, "customers.view"):
        ids = list(ordered(customers, question.order).values_list("pk", flat=True)[: FEW + 1])
        total = len(ids)
    else:
        total, ids = counted(customers), None
    if total <= FEW:
        return _short(question, customers, columns, total, ids)
    found = walk(
        only_read(customers, columns, question.order.reads) if everybody else customers,
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


def _has_many(question: Question, user: User) -> bool:
    """Whether it is known from lately that this person's customers are more than FEW; only of a list that isn't
    narrowed."""
    return question.is_open and ((total := count_all(user)) is None or total > FEW)


def _rows(customers: QuerySet[Customer], columns: list[Column], found: Found) -> list[Customer]:
    """The customers of the places, in their order, ready for the columns' cells."""
    ids = [place.pk for place in found.places]
    missing = [pk for pk in ids if pk not in found.rows]
    known = found.rows
    if missing:
        wanted = only_read(Customer.objects.filter(pk__in=missing), columns)
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


def _short(
    question: Question,
    customers: QuerySet[Customer],
    columns: list[Column],
    total: int,
    ids: list[int] | None,
) -> Page:
    """A page of at most FEW customers, who are sorted as a whole; IDS are theirs in order, where they are known."""
    size, sort = question.size, question.order
    start = _start(question, customers, total)
    here = None if ids is None else ids[start : start + size]
    rows = only_read(customers if here is None else Customer.objects.filter(pk__in=here), columns, sort.reads)
    if sort.joins:
        rows = rows.select_related(*sort.joins, *(path for column in columns for path in column.select))
    if here is None:
        read = {row.pk: row for row in ordered(rows, sort)[start : start + size]} if total else {}
    else:
        known = {row.pk: row for row in sort.carried(rows)} if here else {}
        read = {pk: known[pk] for pk in here if pk in known}
    places = [_place_of(row, sort) for row in read.values()]
    last = max(1, -(-total // size))
    number = start // size + 1
    near = {1, 2, number - 1, number, number + 1, last} if last > 7 else set(range(1, last + 1))
    return Page(
        question=question,
        customers=customers,
        rows=_rows(customers, columns, Found(places, False, read)),
        places=places,
        total=total,
        is_few=True,
        has_previous=start > 0,
        has_next=start + size < total,
        first=start,
        numbers=sorted(number for number in near if 1 <= number <= last),
    )


def _place_of(row: Customer, sort: Sort) -> Place:
    """The place of a row that was read with what it is sorted by."""
    if sort.own_field:
        known = getattr(row, sort.path)
        return Place(ABSENT if known is None else KNOWN, known, row.pk)
    holder = row if sort.is_own else getattr(row, sort.relation, None)
    if holder is None:
        return Place(ABSENT, None, row.pk)
    value = getattr(holder, sort.field.attname)
    return Place(UNKNOWN if value is None else KNOWN, value, row.pk)


def _start(question: Question, customers: QuerySet[Customer], total: int) -> int:
    """Where in a short list a question's place, or page number, is."""
    size, place = question.size, question.place
    last = max(0, (total - 1) // size * size)
    if place is None:
        return last if question.backward else min(max(0, question.page - 1) * size, last)
    if question.backward:
        return max(0, count_before(customers, question.order, place) - size)
    return total - count_after(customers, question.order, place)


def count_all(user: User) -> int | None:
    """How many customers there are for this person: exact in a shop of ordinary size (kept for ten
    seconds, or until customers change), None beyond."""
    key = f"{COUNT}.{scope_of(user, 'customers.view')}.{user.pk}"
    kept = cache.get(key)
    if kept is not None:
        return kept if kept <= SMALL_SHOP else None
    found = Customer.objects.visible_to(user).active().order_by()[: SMALL_SHOP + 1].count()
    cache.set(key, found, COUNTED_FOR if found <= SMALL_SHOP else LARGE_FOR)
    keys = cache.get(COUNT, set())
    cache.set(COUNT, keys | {key}, LARGE_FOR)
    return found if found <= SMALL_SHOP else None


def forget_counts(customer_ids: Any = None) -> None:
    """Count anew: customers have changed in this process. Others notice within COUNTED_FOR seconds."""
    cache.delete_many(cache.get(COUNT, set()))


def count_capped(question: Question, user: User) -> int | None:
    """How many answer, up to FEW; None for more."""
    if question.is_open:
        return count_all(user)
    found = counted(question.customers(user))
    return found if found <= FEW else None


def every_id(question: Question, user: User) -> Iterator[list[int]]:
    """The ids of everybody who answers, in the list's order, in parts; memory does not grow with the list."""
    customers = question.customers(user)
    if not question.is_open and counted(customers) <= FEW:
        yield list(ordered(customers, question.order).values_list("pk", flat=True))
        return
    for part in places(question.order, None, backward=False, step=LONGEST_STEP):
        ids = [place.pk for place in part]
        holds = set(customers.order_by().filter(pk__in=ids).values_list("pk", flat=True))
        yield [pk for pk in ids if pk in holds]
