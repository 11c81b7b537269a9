"""When an event happened, by our clock: the sender's is put right by the difference between its sentAt and the
moment we received it (Segment: timestamp = receivedAt − (sentAt − originalTimestamp))."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from grahak.connect.intake.refusals import Refusal

_LOOSE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*",
    re.IGNORECASE,
)
_MILLISECONDS = 100_000_000_000  # beyond this a number counts milliseconds: as seconds it were the year 5138


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def read(value: str | int | float | None, field: str) -> dt.datetime | None:
    """A moment as sent: ISO 8601 (also Segment's own "2015-2-02T…"), an e-mail date, or a number of seconds or
    milliseconds since 1970. Without a zone it is UTC. None where nothing was sent; Refusal where it is no time."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            found = _from_text(value)
        else:
            found = dt.datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS else value, dt.UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        raise Refusal("bad_time", field) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def _from_text(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        found = _LOOSE.fullmatch(text)
        if found is None:
            return parsedate_to_datetime(text)
    year, month, day, hour, minute, second, part, zone = found.groups()
    moment = dt.datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
        int((part or "0").ljust(6, "0")[:6]), tzinfo=dt.UTC,
    )  # fmt: skip
    if zone is None or zone in "Zz":
        return moment
    apart = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return moment - apart if zone[0] == "+" else moment + apart


def happened(original: dt.datetime | None, sent: dt.datetime | None, received: dt.datetime) -> dt.datetime:
    """When it happened by our clock, never after RECEIVED: what claims to lie in the future happened when we heard
    of it; what is ancient is kept so (an import of history)."""
    if original is None:
        return received
    try:
        found = original if sent is None else received - (sent - original)
        return received if found > received else found.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return received if original > received else original.replace(tzinfo=dt.UTC)


def stored(moment: dt.datetime) -> str:
    """A UTC moment as the rows of both databases take it."""
    return moment.isoformat(" ")[:-6]  # without its +00:00
