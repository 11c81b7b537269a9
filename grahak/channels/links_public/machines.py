"""Tells machines from people among those who follow links and fetch pictures, by rules that are written down in
docs/campaigns.md. What a machine did is kept apart and decides nothing.

A request tells by itself (`is_machine`, `opens_as_machine`); haste and bursts are told from the hits of a message
(`links_public.following`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from crawlerdetect import CrawlerDetect

# A mail gateway opens the links of a mail as it comes in: one at once, or all of them within seconds
AT_ONCE: Final = dt.timedelta(seconds=1)
SCANNED_WITHIN: Final = dt.timedelta(seconds=10)
# Nobody reads a page, goes back and presses another link in a second; what looks for danger opens them side by side
BURST: Final = dt.timedelta(seconds=1)

_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|prefetch|proxy|barracuda|mimecast|proofpoint|safelinks|symantec|"
    r"microsoft office|ms-office|facebookexternalhit|whatsapp|telegram|slack|skype|curl|wget|python|headless|"
    r"java/|go-http|okhttp|trendmicro|sophos|fortinet|cisco|zscaler|forcepoint|bitdefender|checkpoint|urlscan",
    re.IGNORECASE,
)
# Picture proxies of mail services. Gmail's and Yahoo's stand between the reader and us and may fetch before anybody
# looks; Gmail's fetching ahead calls itself an Edge of 2015; Apple's relay fetches all as mail comes in and says no
# more than Mozilla/5.0.
_PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy|Edge/12\.246 Mozilla/5\.0$", re.IGNORECASE)
_APPLE: Final = "Mozilla/5.0"
_EARLY: Final = ("prefetch", "prerender", "preview")


@lru_cache(maxsize=1)
def _known_robots() -> CrawlerDetect:
    return CrawlerDetect()


@lru_cache(maxsize=8192)
def is_robot(agent: str) -> bool:
    """Whether a browser's name is a machine's, or none."""
    name = agent.strip()
    return not name or bool(_MACHINES.search(name)) or bool(_known_robots().is_crawler(name))


def is_machine(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request for a link says itself that no person is behind it, or not yet. HEADERS have names in lower
    case."""
    early = " ".join(
        headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")
    ).lower()
    return (
        method == "HEAD"
        or any(word in early for word in _EARLY)
        or is_robot(headers.get("user-agent", "")[:400])
    )


def opens_as_machine(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a picture was fetched by something that fetches without a reader, or for one we can't see: the proxies
    of Apple, Gmail and Yahoo hide who looked and when, so an opening told by them decides nothing."""
    agent = headers.get("user-agent", "").strip()[:400]
    return bool(_PROXIES.search(agent)) or agent == _APPLE or is_machine(method, headers)
