"""A small web for the digest's tests: visitors and events written as the event intake writes them."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from grahak.customers.models import Event, Source, Visitor

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
_ONCE = count(1)


def shop(kind: str = "web") -> Source:
    return Source.objects.get_or_create(
        write_key=f"key-{kind}", defaults={"kind": kind, "name": "kapasi.example"}
    )[0]


def browser(value: str = "anon-1", *, turn: int = 0, user: Visitor | None = None) -> Visitor:
    return Visitor.objects.get_or_create(kind="a", value=value, turn=turn, defaults={"user": user})[0]


def account(value: str, *browsers: Visitor) -> Visitor:
    """An account, and the browsers that it logged in on, as the intake links them."""
    found = Visitor.objects.get_or_create(kind="u", value=value)[0]
    Visitor.objects.filter(pk__in=[one.pk for one in browsers]).update(user=found)
    return found


def at(minutes: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def event(
    visitor: Visitor, minutes: float = 0, type: str = "track", name: str = "", subject: str = "", **more: Any
) -> Event:
    values: dict[str, Any] = {
        "properties": {},
        "context": {},
        "source": more.pop("source", None) or shop(),
        **more,
    }
    return Event.objects.create(
        once=next(_ONCE), visitor=visitor, type=type, name=name, subject=subject, at=at(minutes),
        received_at=at(minutes), **values,
    )  # fmt: skip


def page(visitor: Visitor, minutes: float = 0, path: str = "/", **context: Any) -> Event:
    told = {"page": {"path": path, "url": f"https://kapasi.example{path}"}} | context
    return event(visitor, minutes, "page", subject=path, context=told)


def viewed(
    visitor: Visitor, minutes: float = 0, item: str = "Georgette", deed: str = "Product Viewed"
) -> Event:
    return event(visitor, minutes, name=deed, subject=item.upper(), properties={"name": item})


def identify(visitor: Visitor, minutes: float = 0, *, source: Source | None = None, **traits: Any) -> Event:
    return event(visitor, minutes, "identify", properties=traits, source=source)


def group(visitor: Visitor, firm: str, minutes: float = 0, **traits: Any) -> Event:
    return event(visitor, minutes, "group", subject=firm, properties=traits)


def alias(visitor: Visitor, before: str, minutes: float = 0) -> Event:
    return event(visitor, minutes, "alias", subject=before)
