"""The list as HTML: heads, rows and foot built by plain functions and joined once."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from grahak.core.money import figure
from grahak.core.registry import Column, registry
from grahak.core.templatetags.ui import icon
from grahak.customers.field_rights import open_to
from grahak.customers.listing.page import Page
from grahak.customers.listing.question import SIZES, Question
from grahak.customers.models import Customer

LIST = "/customers/"


@dataclass(frozen=True)
class Head:
    """The head of a column; QUERY sorts by it, "" where it cannot."""

    label: Any
    css: str
    query: str
    direction: str  # "", "ascending", "descending"
    keep: bool


def shelf(user: Any = None) -> list[Column]:
    """Every column there is, in order; of these, for USER, those that show nothing hidden from them."""
    found = sorted(registry.every_column().values(), key=lambda column: (column.order, column.name))
    return found if user is None else open_to(user, found)


def chosen_columns(names: list[str] | None, user: Any = None) -> list[Column]:
    """The columns a person chose, or the usual ones; the name always."""
    if not names:
        return [column for column in shelf(user) if column.default]
    return [column for column in shelf(user) if column.name in names or column.name == "name"]


def column_ticks(columns: list[Column], user: Any = None) -> SafeString:
    """A box to tick for every column that this person may see."""
    parts = []
    for column in shelf(user):
        marks = " checked" if column in columns else ""
        marks += " disabled" if column.name == "name" else ""
        parts.append(
            f'<label class="check"><input type="checkbox" name="columns" value="{column.name}"{marks}> '
            f"{escape(str(column.label))}</label>"
        )
    return mark_safe("".join(parts))


def heads(question: Question, columns: list[Column]) -> list[Head]:
    """The heads of a table, each a link that sorts by it, or turns the order round."""
    out = []
    order = question.order
    for column in columns:
        query = direction = ""
        if column.sort:
            here = order.column == column.name
            direction = ("descending" if order.descending else "ascending") if here else ""
            largest_first = "num" in column.css.split()
            code = order.turned().code if here else f"-{column.name}" if largest_first else column.name
            query = question.query(sort=code)
        out.append(Head(column.label, column.css, query, direction, column.keep))
    return out


def body(rows: list[Customer], columns: list[Column], *, chooses: bool) -> SafeString:
    """The rows of a page. CHOOSES: with a box to tick before each."""
    opening = [
        f"<td{' data-keep' if column.keep else ''}{f' class={chr(34)}{column.css}{chr(34)}' if column.css else ''}>"
        for column in columns
    ]
    cells = [(start, column.cell) for start, column in zip(opening, columns, strict=True)]
    parts: list[str] = []
    for row in rows:
        parts.append("<tr data-row>")
        if chooses:
            parts.append(
                f'<td data-keep><input type="checkbox" name="ids" value="{row.pk}"'
                f' aria-label="{escape(row.name)}"></td>'
            )
        for start, cell in cells:
            parts.append(f"{start}{_safe(cell(row))}</td>")
        parts.append("</tr>")
    return mark_safe("".join(parts))


def _safe(value: Any) -> str:
    """What may stand in a cell: HTML that a cell vouches for as it is, all else escaped."""
    return value if isinstance(value, SafeString) else escape(str(value))


def foot(page: Page, columns: list[Column], *, chooses: bool) -> SafeString:
    """The sums of a list that stands whole on the page, so that they add up on it. Empty for a longer one."""
    if not page.is_few or not page.rows or page.has_next or page.has_previous:
        return SafeString("")
    parts = ["<tr>", "<td data-keep></td>" if chooses else ""]
    words = escape(_("customers in this view"))
    for column in columns:
        keep = " data-keep" if column.keep else ""
        css = f' class="{column.css}"' if column.css else ""
        if column.name == "name":
            inside = f"{page.count_words} <small>{words}</small>"
        else:
            inside = _safe(column.total(page.customers)) if column.total else ""
        parts.append(f"<td{keep}{css}>{inside}</td>")
    return mark_safe("".join([*parts, "</tr>"]))


def page_links(page: Page) -> SafeString:
    """First, before, numbers of a short list, next, last."""
    parts = []
    first_page, last_page = escape(_("First page")), escape(_("Last page"))
    words_before, words_next = escape(_("Before")), escape(_("Next"))
    for number, query in page.numbered:
        here = ' aria-current="page"' if number == page.number else ""
        parts.append(f'<a href="?{escape(query)}"{here}>{figure(number)}</a>')
    if page.has_previous:
        first, before = escape(page.first_query), escape(page.previous_query)
        parts.append(f'<a href="{LIST}?{first}" aria-label="{first_page}">{icon("first", "s")}</a>')
        parts.append(f'<a href="?{before}" rel="prev" data-key="p">{words_before}</a>')
    if page.has_next:
        after, last = escape(page.next_query), escape(page.last_query)
        parts.append(f'<a href="?{after}" rel="next" data-key="n">{words_next}</a>')
        parts.append(f'<a href="?{last}" aria-label="{last_page}">{icon("last", "s")}</a>')
    return mark_safe("".join(parts))


def size_links(question: Question) -> SafeString:
    """How many rows a page may have."""
    return mark_safe(
        "".join(
            f'<a class="menu__item{" is-active" if size == question.size else ""}" '
            f'href="?{escape(question.query(size=size))}">{size}</a>'
            for size in SIZES
        )
    )
