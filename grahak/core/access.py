"""The only door from a request to a row: which role may do what, on how much of the business.

Scopes: "own" (rows whose owner is the person), "team" (rows whose owner is in their team or in a team they lead,
and rows of these teams), "branch" (rows of their branch and rows of no branch), "all". Rooms add their actions
with `grant(...)` in their access.py; a view asks with `@needs(action)`. What the shop set differently for a role
stands over that (core.rights).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache, reduce, wraps
from operator import or_
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from grahak.core.audit import describe
from grahak.core.models import Role
from grahak.core.rights import kept, shares, usual

EVERYONE = tuple(Role.values)
# How far an action can be let reach on the roles page: the default is what the room gives one of the roles
ROWS = ("own", "team", "branch", "all")  # its rows have an owner, and every view of it asks `scoped`
BRANCHES = ("branch", "all")  # figures that are kept by branch
SHARED = "customers.customer"
FEW: Final = 2000  # rows up to which a reader's part of the shop is looked up first


def grant(action: str, *, says: Any = "", reach: tuple[str, ...] | None = None, **scopes: str) -> None:
    """Allow ACTION to the named roles at a scope. The owner and the manager may do everything everywhere
    unless the action says otherwise: grant("orders.edit", salesman="branch", counter="branch").
    SAYS is what the roles page calls it, in a trader's words. REACH: the scopes that a shop may choose for it;
    left out, those that the roles have here."""
    found = {"owner": "all", "manager": "all"} | scopes
    if reach is None:
        reach = tuple(scope for scope in usual.SCOPES if scope == "all" or scope in found.values())
    usual.ACTIONS[action] = usual.Action(action, says, found, reach)


def actions() -> dict[str, dict[str, str]]:
    """Every known action with its usual scopes by role (for the roles screen and the role × URL matrix)."""
    return {code: one.usual for code, one in usual.ACTIONS.items()}


def sentence(action: str) -> Any:
    """What ACTION allows, in words; its code where nobody wrote them."""
    return usual.ACTIONS[action].says or action


def scope_of(user: Any, action: str) -> str | None:
    """One of "own", "team", "branch", "all"; None where the role may not. An unknown action is a KeyError.
    USER: a colleague, or whatever else has .role and .is_active (core.rights.KeyUser)."""
    role = str(getattr(user, "role", ""))
    if not role or not getattr(user, "is_active", True):
        usual.ACTIONS[action]
        return None
    scope = kept.scope(role, action)
    return scope if scope in usual.SCOPES else None


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the log-in page and back; a fragment's request moves the whole page there, not the fragment. What asks in
    the background (?poll) moves nothing: something may be half typed on that page."""
    htmx = getattr(request, "htmx", None)
    if htmx and "poll" in request.GET:
        return HttpResponse(status=204)
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


def scoped(
    rows: Any,
    user: Any,
    action: str,
    *,
    owner: str = "owner",
    branch: str = "branch",
    team: str | None = None,
    shared: str = "",
    to_edit: bool | None = None,
) -> Any:
    """The rows of a queryset that ACTION covers for this person or key; OWNER, BRANCH and TEAM are lookups on it.
    TEAM left out is the relation beside the owner's ("customer__owner" → "customer__team") where there is one.
    SHARED is the lookup of the customer's id: rows of customers shared with the person are covered too, for
    seeing with any share, for the rest (and where TO_EDIT says so) with one that allows changes."""
    scope = scope_of(user, action)
    if scope == "all":
        return rows
    if scope is None:
        return rows.none()
    terms = _covered(rows, user, scope, owner, branch, team)
    if shared:
        strict = not action.endswith(".view") if to_edit is None else to_edit
        more = shares.reached(user, SHARED, shared, to_edit=strict)
        terms += [] if more is None else [more]
    if scope != "branch" and "__" not in owner and _are_few(rows.model, user, action, terms):
        parts = [rows.model._base_manager.order_by().filter(term).values("pk") for term in terms]
        return rows.filter(pk__in=parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0])
    return rows.filter(reduce(or_, terms))


def _covered(rows: Any, user: Any, scope: str, owner: str, branch: str, team: str | None) -> list[Q]:
    """The conditions of which one must hold, each answered by an index of its own."""
    if scope == "branch":
        return [Q(**{f"{branch}_id": user.branch_id}), Q(**{f"{branch}__isnull": True})]
    if scope == "own":
        return [Q(**{owner: user.pk}) if user.pk else Q(pk__in=())]
    teams, people = kept.reach_of(user)
    terms = [Q(**{f"{owner}__in": sorted(people)})]
    beside = _team_beside(rows.model, owner) if team is None else team
    return [*terms, Q(**{f"{beside}__in": sorted(teams)})] if beside and teams else terms


def _are_few(model: Any, user: Any, action: str, terms: list[Q]) -> bool:
    """Whether the terms cover few rows, kept for ten seconds. SQLite keeps no figures of single owners, so that it
    reads half of a million rows by another index rather than the few of somebody; it is told to begin with those.
    PostgreSQL knows. Either way the answer is the same: only the way to it differs."""
    if connection.vendor != "sqlite":
        return False
    shelf, key = kept.current().shared, ("few", model, action, user.pk, user.team_id)
    until, few = shelf.get(key, (0.0, False))
    if time.monotonic() > until:
        rows = model._base_manager.order_by()
        few = sum(rows.filter(term)[: FEW + 1].count() for term in terms) <= FEW
        shelf[key] = (time.monotonic() + 10, few)
    return bool(few)


def covers_few(model: Any, user: Any, action: str) -> bool:
    """Whether it is known from the last ten seconds that ACTION covers few of the model's rows for this person:
    what answers quickest may be chosen by it, never what is shown."""
    until, few = kept.current().shared.get(("few", model, action, user.pk, user.team_id), (0.0, False))
    return bool(few) and time.monotonic() <= until


@lru_cache(maxsize=256)
def _team_beside(model: Any, owner: str) -> str:
    """The relation to a team that stands beside the owner's; "" where there is none."""
    before, _sign, last = owner.rpartition("__")
    try:
        for name in before.split("__") if before else ():
            model = model._meta.get_field(name).related_model
        model._meta.get_field("team")
    except FieldDoesNotExist:
        return ""
    return (f"{before}__team" if before else "team") if last == "owner" else ""


def sees_row(
    user: Any, scope: str | None, *, owner: int | None, branch: int | None, team: int | None
) -> bool:
    """The same asked of one row in memory, by its ids (live screens): whether a scope covers it."""
    match scope:
        case "all":
            return True
        case "branch":
            return branch is None or branch == user.branch_id
        case "team":
            teams, people = kept.reach_of(user)
            return owner in people or team in teams
        case "own":
            return owner is not None and owner == user.pk
    return False


grant("settings.edit", says=_("Change the shop's settings and branches"))
grant("people.view", says=_("See colleagues and what each role may do"))
grant("people.edit", manager="", says=_("Invite colleagues, change their role, close their log-in"))
grant("roles.edit", manager="", reach=(), says=_("Change what each role may do"))
grant("keys.edit", manager="", says=_("Make and withdraw keys for programmes"))
grant("audit.view", reach=ROWS, says=_("Read who did what, and bring earlier values back"))
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
