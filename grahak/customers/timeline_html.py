"""The lines of the day book as HTML, built by plain functions: a page of it has forty."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from grahak.core.money import figure
from grahak.core.templatetags.ui import clock, icon
from grahak.customers.timeline import Daybook, Line, Month


def _amount(value: Decimal) -> str:
    return f'<bdi class="money">{figure(value)}</bdi>'


def _said(text: str) -> str:
    """What somebody wrote, its lines kept."""
    return escape(text).replace("\n", "<br>")


def _who(line: Line) -> str:
    """Whom it was with, if not the main contact, and who wrote it down."""
    row: Any = line.row
    names = [row.with_name] if row.with_name and not row.with_main else []
    names += [row.by_name] if row.by_name else []
    return " · ".join(f"<bdi>{escape(name)}</bdi>" for name in names)


def _sums(line: Line, has_balance: bool) -> str:
    amount = line.row.amount
    if amount is None:
        return ""
    side = "in" if line.is_in else "out"
    told = f'<div class="entry__sum entry__sum--{side}">{_amount(amount)}</div>'
    if has_balance:
        told += (
            f'<div class="entry__balance">{_amount(line.balance) if line.balance is not None else ""}</div>'
        )
    return told


def _unfolded(line: Line) -> str:
    """A visit's events, fetched when the line is unfolded; without a script a link to them stands there."""
    if line.row.subject != "visit" or not line.row.subject_id:
        return ""
    url, here = escape(line.url), f"visit-{line.row.subject_id}"
    did, whole = escape(_("What they did")), escape(_("The whole visit"))
    return (
        f'<details class="entry__events" hx-get="{url}" hx-trigger="toggle once" hx-target="#{here}" '
        f'hx-swap="outerHTML"><summary>{did}</summary>'
        f'<div id="{here}"><a href="{url}">{whole}</a></div></details>'
    )


def line_html(line: Line, has_balance: bool) -> SafeString:
    """One line: when, what, who; its amount and the khata after it."""
    row = line.row
    title = f" <bdi>{escape(row.title)}</bdi>" if row.title else ""
    what = escape(str(line.sentence))
    url = line.url
    told = f'<b><a href="{escape(url)}">{what}{title}</a></b>' if url else f"<b>{what}</b>{title}"
    more = f'<span class="entry__more">{escape(str(line.more))}</span>' if line.more else ""
    text = f'<p class="entry__said" dir="auto">{_said(row.text)}</p>' if row.text else ""
    css = "entry" if line.is_money else "entry entry--word"
    return mark_safe(
        f'<li class="{css}"><div class="entry__when"><b>{escape(line.when)}</b><small>{clock(row.at)}</small></div>'
        f'<div class="entry__what"><div class="entry__line">{icon(line.icon, "s")}{told}'
        f'<span class="entry__who">{_who(line)}</span></div>{more}{text}{_unfolded(line)}</div>'
        f"{_sums(line, has_balance)}</li>"
    )


def _month(month: Month, group: str) -> str:
    """The line between two months; its sums only where the whole month stands on the page."""
    sums = ""
    if month.is_whole and group != "notes":
        told = ((_("Bought"), month.bought), (_("paid"), month.paid))
        sums = "".join(f"<span>{escape(word)} {_amount(sum_)}</span>" for word, sum_ in told if sum_)
    return (
        f'<div class="daybook__month"><span>{escape(date_format(month.first, "F"))}</span>'
        f'<span><span class="quiet">{month.first.year}</span>{sums}</span></div>'
    )


def _earlier(book: Daybook, url: str) -> str:
    if not book.older:
        return ""
    group = f"group={book.group}&amp;" if book.group else ""
    there = f"{url}?{group}after={book.older}"
    earlier = escape(_("Earlier"))
    return (
        f'<div class="sheet__foot" id="older"><a href="{there}" hx-get="{there}" hx-target="#older" '
        f'hx-swap="outerHTML">{earlier}</a></div>'
    )


def book_html(book: Daybook, url: str) -> SafeString:
    """The months of a page of the day book with their lines, and the way to older ones. URL: the
    customer's."""
    parts = []
    for number, month in enumerate(book.months):
        if number or not book.is_newest:
            parts.append(_month(month, book.group))
        lines = "".join([line_html(line, book.has_balance) for line in month.lines])
        parts.append(f"<ol>{lines}</ol>")
    return mark_safe("".join(parts) + _earlier(book, url))


def group_chips(groups: list[tuple[str, Any, int]], current: str, url: str) -> SafeString:
    """The filters of the day book with their counts; a group without a line has none."""
    parts = []
    for code, label, count in groups:
        if not count and code not in ("", current):
            continue
        css, here = (" chip--on", ' aria-current="true"') if code == current else ("", "")
        query = f"?group={code}" if code else ""
        parts.append(
            f'<a class="chip chip--s{css}" href="{url}{query}"{here}>{escape(str(label))} '
            f'<span class="count">{figure(count)}</span></a>'
        )
    return mark_safe("".join(parts))
