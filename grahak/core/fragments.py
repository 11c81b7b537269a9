"""Whether a page or a piece of it is asked for: the same address gives both."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def wants(request: HttpRequest, target: str) -> bool:
    """Whether htmx will put the answer into the element with the id TARGET; else the whole page is wanted."""
    htmx: Any = getattr(request, "htmx", None)
    if not htmx or htmx.history_restore_request:
        return False
    return (htmx.target or "").rpartition("#")[2] == target
