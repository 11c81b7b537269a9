"""Roles: what each may do in a trader's words, two side by side, one changed, one made from another."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.actions import roles as actions
from grahak.core.models import ShopRole, User
from grahak.core.rights import kept, usual
from grahak.core.rights.fields import level_of_role
from grahak.core.toasts import say

ROOMS = {
    "customers": gettext_lazy("Customers"),
    "leads": gettext_lazy("Leads"),
    "tasks": gettext_lazy("Tasks and calendar"),
    "catalogue": gettext_lazy("Items"),
    "orders": gettext_lazy("Orders"),
    "payments": gettext_lazy("Payments"),
    "deals": gettext_lazy("Deals"),
    "insight": gettext_lazy("Figures"),
    "opportunities": gettext_lazy("Figures"),
    "segments": gettext_lazy("Segments"),
    "campaigns": gettext_lazy("Messages"),
    "forms": gettext_lazy("Messages"),
    "links": gettext_lazy("Messages"),
    "channels": gettext_lazy("Messages"),
    "imports": gettext_lazy("Files brought in"),
    "events": gettext_lazy("Connections"),
    "rejects": gettext_lazy("Connections"),
    "sources": gettext_lazy("Connections"),
    "connectors": gettext_lazy("Connections"),
    "webhooks": gettext_lazy("Connections"),
    "warehouse": gettext_lazy("Connections"),
}
SHOP = gettext_lazy("The shop")
SCOPES = {
    "": pgettext_lazy("scope of a right", "no"),
    "own": pgettext_lazy("scope of a right", "own"),
    "team": pgettext_lazy("scope of a right", "own team"),
    "branch": pgettext_lazy("scope of a right", "own branch"),
    "all": pgettext_lazy("scope of a right", "everything"),
}
LEVELS = {
    usual.EDIT: pgettext_lazy("right of a field", "see and change"),
    usual.SEE: pgettext_lazy("right of a field", "see"),
    usual.HIDDEN: pgettext_lazy("right of a field", "hidden"),
}
SUBJECT_WORDS = {"customers.customer": gettext_lazy("Of a customer")}


def _room(action: str) -> str:
    return str(ROOMS.get(action.partition(".")[0], SHOP))


def _by_room(codes: list[str]) -> list[tuple[str, list[str]]]:
    """Action codes grouped by the room they belong to, rooms in the order of ROOMS."""
    order = [*dict.fromkeys(map(str, ROOMS.values())), str(SHOP)]
    found = sorted(codes, key=lambda code: order.index(_room(code)))
    return [(room, list(group)) for room, group in groupby(found, key=_room)]


def _cell(scope: str, usually: str) -> dict[str, Any]:
    return {"scope": scope, "words": SCOPES.get(scope, scope), "is_changed": scope != usually}


def _table(shown: list[kept.RoleLine], *, only_different: bool) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rights by room with a cell for each role shown."""
    groups = []
    for room, codes in _by_room(list(usual.ACTIONS)):
        rows = []
        for code in codes:
            action = usual.ACTIONS[code]
            scopes = [kept.scope(line.code, code) for line in shown]
            if only_different and len(set(scopes)) == 1:
                continue
            cells = [
                _cell(scope, action.usual.get(line.based_on, ""))
                for line, scope in zip(shown, scopes, strict=True)
            ]
            rows.append({"says": action.says or code, "cells": cells})
        if rows:
            groups.append((room, rows))
    return groups


def _field_table(
    shown: list[kept.RoleLine], *, only_different: bool
) -> list[tuple[Any, list[dict[str, Any]]]]:
    groups = []
    for subject in usual.SUBJECTS:
        rows = []
        for one in usual.fields_of(subject).values():
            levels = [level_of_role(line.code, subject, one) for line in shown]
            if not (only_different and len(set(levels)) == 1):
                rows.append({"says": one.label, "cells": [(level, LEVELS[level]) for level in levels]})
        if rows:
            groups.append((SUBJECT_WORDS.get(subject, subject), rows))
    return groups


@require_GET
@needs("people.view")
def roles(request: HttpRequest) -> HttpResponse:
    """Every role beside the others, or the two of ?one= and ?other= where they differ."""
    lines = {line.code: line for line in kept.current().roles.values() if not line.is_archived}
    chosen = [lines[code] for name in ("one", "other") if (code := request.GET.get(name, "")) in lines]
    compares = len(chosen) == 2
    shown = chosen if compares else list(lines.values())
    counts = actions.number_of_people(list(lines))
    context = {
        "groups": _table(shown, only_different=compares),
        "fields": _field_table(shown, only_different=compares),
        "shown": [(line, counts.get(line.code, 0)) for line in shown],
        "roles": list(lines.values()),
        "asked": request.GET,
        "compares": compares,
        "span": len(shown) + 1,
        "archived": ShopRole.objects.exclude(archived_at=None),
        "own_teams": kept.current().people,
    }
    return render(request, "core/roles/roles.html", context)


def _role_for(code: str) -> ShopRole:
    found = actions.row_of(code)
    if found is None:
        raise Http404
    return found


@needs("roles.edit")
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, code: str) -> HttpResponse:
    """One role: its rights, each with the scopes it knows, its fields, who has it."""
    found, by, trouble = _role_for(code), cast(User, request.user), ""
    if request.method == "POST":
        try:
            changed = actions.set_rights(found, by=by, scopes=_scopes(request), levels=_levels(request))
        except ValidationError as error:
            trouble = " ".join(error.messages)
        else:
            say(request, _("Saved: it holds at once.") if changed else _("Nothing was changed."))
            return redirect("core:role", found.code)
    context = {
        "role": found,
        "trouble": trouble,
        "rooms": [
            (room, [_choice(found, code) for code in codes]) for room, codes in _by_room(list(usual.ACTIONS))
        ],
        "subjects": [
            (SUBJECT_WORDS.get(subject, subject), [_level_choice(found, subject, one) for one in fields])
            for subject in usual.SUBJECTS
            if (fields := list(usual.fields_of(subject).values()))
        ],
        "people": User.objects.filter(role=found.code).order_by("-is_active", "name"),
    }
    return render(request, "core/roles/role.html", context, status=422 if trouble else 200)


def _choice(found: ShopRole, code: str) -> dict[str, Any]:
    action = usual.ACTIONS[code]
    now = kept.scope(found.code, code)
    reach = list(dict.fromkeys(["", *(scope for scope in usual.SCOPES if scope in action.reach), now]))
    return {
        "name": f"right-{code}",
        "says": action.says or code,
        "now": now,
        "words": SCOPES.get(now, now),
        "choices": [(scope, SCOPES[scope]) for scope in reach] if action.reach and not found.is_fixed else [],
        "is_changed": now != actions.usual_scope(found, action),
    }


def _level_choice(found: ShopRole, subject: str, one: usual.Field) -> dict[str, Any]:
    now = level_of_role(found.code, subject, one)
    known = usual.LEVELS[1:] if one.is_figure else usual.LEVELS
    return {
        "name": f"field-{subject}.{one.name}",
        "says": one.label,
        "now": now,
        "words": LEVELS[now],
        "choices": [] if found.is_fixed else [(level, LEVELS[level]) for level in known],
    }


def _scopes(request: HttpRequest) -> dict[str, str]:
    """The rights of a form: right-customers.edit=own."""
    return {
        name.removeprefix("right-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("right-")
    }


def _levels(request: HttpRequest) -> dict[tuple[str, str], str]:
    """The fields of a form: field-customers.customer.credit_limit=see."""
    found: dict[tuple[str, str], str] = {}
    for name, value in request.POST.items():
        if name.startswith("field-"):
            subject, _dot, field = name.removeprefix("field-").rpartition(".")
            found[subject, field] = str(value)
    return found


@needs("roles.edit")
@require_http_methods(["GET", "POST"])
def name(request: HttpRequest, code: str) -> HttpResponse:
    """Make a new role from this one (?copy=1), or call this one otherwise."""
    found, by = _role_for(code), cast(User, request.user)
    copying = "copy" in request.GET or "copy" in request.POST
    typed = {
        "name": request.POST.get("name", "" if copying else str(found.label))[:60],
        "says": request.POST.get("says", "" if copying else found.says)[:200],
    }
    trouble = ""
    if request.method == "POST":
        try:
            act = actions.copy_role if copying else actions.rename_role
            made = act(found, by=by, **typed)
        except ValidationError as error:
            trouble = " ".join(error.messages)
        else:
            say(request, _("“%(name)s” is here.") % {"name": made.label} if copying else _("Saved."))
            return redirect("core:role", made.code)
    context = {"role": found, "copying": copying, "typed": typed, "trouble": trouble}
    return render(request, "core/roles/name.html", context, status=422 if trouble else 200)


@needs("roles.edit")
@require_POST
def reset(request: HttpRequest, code: str) -> HttpResponse:
    found = _role_for(code)
    actions.reset_role(found, by=cast(User, request.user))
    say(request, _("The rights of “%(name)s” are as they come.") % {"name": found.label})
    return redirect("core:role", found.code)


@needs("roles.edit")
@require_POST
def archive(request: HttpRequest, code: str) -> HttpResponse:
    found = _role_for(code)
    actions.archive_role(found, by=cast(User, request.user))
    say(request, _("“%(name)s” is put away.") % {"name": found.label})
    return redirect("core:roles")


@needs("roles.edit")
@require_POST
def restore(request: HttpRequest, code: str) -> HttpResponse:
    found = _role_for(code)
    actions.restore_role(found, by=cast(User, request.user))
    say(request, _("“%(name)s” is back.") % {"name": found.label})
    return redirect("core:role", found.code)
