"""Where a visit came from and on what kind of device, as its first events tell in Segment's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from grahak.customers.models import Event, EventType, Visit
from grahak.customers.text import one_line

_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Kindle|Android(?!.*Mobile)", re.IGNORECASE)
_PHONE = re.compile(r"Mobi|iPhone|iPod|Android|Opera Mini|KAIOS", re.IGNORECASE)


class Arrival(NamedTuple):
    """What a visit keeps of its beginning; the names are those of the visit's columns."""

    source_id: int
    entry: str = ""
    referrer: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    device: str = ""

    @classmethod
    def of(cls, events: list[Event]) -> Arrival:
        """From the first events of a visit, in the order of their time; each fact from the first that has it."""
        return cls(events[0].source_id).then(events)

    @classmethod
    def kept_by(cls, visit: Visit) -> Arrival:
        """What a visit told of its beginning so far."""
        return cls(*(getattr(visit, name) for name in cls._fields))

    def then(self, events: list[Event]) -> Arrival:
        """The same, with what is still unknown from the EVENTS that come next."""
        found = self
        landing = None if found.entry else next((event for event in events if page(event, "path")), None)
        if landing is not None:
            found = found._replace(entry=page(landing, "path")[:400], referrer=_from_outside(landing)[:400])
        if not (found.utm_source or found.utm_medium or found.utm_campaign):
            source, medium, name = _first(events, _campaign) or ("", "", "")
            found = found._replace(utm_source=source[:120], utm_medium=medium[:120], utm_campaign=name[:120])
        return found if found.device else found._replace(device=_first(events, device) or "")


def _first(events: Iterable[Event], look: Callable[[Event], Any]) -> Any:
    return next((found for found in map(look, events) if found), None)


def _part(holder: Any, name: str) -> dict[str, Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: Any) -> str:
    """A string that was sent, on one line; "" for anything else."""
    return one_line(value) if isinstance(value, str) else ""


def page(event: Event, name: str) -> str:
    """A fact about the page that an event was on (path, url, title, referrer, search)."""
    found = text(_part(event.context, "page").get(name))
    if not found and event.type == EventType.PAGE and isinstance(event.properties, dict):
        found = text(event.properties.get(name)) or (event.subject if name == "path" else "")
    return found


def _from_outside(event: Event) -> str:
    """The page somebody came from, unless it is of the same site."""
    referrer, here = page(event, "referrer"), page(event, "url")
    return "" if referrer and _host(referrer) == _host(here) else referrer


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _campaign(event: Event) -> tuple[str, str, str] | None:
    """(source, medium, name) of a campaign, from the context or the address of the page."""
    told = _part(event.context, "campaign")
    found = (text(told.get("source")), text(told.get("medium")), text(told.get("name")))
    if not any(found):
        try:
            asked = parse_qs((page(event, "search") or urlsplit(page(event, "url")).query).lstrip("?"))
        except ValueError:
            return None
        source, medium, name = (
            text(asked.get(f"utm_{part}", [""])[0]) for part in ("source", "medium", "campaign")
        )
        found = (source, medium, name)
    return found if any(found) else None


def device(event: Event) -> str:
    """phone, tablet or desktop by what the browser or app says of itself; "" where it says nothing."""
    agent = text(event.context.get("userAgent")) if isinstance(event.context, dict) else ""
    if agent:
        return "tablet" if _TABLET.search(agent) else "phone" if _PHONE.search(agent) else "desktop"
    told = text(_part(event.context, "device").get("type")).lower()
    return "phone" if told in ("ios", "android") or event.type == EventType.SCREEN else ""
