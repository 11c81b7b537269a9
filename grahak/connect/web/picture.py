"""Small pictures of how much came when: bars as numbers that a template draws as SVG. Time runs with the writing
by the style sheet's mirror; no words stand in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from grahak.connect.web.tally import DAYS, Tally

WIDTH, HEIGHT = 3, 24  # of one bar with its gap, and of the tallest


@dataclass(frozen=True)
class Bars:
    """A picture WIDTH units wide and HEIGHT tall; BARS are (x, y, height, whether it is not over yet)."""

    width: int
    height: int
    bars: list[tuple[int, int, int, bool]]
    most: int


def bars_of(amounts: Sequence[int]) -> Bars:
    """One bar an amount, the last one not over yet; the tallest fills the height, any at all shows."""
    most = max(amounts, default=0)
    tall = [-(-amount * HEIGHT // most) if most else 0 for amount in amounts]
    last = len(tall) - 1
    bars = [(i * WIDTH, HEIGHT - h, h, i == last) for i, h in enumerate(tall) if h]
    return Bars(len(amounts) * WIDTH, HEIGHT, bars, most)


def days_of(tally: Tally, today: dt.date) -> Bars:
    """The last fortnight of a source."""
    return bars_of([tally.of(today - dt.timedelta(days=back)) for back in reversed(range(DAYS))])
