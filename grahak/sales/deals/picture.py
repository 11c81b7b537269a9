"""The forecast as a picture: a bar a month, weighted, with what is committed in it, and a step for the year before.
Time runs with the writing: right to left in Urdu."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import get_language

from grahak.core.money import short
from grahak.sales.deals.forecast import Month

WIDTH, TOP, BASE, EDGE = 720, 14, 150, 56
MOST_BEFORE = 6  # times the highest bar


@dataclass(frozen=True)
class Bar:
    """A month in the units of the picture."""

    month: Month
    label: str
    x: str
    width: str
    middle: str
    weighted_y: str
    weighted_height: str
    committed_y: str
    committed_height: str
    step: str


@dataclass(frozen=True)
class Picture:
    """BEFORE_FITS: last year's steps are in it. A shop whose daily trade is many times its deals would see no bars
    beside them: then the steps are left to the table."""

    bars: list[Bar]
    lines: list[tuple[str, str]]
    edge: str
    before_fits: bool


def _step(highest: Decimal) -> Decimal:
    """1, 2 or 5 times a power of ten, of which at most four reach the highest value."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(10) ** (highest / 4).adjusted()
    return next(power * times for times in (1, 2, 5, 10) if power * times * 4 >= highest)


def picture(months: list[Month]) -> Picture:
    """Lay the months out."""
    rtl = get_language() == "ur"
    zero = Decimal(0)
    highest = max([max(one.line.weighted, one.line.committed) for one in months], default=zero)
    earlier = max([one.before or zero for one in months], default=zero)
    fits = not highest or earlier <= highest * MOST_BEFORE
    if fits:
        highest = max(highest, earlier)
    step = _step(highest)
    count = max(1, int((highest / step).to_integral_value("ROUND_CEILING")))
    top = step * count

    def height(amount: Decimal) -> float:
        return float(max(amount, zero) / top) * (BASE - TOP)

    width = (WIDTH - EDGE) / max(1, len(months))
    bars = []
    for index, month in enumerate(months):
        at = len(months) - 1 - index if rtl else index
        left = (0 if rtl else EDGE) + at * width
        weighted, committed = height(month.line.weighted), height(month.line.committed)
        before = ""
        if fits and month.before is not None:
            before = f"M{left + 0.12 * width:.1f} {BASE - height(month.before):.1f}h{0.76 * width:.1f}"
        bars.append(
            Bar(
                month,
                label=date_format(month.first, "M"),
                x=f"{left + 0.24 * width:.1f}",
                width=f"{0.26 * width:.1f}",
                middle=f"{left + 0.5 * width:.1f}",
                weighted_y=f"{BASE - weighted:.1f}",
                weighted_height=f"{weighted:.1f}",
                committed_y=f"{BASE - committed:.1f}",
                committed_height=f"{committed:.1f}",
                step=before,
            )
        )
    lines = [
        (f"{BASE - (BASE - TOP) * index / count:.1f}", short(step * index)) for index in range(1, count + 1)
    ]
    return Picture(bars, lines, str(WIDTH if rtl else 0), fits)
