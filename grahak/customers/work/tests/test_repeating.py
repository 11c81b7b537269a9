"""Days that come back: by the calendar on the wall, whatever clocks and months do."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grahak.customers.work.repeating import following, step

D = dt.date


@pytest.mark.parametrize(
    ("day", "repeat", "every", "anchor", "next_day"),
    [
        (D(2026, 11, 23), "day", 1, None, D(2026, 11, 24)),
        (D(2026, 11, 23), "week", 2, None, D(2026, 12, 7)),
        (D(2026, 1, 31), "month", 1, 31, D(2026, 2, 28)),
        (D(2026, 2, 28), "month", 1, 31, D(2026, 3, 31)),
        (D(2026, 2, 28), "month", 1, 28, D(2026, 3, 28)),
        (D(2026, 11, 30), "month", 3, 30, D(2027, 2, 28)),
        (D(2024, 2, 29), "year", 1, 29, D(2025, 2, 28)),
        (D(2027, 2, 28), "year", 1, 29, D(2028, 2, 29)),
        (D(2026, 12, 15), "month", 1, 15, D(2027, 1, 15)),
    ],
)
def test_the_next_day_of_a_series(
    day: dt.date, repeat: str, every: int, anchor: int | None, next_day: dt.date
) -> None:
    assert step(day, repeat, every, anchor) == next_day


def test_what_was_forgotten_for_a_month_comes_back_once() -> None:
    assert following(D(2026, 10, 1), "day", 1, None, D(2026, 11, 23)) == D(2026, 11, 23)
    assert following(D(2026, 10, 1), "week", 1, None, D(2026, 11, 23)) == D(2026, 11, 26)
    assert following(D(2026, 8, 31), "month", 1, 31, D(2026, 11, 23)) == D(2026, 11, 30)
    assert following(D(2026, 11, 30), "month", 1, 31, D(2026, 11, 23)) == D(2026, 12, 31)


@given(
    st.dates(D(2000, 1, 1), D(2100, 1, 1)),
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 99),
    st.dates(D(2000, 1, 1), D(2100, 1, 1)),
)
def test_the_next_one_is_always_later_and_never_over(
    day: dt.date, repeat: str, every: int, today: dt.date
) -> None:
    found = following(day, repeat, every, day.day, today)
    assert found > day
    assert found >= today
    if repeat in ("day", "week"):
        assert (found - day).days % (every * (7 if repeat == "week" else 1)) == 0


def test_what_cannot_be_a_series_is_refused() -> None:
    for repeat, every, why in (("hour", 1, "hour"), ("day", 0, "0")):
        with pytest.raises(ValueError, match=why):
            step(D(2026, 1, 1), repeat, every)
