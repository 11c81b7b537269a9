"""What the options of a source mean for what browsers send: which sites may send, whether consent must be said, and
who it is where nothing is kept on the device. The intake asks here, event by event, on its loop: no database.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from grahak.connect.web.cookieless import visitor_mark

NO_CONSENT = "consent"  # the code of what is refused because nobody agreed


class Said(Protocol):
    """What an event's context says of these things."""

    consent: Any
    cookieless: Any


def host_allowed(options: dict[str, Any], origin: str) -> bool:
    """Whether a page of ORIGIN (the request's Origin or Referer header) may send: its host or a parent of it is
    listed, or none is. A request without it comes from no page of a browser and is let in: the list keeps
    strangers' pages out, not programmes."""
    hosts = options.get("hosts") or []
    if not hosts or not origin:
        return True
    try:
        host = (urlsplit(origin).hostname or "").lower()
    except ValueError:
        return False
    return any(host == one or host.endswith(f".{one}") for one in hosts)


@dataclass(slots=True)
class Gate:
    """The options of one source for the events of one request, from a browser at IP with the name AGENT."""

    source: int
    options: dict[str, Any]
    ip: str
    agent: str
    now: dt.datetime

    def may_keep(self, *said: Said | None) -> bool:
        """Whether the event may be kept: where consent is needed, SAID (its context or its batch's) must have it."""
        return not self.options.get("needs_consent") or any(
            one is not None and one.consent is True for one in said
        )

    def anonymous(self, sent: str, has_account: bool, *said: Said | None) -> str:
        """The anonymousId to keep, SENT being the sender's; "" if there is none. Without cookies it is our mark of
        the day, and none at all where the event names an account: a mark may be two people, so it is never joined
        to one."""
        if self.options.get("cookieless") or any(one is not None and one.cookieless is True for one in said):
            return "" if has_account else visitor_mark(self.source, self.ip, self.agent, self.now)
        return sent
