"""What the options of a source mean for an event that comes in: which sites may send, whether consent must be
said, and who it is where nothing is kept on the device. The intake asks here, event by event; only
`visitor_id` may ask the database, once a day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from grahak.connect.web.cookieless import visitor_mark

WRONG_HOST, NO_CONSENT = "host", "consent"


def refusal(options: dict[str, Any], origin: str, context: Any) -> str:
    """Why an event may not come in, as a code: "" if it may. ORIGIN is the request's Origin (or Referer)
    header, "" from a server. With "consent" the event must not be kept anywhere, not even among the rejected."""
    if not host_allowed(options, origin):
        return WRONG_HOST
    said = context.get("consent") if isinstance(context, dict) else None
    return NO_CONSENT if options.get("needs_consent") and said is not True else ""


def host_allowed(options: dict[str, Any], origin: str) -> bool:
    """Whether a page of ORIGIN may send: its host or a parent of it is listed, or none is. A request without
    Origin comes from no page of a browser and is let in: the list keeps strangers' pages out, not programmes."""
    hosts = options.get("hosts") or []
    if not hosts or not origin:
        return True
    try:
        host = (urlsplit(origin).hostname or "").lower()
    except ValueError:
        return False
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def is_cookieless(options: dict[str, Any], context: Any) -> bool:
    """Whether the event's visitor is to be marked by us: the source says so, or the page's script."""
    return bool(options.get("cookieless")) or (
        isinstance(context, dict) and context.get("cookieless") is True
    )


def visitor_id(
    options: dict[str, Any], event: dict[str, Any], source: int, ip: str, agent: str, now: dt.datetime
) -> str:
    """The anonymousId to keep for EVENT; "" if it has none. Without cookies it is our mark of the day, and
    none at all where the event names an account: a mark may be two people, so it is never joined to one."""
    if is_cookieless(options, event.get("context")):
        return "" if event.get("userId") else visitor_mark(source, ip, agent, now)
    found = event.get("anonymousId")
    return found if isinstance(found, str) else ""
