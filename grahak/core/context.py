"""What the shell of every page needs: navigation for this role, languages, theme, the demo banner."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from grahak.core.access import scope_of
from grahak.core.registry import NavLink, registry
from grahak.core.shortcuts import all_shortcuts


def allowed(link: NavLink, user: Any) -> bool:
    """Whether this person's role may open the link."""
    return link.action == "*" or scope_of(user, link.action) is not None


@lru_cache(maxsize=256)
def _address(name: str) -> str:
    """The address of a page without arguments."""
    return reverse(name)


def reachable(links: list[NavLink], user: Any) -> list[dict[str, Any]]:
    """The links this person may open, each {"link", "url"}; one whose page isn't there is left out."""
    found = []
    for link in sorted(links, key=lambda one: (one.group, one.order)):
        try:
            if allowed(link, user) and (link.when is None or link.when()):
                found.append({"link": link, "url": _address(link.url)})
        except NoReverseMatch:
            continue
    return found


def _lines(request: HttpRequest) -> list[dict[str, Any]]:
    lines = reachable(registry.nav, request.user)
    begins = [(start, one["url"]) for one in lines for start in (one["url"], *one["link"].also)]
    here = max(
        (pair for pair in begins if request.path.startswith(pair[0])),
        key=lambda pair: len(pair[0]),
        default=("", ""),
    )[1]
    for line in lines:
        link, url = line["link"], line["url"]
        line["current"] = url == here and (url != "/" or request.path == "/")
        line["count"] = link.count(request.user) if link.count else 0
    return lines


def looks(request: HttpRequest, user: Any = None) -> dict[str, Any]:
    """Language, direction and theme of a page. Asks no database; USER is None where that may be the fault."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    theme = getattr(user, "theme", "") or request.COOKIES.get("grahak_theme", "")
    return {
        "languages": settings.LANGUAGES,
        "language": language,
        "direction": "rtl" if language == "ur" else "ltr",
        "theme": theme if theme in ("light", "dark") else "",
        "density": getattr(user, "density", ""),
        "script": getattr(user, "script", ""),
    }


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html; cheap: no query but the counts that rooms put on their links."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {"business": getattr(request, "business", None), **looks(request, user)}
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        lines = SimpleLazyObject(lambda: _lines(request))
        context["nav_groups"] = SimpleLazyObject(
            lambda: [[line for line in lines if line["link"].group == group] for group in (1, 2, 3)]
        )
        context["nav_state"] = SimpleLazyObject(
            lambda: " ".join(
                f"{line['url']}{'*' if line['current'] else ''}{line['count']}" for line in lines
            )
        )
        context["tabbar"] = SimpleLazyObject(lambda: [line for line in lines if line["link"].phone][:4])
        context["new_links"] = new = reachable(registry.new_links, user)
        context["shortcuts"] = SimpleLazyObject(
            lambda: all_shortcuts([line["link"] for line in lines], [line["link"] for line in new])
        )
    return context
