"""The events of one transaction of the digest, read once, without what only few of them need."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from grahak.customers.models import Event, EventType

# what somebody does; the other kinds say who somebody is
DEEDS: Final = (EventType.TRACK.value, EventType.PAGE.value, EventType.SCREEN.value)
PAGES: Final = (EventType.PAGE.value, EventType.SCREEN.value)
_NAMES: Final = {EventType.PAGE.value: "Page Viewed", EventType.SCREEN.value: "Screen Viewed"}


class Told(NamedTuple):
    """An event, short."""

    pk: int
    visitor: int
    type: str
    name: str
    subject: str
    at: dt.datetime
    bot: bool

    @property
    def is_deed(self) -> bool:
        return self.type in DEEDS

    @property
    def counted_as(self) -> str:
        """The name it is counted under."""
        return _NAMES.get(self.type, self.name)


@dataclass(frozen=True)
class Piece:
    """EVENTS in the order they came in; LAST is the number to go on from."""

    events: list[Told]
    last: int

    @classmethod
    def read(cls, after: int, upto: int, most: int) -> Piece:
        rows = Event.objects.filter(pk__gt=after, pk__lte=upto).order_by("pk")
        events = [
            Told(*row)
            for row in rows.values_list("pk", "visitor_id", "type", "name", "subject", "at", "bot")[:most]
        ]
        return cls(events, events[-1].pk if len(events) == most else upto)
