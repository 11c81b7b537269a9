"""The only door from a request to a row: which role may do what, on how much of the business.

Scopes: "own" (rows whose owner is the person), "branch" (rows of their branch and rows of no branch),
"all". Rooms add their actions with `grant(...)` in their access.py; a view asks with `@needs(action)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from grahak.core.audit import describe
from grahak.core.models import Role, User

_GRANTS: dict[str, dict[str, str]] = {}
_SENTENCES: dict[str, Any] = {}
EVERYONE = tuple(Role.values)


def grant(action: str, *, says: Any = "", **scopes: str) -> None:
    """Allow ACTION to the named roles at a scope. The owner and the manager may do everything everywhere
    unless the action says otherwise: grant("orders.edit", salesman="branch", counter="branch").
    SAYS is what the roles page calls it, in a trader's words."""
    _GRANTS[action] = {"owner": "all", "manager": "all"} | scopes
    _SENTENCES[action] = says


def actions() -> dict[str, dict[str, str]]:
    """Every known action with its scopes by role (for the roles screen and the role × URL matrix)."""
    return _GRANTS


def sentence(action: str) -> Any:
    """What ACTION allows, in words; its code where nobody wrote them."""
    return _SENTENCES.get(action) or action


def scope_of(user: Any, action: str) -> str | None:
    """One of "own", "branch", "all"; None where the role may not. An unknown action is a KeyError."""
    scope = _GRANTS[action].get(getattr(user, "role", ""), "")
    return scope if scope in ("own", "branch", "all") and getattr(user, "is_active", True) else None


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the log-in page and back; a fragment's request moves the whole page there, not the fragment."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        back = htmx.current_url_abs_path or "/"
        to = redirect_to_login(back, settings.LOGIN_URL).headers["Location"]
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(back, settings.LOGIN_URL)


def needs(action: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Open a view to people whose role allows ACTION. A stranger is sent to log in; a colleague
    without the right gets 404, as if the page were not there."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            if scope_of(request.user, action) is None:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.needs = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that strangers may open (log-in, unsubscribe, health), for the role × URL matrix."""
    view.needs = None  # type: ignore[attr-defined]
    return view


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open a view to every colleague, whatever the role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_login(request)
        return view(request, *args, **kwargs)

    guarded.needs = "*"  # type: ignore[attr-defined]
    return guarded


def scoped(rows: Any, user: User, action: str, *, owner: str = "owner", branch: str = "branch") -> Any:
    """The rows of a queryset that ACTION covers for this person; `owner` and `branch` are lookups on it."""
    from django.db.models import Q

    scope = scope_of(user, action)
    if scope == "all":
        return rows
    if scope == "branch":
        return rows.filter(Q(**{f"{branch}_id": user.branch_id}) | Q(**{f"{branch}__isnull": True}))
    if scope == "own":
        return rows.filter(**{owner: user})
    return rows.none()


grant("settings.edit", says=_("Change the shop's settings and branches"))
grant("people.view", says=_("See colleagues and what each role may do"))
grant("people.edit", manager="", says=_("Invite colleagues, change their role, close their log-in"))
grant("keys.edit", manager="", says=_("Make and withdraw keys for programmes"))
grant("audit.view", says=_("Read who did what"))
grant("demo.leave", manager="", says=_("Leave the demo and start with one's own shop"))

describe(
    {
        "core.business.started": _("Shop set up"),
        "core.business.changed": _("Shop's settings changed"),
        "core.branch.added": _("Branch added"),
        "core.branch.changed": _("Branch changed"),
        "core.branch.removed": _("Branch removed"),
        "core.person.invited": _("Colleague invited"),
        "core.person.joined": _("Invitation accepted"),
        "core.person.changed": _("Colleague changed"),
        "core.person.closed": _("Log-in closed"),
        "core.person.opened": _("Log-in opened"),
        "core.person.logged_in": _("Logged in"),
        "core.person.logged_out": _("Logged out everywhere"),
        "core.person.reset_asked": _("New password asked for"),
        "core.person.password_changed": _("Password changed"),
        "core.key.made": _("Key made"),
        "core.key.withdrawn": _("Key withdrawn"),
        "core.demo.started": _("Demo shop opened"),
        "config.restored": _("Backup brought back"),
    }
)
