"""The customer list as a board: a column for each stage of life, colleague or word of a list, the newest customers
first, each column read on from any place by its own index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.core.money import figure
from grahak.customers import custom
from grahak.customers import field_rights as rights
from grahak.customers.listing.columns import fill_people
from grahak.customers.listing.page import with_columns
from grahak.customers.listing.question import Question, encoded
from grahak.customers.listing.walk import FEW, counted
from grahak.customers.models import Customer, CustomKind, CustomValue, Lifecycle

CARDS: Final = 25
MOST_PEOPLE: Final = 20
NONE: Final = "none"
BOARD: Final = "/customers/board/"


@dataclass
class Column:
    """A column of the board: what its customers share, how many they are, the first of them, an address of more."""

    value: str
    label: Any
    many: str
    cards: list[Customer] = field(default_factory=list)
    more: str = ""


def groups(user: User) -> list[tuple[str, Any]]:
    """By what this person may see a board: (code, words)."""
    life = pgettext("of a customer", "Stage of life")
    found: list[tuple[str, Any]] = [("lifecycle", life), ("owner", _("In charge"))]
    found += [
        (custom.PREFIX + one.code, one.name) for one in custom.visible(user) if one.kind == CustomKind.CHOICE
    ]
    closed = rights.hidden(user, rights.SUBJECT)
    return [(code, label) for code, label in found if code not in closed]


def may_move(user: User, code: str) -> bool:
    """Whether this person may put a card into another column."""
    return scope_of(user, "customers.edit") is not None and code not in rights.locked(user, rights.SUBJECT)


def stages(code: str) -> list[tuple[str, Any]]:
    """The columns of a board: (value, words). Empty for a board that there is not."""
    if code == "lifecycle":
        return [(str(value), label) for value, label in Lifecycle.choices]
    if code == "owner":
        people = User.objects.filter(is_active=True).order_by("name", "pk")[:MOST_PEOPLE]
        return [*((str(one.pk), one.name) for one in people), (NONE, _("nobody"))]
    found = custom.field_named(code)
    if found is None or found.kind != CustomKind.CHOICE:
        return []
    return [*((str(word), word) for word in found.options), (NONE, _("not written down"))]


def inside(rows: QuerySet[Customer], code: str, value: str) -> QuerySet[Customer]:
    """ROWS that stand in a column."""
    if code == "lifecycle":
        return rows.filter(lifecycle=value)
    if code == "owner":
        return rows.filter(owner=None) if value == NONE else rows.filter(owner_id=int(value))
    found = custom.field_named(code)
    if found is None:
        return rows.none()
    if value == NONE:
        mine = CustomValue.objects.filter(field=found, customer=OuterRef("pk"))
        return rows.filter(~Q(Exists(mine)))
    return rows.filter(custom_values__field=found, custom_values__text=value)


def read_board(question: Question, user: User) -> list[Column]:
    """The columns with their first cards: two questions a column, one for all cards."""
    customers = question.customers(user)
    found = [_column(question, customers, value, label) for value, label in stages(question.board)]
    fill_people([card for column in found for card in column.cards])
    return found


def _column(question: Question, customers: QuerySet[Customer], value: str, label: Any) -> Column:
    rows = inside(customers, question.board, value)
    number = counted(rows)
    column = Column(value, label, figure(FEW) + "+" if number > FEW else figure(number))
    column.cards, column.more = _cards(question, rows, value, None)
    return column


def _cards(
    question: Question, rows: QuerySet[Customer], value: str, after: int | None
) -> tuple[list[Customer], str]:
    rows = rows.filter(pk__lt=after) if after is not None else rows
    found = list(with_columns(rows.order_by("-pk"), []).select_related("owner")[: CARDS + 1])
    if len(found) <= CARDS:
        return found, ""
    place = [("column", value), ("after", str(found[CARDS - 1].pk))]
    return found[:CARDS], f"{BOARD}?{encoded([*question.parts(), *place])}"


def read_column(question: Question, user: User, value: str, after: int | None) -> Column | None:
    """One column from a place on; None for one that there is not."""
    label = dict(stages(question.board)).get(value)
    if label is None:
        return None
    column = Column(value, label, "")
    rows = inside(question.customers(user), question.board, value)
    column.cards, column.more = _cards(question, rows, value, after)
    fill_people(column.cards)
    return column
