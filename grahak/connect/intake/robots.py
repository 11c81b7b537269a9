"""Known robots by their user agent, from crawlerdetect's list; asked once a name."""

from __future__ import annotations

from functools import lru_cache

from crawlerdetect import CrawlerDetect

LONGEST = 512
_list = CrawlerDetect()


@lru_cache(maxsize=8192)
def _known(agent: str) -> bool:
    return bool(_list.is_crawler(agent))


def is_robot(agent: str) -> bool:
    """Whether AGENT names a crawler, a monitor or a programme; nobody who gives no name is called one."""
    return bool(agent) and _known(agent[:LONGEST])
