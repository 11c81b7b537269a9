"""What happened in a deal, newest first: its stages, and the customer's day book since it began."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.customers.timeline import Line
from grahak.sales.models import Deal, StageChange

LINES = 40
OF_DEALS = ("sales.deal.added", "sales.deal.won", "sales.deal.lost", "sales.deal.reopened")


@dataclass(frozen=True)
class Entry:
    """One line: a MOVE of the deal or a LINE of the day book."""

    at: dt.datetime
    move: StageChange | None = None
    line: Line | None = None
    stayed: str = ""


def of(deal: Deal, user: User) -> list[Entry]:
    """The latest lines of the deal, at most 40 of each kind; the day book only for who may see customers."""
    moves = deal.moves.select_related("before", "after", "by").order_by("-at", "-pk")[:LINES]
    entries = [Entry(one.at, move=one, stayed=_stayed(one)) for one in moves if one.before_id != one.after_id]
    if scope_of(user, "customers.view"):
        since = deal.created_at
        lines = deal.customer.activities.filter(at__gte=since).exclude(kind__in=OF_DEALS)
        rows: Any = lines.select_related("by", "contact").order_by("-at", "-id")[:LINES]
        entries += [Entry(one.at, line=Line(one)) for one in rows]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _stayed(move: StageChange) -> str:
    """How long it had stood in the stage before, in words."""
    if move.seconds is None:
        return ""
    days = round(move.seconds / 86_400)
    return _("after less than a day") if days < 1 else _("after %(n)s d") % {"n": days}


def days_in_stage(deal: Deal) -> int:
    """Whole business days since it came into its stage."""
    return (business.today() - business.day_of(deal.stage_since)).days


def is_rotten(deal: Deal) -> bool:
    """Whether it has stood in an open stage longer than the stage's days."""
    rots = deal.stage.rots_after
    return deal.is_open and rots is not None and days_in_stage(deal) > rots
