"""What the shell of every page needs: navigation for this role, languages, theme, the demo banner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from grahak.core.access import scope_of
from grahak.core.registry import NavLink, registry


def allowed(link: NavLink, user: Any) -> bool:
    return link.action == "*" or scope_of(user, link.action) is not None


def _lines(request: HttpRequest) -> list[dict[str, Any]]:
    path, lines = request.path, []
    for link in registry.nav:
        if not allowed(link, request.user):
            continue
        url = reverse(link.url)
        current = path == url if url == "/" else path.startswith(url)
        lines.append({"link": link, "url": url, "current": current, "count": link.count(request.user) if link.count else 0})
    return lines


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html; cheap: no query but the counts that rooms put on their links."""
    user = getattr(request, "user", None)
    theme = (getattr(user, "theme", "") or request.COOKIES.get("grahak_theme", "")) if user else ""
    context: dict[str, Any] = {
        "business": getattr(request, "business", None),
        "languages": settings.LANGUAGES,
        "language": getattr(request, "LANGUAGE_CODE", "en"),
        "direction": "rtl" if getattr(request, "LANGUAGE_CODE", "en") == "ur" else "ltr",
        "theme": theme if theme in ("light", "dark") else "",
        "density": getattr(user, "density", ""),
        "script": getattr(user, "script", ""),
    }
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        lines = _lines(request)
        context["nav_groups"] = [[line for line in lines if line["link"].group == group] for group in (1, 2, 3)]
        context["tabbar"] = [line for line in lines if line["link"].phone][:4]
        context["new_links"] = [link for link in registry.new_links if allowed(link, user)]
    return context
