"""Reports as CSV files: the same figures as on the screen, plain numbers, guarded against formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from grahak.core import business, money
from grahak.core.csv_guard import guard
from grahak.marketing.models import Campaign
from grahak.marketing.report.attribution import MODELS
from grahak.marketing.report.fatigue import Fatigue
from grahak.marketing.report.figures import Line
from grahak.marketing.report.kept import Kept
from grahak.marketing.report.overlap import Cell, Group
from grahak.marketing.report.overview import MEASURES, Month, Row

BOM: Final = "\ufeff"  # tells spreadsheets that it is UTF-8
_COUNTS = (
    *("audience", "sent", "delivered", "read", "opened", "machine_opened", "clicked", "unsubscribed"),
    *("complained", "bounced", "orders", "buyers"),
)
_SUMS = (
    "ordered",
    "returned",
    "net",
    "costed",
    "goods",
    "margin",
    "uncosted",
    "uncosted_lines",
    "cost",
    "roi",
)


def answer(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """ROWS as a CSV file to keep under NAME."""
    page = io.StringIO()
    written = csv.writer(page)
    for row in rows:
        written.writerow([guard(_plain(value)) for value in row])
    response = HttpResponse(BOM + page.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)


def _words() -> dict[str, str]:
    """What the columns are called; amounts with the currency."""
    money_words = {
        "ordered": _("Ordered (%(sign)s)"),
        "returned": _("Returned (%(sign)s)"),
        "net": _("Net revenue (%(sign)s)"),
        "costed": _("Net revenue of items with a cost (%(sign)s)"),
        "goods": _("Cost of these goods (%(sign)s)"),
        "margin": _("Margin (%(sign)s)"),
        "uncosted": _("Net revenue of items without a cost (%(sign)s)"),
        "cost": _("Cost (%(sign)s)"),
    }
    plain = {
        "audience": _("Audience"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "read": _("Read"),
        "opened": _("Opened"),
        "machine_opened": _("Opened by machines only"),
        "clicked": _("Followed a link"),
        "unsubscribed": _("Asked us to stop"),
        "complained": _("Complained"),
        "bounced": _("Came back"),
        "orders": _("Orders"),
        "buyers": _("Buyers"),
        "uncosted_lines": _("Lines without a cost"),
        "roi": _("Return on cost, per cent"),
    }
    sign = money.currency()
    return plain | {name: words % {"sign": sign} for name, words in money_words.items()}


def of_campaign(campaign: Campaign, known: Kept) -> Iterable[Sequence[Any]]:
    """The campaign and its variants by every rule; then the two groups of the hold-out."""
    words = _words()
    yield (_("Campaign"), _("Orders count by"), _("Variant"), *(words[name] for name in (*_COUNTS, *_SUMS)))
    for code, model in MODELS.items():
        found = known.by(code)
        lines: list[tuple[str, Line]] = [(_("all"), found.whole)]
        lines += [(line.variant, line) for line in found.variants]
        for name, line in lines:
            yield (campaign.name, str(model.label), name, *(getattr(line, one) for one in (*_COUNTS, *_SUMS)))
    effect = known.effect
    if effect is None:
        return
    yield ()
    yield (_("Group"), _("Customers"), _("Buyers"), words["ordered"], words["returned"], words["net"])
    for label, group in ((_("In audience"), effect.audience), (_("Held out"), effect.held_out)):
        arm = group.arm
        yield (label, arm.customers, arm.buyers, group.ordered, group.returned, group.net)
    if effect.whole is not None:
        yield (_("Extra net revenue of the whole audience"), *_bounds(effect.whole))
    yield (effect.says,)


def _bounds(found: Any) -> tuple[int, int, int]:
    return round(found.value), round(found.low), round(found.high)


def of_rows(rows: list[Row]) -> Iterable[Sequence[Any]]:
    """Campaigns beside each other."""
    yield (
        _("Campaign"), _("Channel"), _("Launched"), *(str(one.label) for one in MEASURES.values()),
        _("Extra sales, from"), _("Extra sales, to"), _("Did it do anything?"),
    )  # fmt: skip
    for row in rows:
        dispatch = row.campaign.dispatch
        day = business.day_of(dispatch.launched_at) if dispatch and dispatch.launched_at else ""
        bounds = (row.low, row.high) if row.told else ("", "")
        yield (
            row.campaign.name, row.campaign.channel, day, *(one.value(row) for one in MEASURES.values()), *bounds,
            row.verdict,
        )  # fmt: skip


def of_months(months: list[Month]) -> Iterable[Sequence[Any]]:
    """Month by month."""
    words = _words()
    names = ("sent", "orders", "buyers", "ordered", "returned", "net", "margin", "uncosted", "cost", "roi")
    yield (_("Month of launch"), _("Campaigns"), *(words[name] for name in names))
    for one in months:
        yield (one.first.strftime("%Y-%m"), one.campaigns, *(getattr(one.line, name) for name in names))


def of_fatigue(found: Fatigue) -> Iterable[Sequence[Any]]:
    """Who got how many, and what the first, second, … brought."""
    yield (
        _("Messages"), _("Customers who got so many"), _("Messages that were the so-manieth"), _("Followed a link"),
        _("Asked us to stop"),
    )  # fmt: skip
    yield (0, found.nobody, 0, 0, 0)
    for line in found.lines:
        shown = f"{line.n}+" if line.more else line.n
        yield (shown, line.customers, line.messages, line.clicked, line.stopped)


def of_overlap(lines: list[tuple[Group, list[Cell]]]) -> Iterable[Sequence[Any]]:
    """How many customers each two groups share."""
    yield ("", *(group.name for group, _shared in lines))
    for group, cells in lines:
        yield (group.name, *(cell.both for cell in cells))
