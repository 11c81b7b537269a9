"""A campaign's figures in the shape its page draws them: rows, bars and where the marks of a picture stand."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from grahak.core import money
from grahak.insight.chart import Chart, Slot, chart
from grahak.marketing import intervals
from grahak.marketing.effect import Effect, rounded
from grahak.marketing.models import Campaign
from grahak.marketing.report.figures import Figures, Line
from grahak.marketing.report.kept import Kept

WIDTH, WORDS = 520, 118  # of a picture, and the place of the words beside its marks
DAYS_SHOWN = 60


def percent(share: Decimal | float | None, places: int = 1) -> str:
    """A share of one as people read it: "11.5%"; an en dash where it is not known."""
    if share is None:
        return "–"
    return f"{number_format(round(Decimal(repr(float(share))) * 100, places), places)}%"


def points(share: float) -> str:
    """A difference of two shares in per cent points, without sign."""
    return str(number_format(round(Decimal(repr(abs(share))) * 100, 1), 1))


# -- from message to order ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A bar: how many got so far, and their part of those sent."""

    label: str
    count: int
    width: str
    share: str
    url: str = ""


def funnel(campaign: Campaign, line: Line, code: str) -> list[Step]:
    """From message to order: each step as a part of those sent."""
    people = reverse("marketing:people", args=[campaign.pk])
    read = campaign.channel == "whatsapp" and line.read is not None
    if code == "last_click":
        days = ngettext("Then ordered in %(n)s day", "Then ordered in %(n)s days", campaign.attribution_days)
    else:
        days = ngettext("Ordered in %(n)s day", "Ordered in %(n)s days", campaign.attribution_days)
    steps = [
        (_("Sent"), line.sent, f"{people}?state=sent"),
        (_("Delivered"), line.delivered, ""),
        (_("Read"), line.read, "") if read else (_("Opened"), line.opened or None, f"{people}?opened=1"),
        (_("Followed a link"), line.clicked, f"{people}?clicked=1"),
        (days % {"n": campaign.attribution_days}, line.buyers, ""),
    ]
    return [
        Step(
            str(label),
            count,
            f"{min(100, count * 100 / line.sent):.1f}" if line.sent else "0",
            percent(Decimal(count) / line.sent) if line.sent and place else "",
            url,
        )
        for place, (label, count, url) in enumerate(steps)
        if count is not None
    ]


# -- did it do anything? ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A dot with its band, at Y; X is where it stands, in the picture's units. WORDS stand beside, SHOWN above."""

    label: str
    shown: str
    y: int
    x: str
    low: str
    high: str
    css: str


@dataclass(frozen=True)
class Picture:
    """Marks over an axis. TICKS: (x, words). EDGE: where the words beside begin (they run with the writing). ZERO:
    where nothing stands, for a difference. SAYS: all of it in words."""

    marks: list[Mark]
    ticks: list[tuple[str, str]]
    edge: str
    says: str
    zero: str = ""


def _scale(low: float, high: float) -> Any:
    """A function from a value to its place in the picture; it runs with the writing."""
    rtl = get_language() == "ur"
    span = (high - low) or 1.0

    def place(value: float) -> str:
        along = WORDS + (min(max(value, low), high) - low) / span * (WIDTH - WORDS - 24)
        return f"{WIDTH - along if rtl else along:.1f}"

    return place


def _step(span: float) -> float:
    """A round step of which at most five make SPAN."""
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / 5))
    return next(power * times for times in (1, 2, 5, 10) if power * times * 5 >= span - 1e-12)


def buyers_picture(found: Effect) -> Picture:
    """The share of buyers in both groups, each with its 95 % interval."""
    groups = ((_("In audience"), found.audience, "one", 44), (_("Held out"), found.held_out, "two", 92))
    step = _step(max(group.interval[1] for _label, group, _css, _y in groups))
    most = step * 5
    place = _scale(0, most)
    marks, said = [], []
    for label, group, css, y in groups:
        low, high = group.interval
        shown = percent(group.arm.share)
        marks.append(Mark(str(label), shown, y, place(group.arm.share), place(low), place(high), css))
        said.append(
            _("%(group)s: %(share)s bought, interval %(low)s to %(high)s.")
            % {"group": label, "share": shown, "low": percent(low), "high": percent(high)}
        )
    top = max(group.interval[1] for _label, group, _css, _y in groups)
    ticks = [(place(step * n), percent(step * n, _places(step))) for n in range(6) if step * (n - 1) < top]
    return Picture(marks, ticks, _edge(), " ".join(said))


def _places(step: float) -> int:
    return 0 if step >= 0.01 else 1 if step >= 0.001 else 2


def _edge() -> str:
    return str(WIDTH if get_language() == "ur" else 0)


def money_picture(found: Effect) -> Picture | None:
    """The extra net revenue of the whole audience with its interval, and where nothing would stand."""
    whole = found.whole
    if whole is None:
        return None
    low, high = min(whole.low, 0.0), max(whole.high, 0.0)
    step = _step(high - low)
    first, last = _floor(low, step), -_floor(-high, step)
    place = _scale(first, last)
    count = round((last - first) / step)
    ticks = [
        (place(first + step * n), money.short(Decimal(round(first + step * n)))) for n in range(count + 1)
    ]
    mark = Mark(
        _("Extra sales"), money.figure(rounded(whole.value)), 44, place(whole.value), place(whole.low),
        place(whole.high), "one",
    )  # fmt: skip
    return Picture([mark], ticks, _edge(), found.says, place(0))


def _floor(value: float, step: float) -> float:
    return math.floor(value / step + 1e-9) * step


def buyers_words(found: Effect) -> list[str]:
    """What the picture of buyers says, in sentences."""
    share, more = found.share, found.more_buyers
    if share is None or more is None:
        return []
    said = {"points": points(share.value), "low": points(share.low), "high": points(share.high)}
    if share.low > 0:
        buyers = {"n": money.figure(round(more.value)), "low": money.figure(round(more.low)),
                  "high": money.figure(round(more.high))}  # fmt: skip
        return [
            _("The audience bought more often: %(points)s points, and with 95%% confidence between %(low)s and "
              "%(high)s.") % said,
            _("That is about %(n)s buyers who would not have come by themselves (%(low)s to %(high)s).") % buyers,
        ]  # fmt: skip
    if share.high < 0:
        return [
            _("The audience bought less often: %(points)s points, and with 95%% confidence between %(high)s and "
              "%(low)s.") % said
        ]  # fmt: skip
    return [
        _("Of the audience as many bought as of those held out, as far as can be told: the difference lies between "
          "%(low)s points less and %(high)s points more.") % said
    ]  # fmt: skip


def noticed(found: Effect) -> str:
    """How large an effect would have had to be, in one sentence."""
    if found.smallest is None:
        return ""
    amount = money.written(rounded(found.smallest))
    return _("An effect of %(amount)s or more would have been noticed in four cases of five.") % {
        "amount": amount
    }


# -- variants, days, figures on top -----------------------------------------------------------------------------


def variants(campaign: Campaign, found: Figures) -> list[dict[str, Any]]:
    """A row for each variant, the winner marked. Those who waited for the winner and have no letter stand last."""
    known = {one.code: one for one in campaign.variants.all()}
    rows = []
    for line in sorted(found.variants, key=lambda one: (not one.variant, one.variant)):
        if not line.variant and not line.sent:
            continue  # those who were left out were tried on by none
        one = known.get(line.variant)
        subject = next((text for text in (one.subjects or {}).values() if text), "") if one else ""
        low, high = intervals.wilson(line.clicked / line.sent, line.sent) if line.sent else (0.0, 1.0)
        rows.append(
            {
                "line": line,
                "name": (one.name if one else "") or subject,
                "wins": bool(campaign.winner) and campaign.winner == line.variant,
                "opened": percent(Decimal(line.opened) / line.sent) if line.sent else "–",
                "clicked": percent(Decimal(line.clicked) / line.sent) if line.sent else "–",
                "between": f"{percent(low)} – {percent(high)}" if line.sent else "",
            }
        )
    return rows if len(rows) > 1 else []


def days_chart(found: Figures, today: dt.date) -> Chart | None:
    """Net revenue by day since the first order that counts; None before any."""
    if not found.days:
        return None
    first, last = found.days[0][0], found.days[-1][0]
    sums = {day: net for day, _orders, net in found.days}
    count = min((last - first).days + 1, DAYS_SHOWN)
    slots = []
    for index in range(count):
        day = first + dt.timedelta(days=index)
        label, title = (str(day.day), date_format(day, "D j M"))
        slots.append(Slot(label, title, sums.get(day, Decimal(0)), None, part=day == today))
    end = first + dt.timedelta(days=count - 1)
    words = f"{date_format(first, 'j M')} – {date_format(end, 'j M')}"
    return chart(_("Net revenue by day"), slots, words, "")


def shown(campaign: Campaign, kept: Kept, code: str, today: dt.date) -> dict[str, Any]:
    """Everything that the report's template asks for, but the orders."""
    found = kept.by(code)
    line, effect = found.whole, kept.effect
    told = effect is not None and effect.each is not None
    return {
        "kept": kept,
        "found": found,
        "line": line,
        "effect": effect,
        "told": told,
        "funnel": funnel(campaign, line, found.model),
        "buyers_picture": buyers_picture(effect) if effect and effect.held_out.arm.customers else None,
        "money_picture": money_picture(effect) if effect else None,
        "buyers_words": buyers_words(effect) if effect else [],
        "noticed": noticed(effect) if effect else "",
        "bought": percent(effect.audience.arm.share) if effect else "–",
        "bought_held": percent(effect.held_out.arm.share) if told and effect else "",
        "buyers_share": percent(Decimal(line.buyers) / line.sent) if line.sent else "–",
        "delta": points(effect.share.value) if effect and effect.share else "",
        "stopped": percent(Decimal(line.unsubscribed) / line.sent, 2) if line.sent else "–",
        "complained": percent(Decimal(line.complained) / line.sent, 2) if line.sent else "–",
        "variants": variants(campaign, found),
        "chart": days_chart(found, today),
        "each_between": _each(effect),
        "likely": _likely(effect),
        "left_over": line.margin - line.cost if line.margin is not None else None,
    }


def _each(effect: Effect | None) -> dict[str, str] | None:
    """The difference a customer, and its interval, for the table's foot."""
    if effect is None or effect.each is None:
        return None
    value, low, high = (
        Decimal(repr(round(one, 4))) for one in (effect.each.value, effect.each.low, effect.each.high)
    )
    return {"value": money.figure(value, 1), "low": money.figure(low, 1), "high": money.figure(high, 1)}


def _likely(effect: Effect | None) -> dict[str, Decimal] | None:
    """What the audience brought beyond those held out, to three figures: value and interval."""
    if effect is None or effect.whole is None:
        return None
    whole = effect.whole
    return {"value": rounded(whole.value), "low": rounded(whole.low), "high": rounded(whole.high)}
