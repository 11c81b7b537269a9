"""Who asks: a key, as core.access knows a person. It has the role, branch and team it was made with; what it changes
stands in the log under the key's name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.api.problems import Problem
from grahak.core.access import scope_of
from grahak.core.models import ApiKey
from grahak.core.rights import KeyUser
from grahak.core.rights.principals import Principal

__all__ = ["KeyUser", "Principal", "Standing", "authenticated", "still_open"]

SEEN_EVERY = dt.timedelta(
    minutes=1
)  # how exactly "last used" is kept: a write a request would cost more than it tells
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="grahak"'}


@dataclass(frozen=True)
class Standing:
    """A principal that is neither person nor key: what is told to a webhook is what this role may see."""

    role: str
    branch_id: int | None = None
    team_id: int | None = None
    is_active: bool = True
    pk: Any = None

    def can(self, action: str) -> bool:
        """Whether the role allows this action at any scope."""
        return scope_of(self, action) is not None


def authenticated(request: HttpRequest) -> KeyUser:
    """The principal of the request's bearer key. Raises Problem 401, the same for no key, an unknown one and one that
    was withdrawn."""
    kind, _space, plain = request.headers.get("Authorization", "").partition(" ")
    key = None
    if kind.lower() == "bearer" and plain.startswith("ga_") and len(plain) < 200:
        found = ApiKey.objects.filter(digest=ApiKey.digest_of(plain.strip()), kind="api", revoked_at=None)
        key = found.first()
    if key is None:
        raise Problem("unauthorized", _("Send “Authorization: Bearer ga_…”."), headers=_CHALLENGE)
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return KeyUser(key)


def still_open(principal: Any) -> bool:
    """Whether the key was not withdrawn since the request began (asked between the pieces of a batch)."""
    return ApiKey.objects.filter(pk=principal.key.pk, revoked_at=None).exists()
