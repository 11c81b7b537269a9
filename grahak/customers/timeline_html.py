"""The lines of the day book as HTML, built by plain functions: a page of it has forty."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from grahak.core.money import figure
from grahak.core.templatetags.ui import clock, icon
from grahak.customers.timeline import Line


def _amount(value: Decimal) -> str:
    return f'<bdi class="money">{figure(value)}</bdi>'


def _said(text: str) -> str:
    """What somebody wrote, its lines kept."""
    return escape(text).replace("\n", "<br>")


def _who(line: Line) -> str:
    """Whom it was with, if not the main contact, and who wrote it down."""
    row: Any = line.row
    names = [row.contact.name] if row.contact and not row.contact.is_primary else []
    names += [row.by.name] if row.by else []
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
        f'<span class="entry__who">{_who(line)}</span></div>{more}{text}</div>{_sums(line, has_balance)}</li>'
    )
