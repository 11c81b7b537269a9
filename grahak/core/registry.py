"""What higher rooms hang into the pages of lower ones: navigation, customer panels and figures, list
columns and filters, actions on a selection, things that need somebody. A dict and a function call, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NavLink:
    """One line of the navigation. GROUP 1 daily work, 2 reach and reports, 3 set-up."""

    label: Any
    url: str  # URL name
    icon: str
    action: str  # access action that opens it, "*" for everybody
    group: int = 1
    order: int = 50
    phone: bool = False  # stands in the tab bar of the phone
    count: Callable[[Any], int] | None = None
    key: str = ""  # the letter that opens it after "g" (navigation) or "c" (a new thing)
    says: Any = ""  # one sentence for the settings page and the first steps
    when: Callable[[], bool] | None = None  # asked for each page; False leaves it out (the demo's own pages)
    also: tuple[str, ...] = ()  # how addresses of further pages begin that stand under this line ("/funnel/")


@dataclass(frozen=True)
class Panel:
    """A piece of a customer's page. `template` gets `customer`, `user` and what `context` returns.
    PLACE: "head" (badges), "figures", "side" (facts), "related" (end column), "actions" (head buttons)."""

    name: str
    place: str
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]  # (customer, request) → None hides the panel
    order: int = 50
    action: str = "customers.view"
    fields: tuple[str, ...] = ()  # what of a customer it shows: left out for whom one of them is hidden


@dataclass(frozen=True)
class Column:
    """A column of the customer list. `cell(row)` gives safe HTML; rows carry `select` relations already
    joined; `sort` is the queryset path (nulls sort last) and must be indexed. `fill(rows)` puts onto the rows
    of one page what the cell needs and a join cannot give (one query for all); `total(customers)` gives safe
    HTML for the foot of a short list; `keep` columns stay on a phone; `export(row)` gives a plain value. `reads`
    names what the cell reads of the row ("city", "figures__net"): where all columns say so, only that is read.
    `value` is the path of what a file holds of it, where that is a plain field; else `export` is called. `fields`
    names what of a customer it shows beside the field of its own name: who may not see one has no such column, nor
    who may not do `action`."""

    name: str
    label: Any
    cell: Callable[[Any], str]
    sort: str = ""
    select: tuple[str, ...] = ()
    css: str = ""
    default: bool = False
    order: int = 50
    export: Callable[[Any], Any] | None = None
    fill: Callable[[list[Any]], None] | None = None
    total: Callable[[Any], str] | None = None
    keep: bool = False
    reads: tuple[str, ...] | None = None
    value: str = ""
    fields: tuple[str, ...] = ()
    action: str = ""


@dataclass(frozen=True)
class Filter:
    """A filter of the customer list: `apply(queryset, operator, value)`; `operators` are (code, label) pairs;
    `choices(request)` gives values where they are few."""

    name: str
    label: Any
    operators: tuple[tuple[str, Any], ...]
    apply: Callable[[Any, str, str], Any]
    kind: str = "text"  # text, choice, number, money, days, date
    choices: Callable[[Any], Iterable[tuple[str, Any]]] | None = None
    order: int = 50
    says: Callable[[str, str], str] | None = None
    fields: tuple[str, ...] = ()  # as a column's
    action: str = ""


@dataclass(frozen=True)
class MassAction:
    """Something to do to the selected customers: a button that posts the selection to `url`."""

    name: str
    label: Any
    url: str
    icon: str
    action: str
    order: int = 50


@dataclass(frozen=True)
class Need:
    """A source of "needs me" lines for the home page: `find(user, limit)` gives dicts with
    icon, tone, title, text, url, label."""

    name: str
    find: Callable[[Any, int], list[dict[str, Any]]]
    action: str
    order: int = 50


@dataclass(frozen=True)
class DayList:
    """A short list on a person's day ("Today"): `find(user, limit)` gives dicts with title, text, url and, where one
    can ring or write at once, call and chat addresses; `url()` is the page of the whole list."""

    name: str
    label: Any
    find: Callable[[Any, int], list[dict[str, Any]]]
    url: Callable[[], str]
    action: str
    order: int = 50


@dataclass
class Registry:
    nav: list[NavLink] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    # callables that give columns and filters which change while Grahak runs, such as a shop's own fields
    more_columns: list[Callable[[], Iterable[Column]]] = field(default_factory=list)
    more_filters: list[Callable[[], Iterable[Filter]]] = field(default_factory=list)
    mass_actions: list[MassAction] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    day_lists: list[DayList] = field(default_factory=list)
    # what a task or meeting is about: "sales.deal" → (ids) → {id: (words, address)}
    abouts: dict[str, Callable[[list[int]], dict[int, tuple[str, str]]]] = field(default_factory=dict)
    # (user, typed text, limit) → [{"icon", "title", "text", "url", "group"}, …]: what the search box finds in a
    # room; GROUP is the heading above it ("Orders"), one for all that a room finds
    searches: list[Callable[[Any, str, int], list[dict[str, Any]]]] = field(default_factory=list)
    settings_pages: list[NavLink] = field(default_factory=list)
    new_links: list[NavLink] = field(default_factory=list)
    first_steps: list[NavLink] = field(default_factory=list)  # what a new shop does next, in order
    currency_locks: list[Callable[[], bool]] = field(
        default_factory=list
    )  # True: amounts exist in the currency
    demo_starter: Callable[[Any], Any] | None = (
        None  # (request) puts the demo shop in place, returns its owner
    )
    demo_leaver: Callable[[Any], Any] | None = None  # (person) wipes the demo and what was entered into it
    demo_progress: Callable[[], dict[str, Any] | None] | None = None  # as core.demo says, counted this moment

    def add(self, *things: Any) -> None:
        """Hang things up, keeping each list in its order; the same name replaces."""
        for thing in things:
            match thing:
                case NavLink():
                    self._put(self.nav, thing, "url")
                case Panel():
                    self._put(self.panels, thing, "name")
                case MassAction():
                    self._put(self.mass_actions, thing, "name")
                case Need():
                    self._put(self.needs, thing, "name")
                case DayList():
                    self._put(self.day_lists, thing, "name")
                case Column():
                    self.columns[thing.name] = thing
                case Filter():
                    self.filters[thing.name] = thing
                case _:
                    raise TypeError(thing)

    def every_column(self) -> dict[str, Column]:
        """All columns of this moment, by name."""
        return self.columns | {one.name: one for more in self.more_columns for one in more()}

    def every_filter(self) -> dict[str, Filter]:
        """All filters of this moment, by name."""
        return self.filters | {one.name: one for more in self.more_filters for one in more()}

    def add_settings(self, *links: NavLink) -> None:
        """Hang pages into the settings; GROUP 1 the shop, 2 people, 3 trust and data."""
        for link in links:
            self._put(self.settings_pages, link, "url")

    def add_new(self, *links: NavLink) -> None:
        """Hang lines into the "New" menu."""
        for link in links:
            self._put(self.new_links, link, "url")

    def add_first_steps(self, *links: NavLink) -> None:
        """Hang a next step into the page that follows the first run."""
        for link in links:
            self._put(self.first_steps, link, "url")

    @staticmethod
    def _put(shelf: list[Any], thing: Any, key: str) -> None:
        shelf[:] = [other for other in shelf if getattr(other, key) != getattr(thing, key)] + [thing]
        shelf.sort(key=lambda item: (getattr(item, "group", 0), item.order))


registry = Registry()
