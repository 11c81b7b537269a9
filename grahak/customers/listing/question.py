"""The question a list address asks: filters, search text, sort, columns, page size, and where in the list
to be.

    ?kind=is:business&balance=gt:5000&sort=-balance&size=50&q=mehta&after=…&view=3

An address that cannot be read asks for nobody: a link gone wrong must never show, write to or export more
customers than it was meant to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from grahak.core.digits import to_ascii_digits
from grahak.core.models import User
from grahak.core.parsing import Unreadable, parse_decimal
from grahak.core.registry import Filter
from grahak.core.rights.kept import reach_of
from grahak.customers.field_rights import filter_named
from grahak.customers.listing.sorting import Place, Sort, read_place, sort_of
from grahak.customers.models import Customer, SavedView
from grahak.customers.search.find import found_ids

SIZES: Final = (25, 50, 100, 200)
SIZE: Final = 50
MOST_FILTERS: Final = 20
LONGEST: Final = 200
_NAME: Final = re.compile(r"[\w-]{1,60}", re.ASCII)
RESERVED: Final = frozenset(
    {
        "view",
        "q",
        "sort",
        "size",
        "after",
        "before",
        "last",
        "page",
        "add",
        "edit",
        "all",
        "by",
        "cols",
        "column",
    }
)


@dataclass(frozen=True)
class Asked:
    """One filter of the question: "kind" "is" "business"."""

    filter: Filter
    operator: str
    value: str

    @property
    def code(self) -> str:
        return f"{self.operator}:{self.value}"


@dataclass(frozen=True)
class Question:
    """What a list address asks for. PROBLEMS are sentences about what could not be read."""

    asked: tuple[Asked, ...] = ()
    text: str = ""
    sort: Sort | None = None
    size: int = SIZE
    view: SavedView | None = None
    place: Place | None = None
    backward: bool = False
    page: int = 0
    problems: tuple[str, ...] = ()
    lost: bool = False  # the place in the list could not be read
    board: str = ""  # by what it is shown as a board (listing.board); "" for a list
    columns: tuple[str, ...] = ()  # the columns that a saved view brings

    @property
    def order(self) -> Sort:
        return self.sort or sort_of("name")  # type: ignore[return-value]

    @property
    def is_open(self) -> bool:
        """Whether it asks for everybody."""
        return not self.asked and not self.text and not self.problems

    def customers(self, user: User) -> Any:
        """Who is asked for, among those whom this person may see; in no order."""
        rows = Customer.objects.visible_to(user).active()
        if self.problems:
            return rows.none()
        try:
            for one in self.asked:
                rows = one.filter.apply(rows, one.operator, one.value)
        except (ValueError, ValidationError, OverflowError, KeyError):
            return Customer.objects.none()
        return rows.filter(pk__in=found_ids(user, self.text)) if self.text else rows

    def parts(self, **changes: Any) -> list[tuple[str, str]]:
        """The question as (name, value) pairs of an address, without the place in the list. CHANGES replace
        view, text, sort, size, by or cols; None leaves them out."""
        values: dict[str, Any] = {
            "view": self.view.pk if self.view else None,
            "q": self.text or None,
            "sort": self.sort.code if self.sort else None,
            "size": self.size if self.size != SIZE else None,
            "by": self.board or None,
            "cols": ",".join(self.columns) or None,
        } | changes
        pairs = [(name, str(values[name])) for name in ("view", "q") if values[name] is not None]
        pairs += [(one.filter.name, one.code) for one in self.asked]
        last = ("sort", "size", "by", "cols")
        return pairs + [(name, str(values[name])) for name in last if values[name] is not None]

    def query(self, **changes: Any) -> str:
        """The same as a query string without "?"."""
        return encoded(self.parts(**changes))

    def without(self, index: int) -> Question:
        """The question with one filter less."""
        return replace(self, asked=self.asked[:index] + self.asked[index + 1 :], place=None, page=0)

    def having(self, one: Asked, index: int | None = None) -> Question:
        """The question with one filter more, or with another in place of number INDEX."""
        kept = [*self.asked]
        if index is not None and 0 <= index < len(kept):
            kept[index] = one
        else:
            kept.append(one)
        return replace(self, asked=tuple(kept), place=None, page=0)


def encoded(pairs: list[tuple[str, str]]) -> str:
    """A query string; colons stay readable."""
    return urlencode(pairs, safe=":", quote_via=quote)


def check(found: Filter, operator: str, value: str) -> Asked:
    """One filter, checked. ValidationError says what is wrong with the operator or the value."""
    if operator not in dict(found.operators):
        raise ValidationError(
            _("“%(label)s” does not know “%(word)s”.") % {"label": found.label, "word": operator[:40]}
        )
    value = value.strip()
    if len(value) > LONGEST or "\x00" in value:
        raise ValidationError(_("“%(label)s”: that is too long.") % {"label": found.label})
    if found.kind == "none":
        return Asked(found, operator, "")
    if not value:
        raise ValidationError(_("“%(label)s”: choose something.") % {"label": found.label})
    if found.kind in ("number", "money", "days"):
        value = to_ascii_digits(value)
        try:
            parse_decimal(value)
        except Unreadable as error:
            raise ValidationError(f"{found.label}: {error}") from None
    one = Asked(found, operator, value)
    try:
        found.apply(Customer.objects.none(), operator, value)
    except (ValueError, ValidationError, OverflowError, KeyError):
        text = _("“%(label)s” cannot be “%(value)s”.") % {"label": found.label, "value": value[:60]}
        raise ValidationError(text) from None
    return one


def read(params: QueryDict | str, user: User) -> Question:
    """The question of an address. Never fails: what cannot be read is in `problems`, a place in the list that
    cannot be read in `lost`."""
    query = QueryDict(params) if isinstance(params, str) else params
    view, problems = _view(query, user)
    if view is not None and not any(name not in ("view", "size") for name in query):
        stored = QueryDict(view.query, mutable=True)
        stored.setlist("size", query.getlist("size") or stored.getlist("size"))
        query = stored
    asked, wrong = _asked(query, user)
    sort = sort_of(query.get("sort", ""), user)
    place, backward, lost = _place(query, sort or sort_of("name"))
    text = " ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST]
    return Question(
        asked=tuple(asked),
        text=text,
        sort=sort,
        size=_number(query.get("size", ""), SIZE) if query.get("size", "") in map(str, SIZES) else SIZE,
        view=view,
        place=place,
        backward=backward,
        page=_number(query.get("page", ""), 0),
        problems=(*problems, *wrong),
        lost=lost,
        board=_code(query.get("by", "")),
        columns=tuple(_code(name) for name in query.get("cols", "")[:2000].split(",") if _code(name)),
    )


def _code(text: str) -> str:
    """The name of a column or board, if it may be one; whether there is such a one is for those who draw it."""
    return text if _NAME.fullmatch(text) else ""


def _view(query: QueryDict, user: User) -> tuple[SavedView | None, list[str]]:
    if "view" not in query:
        return None, []
    number = _number(query.get("view", ""), 0)
    view = views_of(user).filter(pk=number).first() if number else None
    if view is None and set(query) <= {"view", "size"}:
        return None, [_("That view is gone, or it is a colleague’s own.")]
    return view, []


def views_of(user: User) -> Any:
    """The views a person may use: their own, their teams' and those for everybody."""
    if not user.pk:
        return SavedView.objects.filter(is_shared=True)
    teams, _people = reach_of(user)
    return SavedView.objects.filter(Q(is_shared=True) | Q(by_id=user.pk) | Q(team_id__in=sorted(teams)))


def _asked(query: QueryDict, user: User) -> tuple[list[Asked], list[str]]:
    asked: list[Asked] = []
    problems: list[str] = []
    for name, values in query.lists():
        if name in RESERVED:
            continue
        found = filter_named(name, user)
        if found is None:
            problems.append(_("There is no filter “%(name)s”.") % {"name": name[:40]})
            continue
        for value in values:
            operator, colon, rest = str(value).partition(":")
            try:
                asked.append(
                    check(found, operator if colon else found.operators[0][0], rest if colon else operator)
                )
            except ValidationError as error:
                problems.extend(error.messages)
    if len(asked) > MOST_FILTERS:
        problems.append(_("At most 20 filters at once."))
    return asked[:MOST_FILTERS], problems[:5]


def _place(query: QueryDict, sort: Sort | None) -> tuple[Place | None, bool, bool]:
    if "last" in query:
        return None, True, False
    for name in ("after", "before"):
        if name in query and sort is not None:
            place = read_place(query.get(name, ""), sort)
            return place, name == "before" and place is not None, place is None
    return None, False, False


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise
