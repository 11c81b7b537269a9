"""The next day of something that repeats, by the calendar on the wall.

Days are the shop's own, so a clock that is put forward or back moves nothing. A month without the day (the 31st,
29 February) takes its last one, and the month after takes the day again (RFC 5545 would skip such months; a trader who
pays the rent on the 31st pays it in February too).
"""

from __future__ import annotations

import calendar
import datetime as dt

LAST_DAY = dt.date(9999, 1, 1)


def step(day: dt.date, repeat: str, every: int = 1, anchor: int | None = None) -> dt.date:
    """The day one repetition after DAY. REPEAT: day, week, month or year; ANCHOR: the day of the month it is meant
    for. ValueError for another repeat or a day beyond the calendar."""
    if every < 1:
        raise ValueError(every)
    if day >= LAST_DAY:
        raise ValueError(day)
    if repeat == "day":
        return day + dt.timedelta(days=every)
    if repeat == "week":
        return day + dt.timedelta(weeks=every)
    if repeat not in ("month", "year"):
        raise ValueError(repeat)
    months = day.year * 12 + day.month - 1 + every * (12 if repeat == "year" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(anchor or day.day, last))


def following(day: dt.date, repeat: str, every: int, anchor: int | None, today: dt.date) -> dt.date:
    """The first day of the series after DAY that is not over yet: one that was forgotten for a month does not come
    back thirty times."""
    found = step(day, repeat, every, anchor)
    if repeat in ("day", "week") and found < today:
        length = every * (7 if repeat == "week" else 1)
        found += dt.timedelta(days=-(-(today - found).days // length) * length)
    while found < today:
        found = step(found, repeat, every, anchor)
    return found
