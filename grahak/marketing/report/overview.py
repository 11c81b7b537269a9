"""Campaigns beside each other and month by month, from the figures that were counted last.

All are counted by one rule: only then does an order count once at most, and the months' sums are what was sold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core import business
from grahak.insight.chart import Chart, Slot, chart
from grahak.marketing.effect import VERDICTS, Effect, rounded
from grahak.marketing.models import Campaign
from grahak.marketing.report.figures import Line, total
from grahak.marketing.report.kept import AT_ONCE, count, count_soon, last_counted

MONTHS = 13
MOST = 300
COUNT_NOW = 12  # campaigns never counted that are counted while somebody waits


@dataclass(frozen=True)
class Row:
    """A campaign and what it came to; LINE and EFFECT are None until it was counted."""

    campaign: Campaign
    line: Line | None
    effect: Effect | None

    @property
    def verdict(self) -> str:
        return str(VERDICTS[self.effect.verdict]) if self.effect else ""

    @property
    def told(self) -> bool:
        """Whether there is an interval to show."""
        return self.effect is not None and self.effect.whole is not None

    @property
    def low(self) -> Decimal:
        """The lower end of the extra net revenue of the whole audience, to three figures."""
        return rounded(self.effect.whole.low) if self.effect and self.effect.whole else Decimal(0)

    @property
    def high(self) -> Decimal:
        return rounded(self.effect.whole.high) if self.effect and self.effect.whole else Decimal(0)


@dataclass(frozen=True)
class Measure:
    """A column: its code, its words, how it is drawn ("count", "money", "share", "percent") and the value of a row,
    None where it is not known."""

    code: str
    label: Any
    kind: str
    value: Callable[[Row], Any]


def _of(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.line, name) if row.line else None


def _share(name: str) -> Callable[[Row], Any]:
    return lambda row: row.line.share(name) if row.line else None


def _opened(row: Row) -> Any:
    """Read, where the provider reports that; else opened; not known of a way on which neither is seen."""
    if row.line is None or (row.line.read is None and not row.line.opened):
        return None
    if row.campaign.channel != "email":
        return row.line.share("read")
    return row.line.share("opened")


MEASURES: dict[str, Measure] = {
    one.code: one
    for one in (
        Measure("sent", gettext_lazy("Sent"), "count", _of("sent")),
        Measure("delivered", gettext_lazy("Delivered"), "share", _share("delivered")),
        Measure("opened", gettext_lazy("Opened or read"), "share", _opened),
        Measure("clicked", gettext_lazy("Followed a link"), "share", _share("clicked")),
        Measure("unsubscribed", gettext_lazy("Asked us to stop"), "share", _share("unsubscribed")),
        Measure("complained", gettext_lazy("Complained"), "share", _share("complained")),
        Measure("bounced", gettext_lazy("Came back"), "count", _of("bounced")),
        Measure("orders", gettext_lazy("Orders"), "count", _of("orders")),
        Measure("buyers", gettext_lazy("Buyers"), "share", _share("buyers")),
        Measure("net", gettext_lazy("Net revenue"), "money", _of("net")),
        Measure("per_sent", gettext_lazy("Net revenue a message"), "money", _of("per_sent")),
        Measure("margin", gettext_lazy("Margin"), "money", _of("margin")),
        Measure("cost", gettext_lazy("Cost"), "money", _of("cost")),
        Measure("roi", gettext_lazy("Return on cost"), "percent", _of("roi")),
    )
}


def sent(campaigns: Any = None) -> list[Campaign]:
    """Campaigns that were sent, the newest first."""
    rows = Campaign.objects.all() if campaigns is None else campaigns
    found = rows.filter(dispatch__launched_at__isnull=False).select_related("dispatch", "by")
    return list(found.order_by("-dispatch__launched_at", "-pk")[:MOST])


def rows_of(campaigns: list[Campaign], code: str) -> list[Row]:
    """A row each, by the rule CODE. A few that were never counted are counted now, the others soon."""
    known = last_counted(campaigns)
    missing = [one for one in campaigns if one.pk not in known]
    for one in missing[:COUNT_NOW]:
        if one.dispatch is not None and one.dispatch.audience <= AT_ONCE:
            known[one.pk] = count(one)
    for one in missing:
        if one.pk not in known:
            count_soon(one.pk)
    found = []
    for one in campaigns:
        kept = known.get(one.pk)
        found.append(Row(one, kept.by(code).whole if kept else None, kept.effect if kept else None))
    return found


def ordered(rows: list[Row], by: str) -> list[Row]:
    """By a measure ("-net": the largest first), those where it is not known last; else as they come."""
    measure = MEASURES.get(by.lstrip("-"))
    if measure is None:
        return rows
    known = [row for row in rows if measure.value(row) is not None]
    rest = [row for row in rows if measure.value(row) is None]
    return sorted(known, key=measure.value, reverse=by.startswith("-")) + rest


# -- by month ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """The campaigns launched in a month, and the sum of what they came to."""

    first: dt.date
    campaigns: int
    line: Line

    @property
    def title(self) -> str:
        return date_format(self.first, "F Y")


def months_of(rows: list[Row]) -> list[Month]:
    """By the month of launch in the shop's zone, the oldest first, without gaps; at most thirteen."""
    by_month: dict[dt.date, list[Row]] = {}
    for row in rows:
        assert row.campaign.dispatch is not None
        assert row.campaign.dispatch.launched_at is not None
        day = business.day_of(row.campaign.dispatch.launched_at)
        by_month.setdefault(day.replace(day=1), []).append(row)
    if not by_month:
        return []
    last, first = max(by_month), min(by_month)
    found: list[Month] = []
    month = last
    while month >= first and len(found) < MONTHS:
        inside = by_month.get(month, [])
        found.append(Month(month, len(inside), total(row.line for row in inside if row.line)))
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return found[::-1]


def months_chart(months: list[Month]) -> Chart | None:
    """Net revenue by the month of launch."""
    if not months:
        return None
    today = business.today()
    slots = [
        Slot(
            date_format(one.first, "M"), one.title, one.line.net, None, part=one.first == today.replace(day=1)
        )
        for one in months
    ]
    words = f"{date_format(months[0].first, 'M Y')} – {date_format(months[-1].first, 'M Y')}"
    return chart(_("Net revenue by month of launch"), slots, words, "")
