"""Whole addresses for mails and messages, which can't be taken from a stranger's request.

A request's Host header is the sender's claim: a reset mail built from it could carry the link to somebody
else's server. So the address is the operator's GRAHAK_URL, else the one under which the owner last logged in.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from grahak.core.models import Setting, User

_NAME = "core.origin"


def remember_origin(request: HttpRequest, user: User) -> None:
    """Keep the address under which an owner or manager has just logged in."""
    if settings.PUBLIC_URL or user.role not in ("owner", "manager"):
        return
    origin = f"{request.scheme}://{request.get_host()}"
    if Setting.objects.filter(pk=_NAME, value=origin).exists():
        return
    Setting.objects.update_or_create(pk=_NAME, defaults={"value": origin})


def origin() -> str:
    """Scheme, host and port without a slash at the end; the local address where nothing better is known."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    kept = Setting.objects.filter(pk=_NAME).values_list("value", flat=True).first()
    return str(kept or "http://127.0.0.1:8000")


def absolute(path: str) -> str:
    """The whole address of a PATH of this installation."""
    return origin() + path
