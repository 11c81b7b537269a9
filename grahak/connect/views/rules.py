"""Rules: their list, and the page on which one is built in plain words. The whole draft travels in its form; the
conditions are the editor of segments."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.connect.rules import actions, deeds, triggers
from grahak.connect.rules.models import Again, Rule
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers.views.parts import LARGEST, wants
from grahak.insight.segments import rights
from grahak.insight.segments.tree import TreeError, parse
from grahak.insight.views import segments_blanks as blanks
from grahak.insight.views import segments_draft as drafts
from grahak.insight.views.segments_builder import KEPT_STEPS, LONGEST_STEP, STEPS, checked, drawn, press

DEED = re.compile(r"d-(\d{1,2})~([a-z]{1,20})", re.ASCII)


def rule_or_404(pk: int) -> Rule:
    found = Rule.objects.filter(pk=pk).select_related("owner").first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_GET
@needs("rules.edit")
def rules(request: HttpRequest) -> HttpResponse:
    """All rules in the order in which they run, and those that are put away."""
    rows = list(Rule.objects.select_related("owner").order_by("position", "pk"))
    for row in rows:
        row.says = triggers.says(row.trigger, row.settings)  # type: ignore[attr-defined]
        row.todo = [deeds.says(deed) for deed in row.deeds]  # type: ignore[attr-defined]
    context = {
        "rules": [row for row in rows if row.archived_at is None],
        "put_away": [row for row in rows if row.archived_at is not None],
    }
    return render(request, "connect/rules/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A new rule; it is off until it was tried out."""
    if request.method == "POST":
        return _posted(request, None)
    return _page(request, None, drafts.group(), _kept(Rule(trigger="added", name="", deeds=[{"do": "task"}])))


@require_http_methods(["GET", "POST"])
@needs("rules.edit")
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    found = rule_or_404(pk)
    if request.method == "POST":
        return _posted(request, found)
    try:
        draft = blanks.from_json(found.tree) if found.tree else drafts.group()
        parse(found.tree)
    except TreeError:
        draft = drafts.group()
    return _page(request, found, draft, _kept(found))


# The draft beside the conditions


def _kept(found: Rule) -> dict[str, Any]:
    """What the form holds of a rule."""
    names = ("name", "trigger", "settings", "deeds", "again", "again_days")
    return {name: getattr(found, name) for name in names}


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, never failing: what fits nothing is passed over."""
    posted = request.POST
    code = posted.get("trigger", "")
    trigger = triggers.TRIGGERS.get(code)
    settings: dict[str, Any] = {}
    for blank in trigger.blanks if trigger else ():
        name = f"s~{blank.name}"
        settings[blank.name] = posted.getlist(name)[:100] if blank.many else posted.get(name, "")[:60]
    rows: dict[int, dict[str, str]] = {}
    for name in posted:
        fits = DEED.fullmatch(name)
        if fits:
            rows.setdefault(int(fits[1]), {})[fits[2]] = posted[name].replace("\x00", "")[:300]
    days = posted.get("again_days", "30")
    return {
        "name": posted.get("name", "").replace("\x00", "")[:200],
        "trigger": code if trigger else "added",
        "settings": settings,
        "deeds": [rows[index] for index in sorted(rows)][: actions.MOST_DEEDS],
        "again": posted.get("again", "always"),
        "again_days": int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else 0,
    }


def _posted(request: HttpRequest, found: Rule | None) -> HttpResponse:
    draft, do = drafts.from_form(request.POST), request.POST.get("do", "look")
    typed = _typed(request)
    what, _colon, rest = do.partition(":")
    steps = [one for one in request.POST.getlist("before") if len(one) <= LONGEST_STEP][-KEPT_STEPS:]
    if what == "save":
        return _save(request, found, draft, typed, steps)
    look_at = ""
    if what == "deed":
        typed["deeds"].append({"do": request.POST.get("new_deed", "task")})
    elif what == "undeed" and rest.isdecimal() and int(rest) < len(typed["deeds"]):
        del typed["deeds"][int(rest)]
    elif what == "back" and steps:
        try:
            draft = drafts.load(json.loads(steps.pop()))
        except ValueError:
            raise Http404 from None
    elif what in STEPS:
        if what == "add" and do.count(":") == 1:
            do += ":" + request.POST.get(f"{rest}~new", "")
        before = json.dumps(drafts.dump(draft), ensure_ascii=False)
        look_at = press(draft, do)
        if len(before) <= LONGEST_STEP:
            steps = [*steps, before][-KEPT_STEPS:]
    return _page(request, found, draft, typed, steps=steps, look_at=look_at)


def _save(
    request: HttpRequest, found: Rule | None, draft: drafts.Node, typed: dict[str, Any], steps: list[str]
) -> HttpResponse:
    user: Any = request.user
    tree = checked(draft, user)
    problems: dict[str, str] = {}
    if tree is not None:
        told = {name: typed[name] for name in ("name", "trigger", "settings", "again", "again_days")}
        try:
            if found is None:
                saved = actions.add(by=user, tree=tree, todo=typed["deeds"], **told)
            else:
                saved = actions.change(found, by=user, tree=tree, todo=typed["deeds"], **told)
        except ValidationError as error:
            problems = {name: " ".join(words) for name, words in error.message_dict.items()}
        else:
            say(request, _("“%(name)s” is saved. See what it would have done.") % {"name": saved.name})
            return redirect("connect:rule_try", saved.pk)
    return _page(request, found, draft, typed, steps=steps, problems=problems, status=422)


def _page(
    request: HttpRequest,
    found: Rule | None,
    draft: drafts.Node,
    typed: dict[str, Any],
    *,
    steps: list[str] | None = None,
    look_at: str = "",
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    shelf = blanks.Shelf()
    context: dict[str, Any] = {
        "rule": found,
        "node": drawn(draft, shelf),
        "shelf": [
            (head, [(one.code, one.label) for one in codes]) for head, codes in rights.offered(request.user)
        ],
        "url": reverse("connect:rule", args=[found.pk]) if found else reverse("connect:rule_new"),
        "items_url": reverse("segments:items"),
        "steps": steps or [],
        "look_at": look_at,
        "has_problems": draft.has_problems,
    }
    if wants(request, "rules"):
        return render(request, "insight/segments/_rules.html", context, status=status)
    context |= {
        "typed": typed,
        "problems": problems or {},
        "triggers": _grouped_triggers(),
        "blanks": _trigger_blanks(typed),
        "deeds": _deed_rows(typed["deeds"]),
        "new_deeds": [(one.code, one.label) for one in deeds.KINDS_OF_DEED.values()],
        "agains": Again.choices,
    }
    return render(request, "connect/rules/build.html", context, status=status)


def _grouped_triggers() -> list[tuple[Any, list[tuple[str, Any]]]]:
    found: dict[str, tuple[Any, list[tuple[str, Any]]]] = {}
    for one in triggers.TRIGGERS.values():
        found.setdefault(str(one.group), (one.group, []))[1].append((one.code, one.label))
    return list(found.values())


def _trigger_blanks(typed: dict[str, Any]) -> list[dict[str, Any]]:
    out = []
    for blank in triggers.TRIGGERS[typed["trigger"]].blanks:
        value = typed["settings"].get(blank.name, [] if blank.many else "")
        chosen = set(map(str, value)) if blank.many else {str(value)}
        choices = [
            (code, label, str(code) in chosen) for code, label in (blank.choices() if blank.choices else ())
        ]
        out.append({"blank": blank, "name": f"s~{blank.name}", "value": value, "choices": choices})
    return out


def _deed_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for index, deed in enumerate(rows):
        kind = deeds.KINDS_OF_DEED.get(deed.get("do", ""))
        if kind is None:
            continue
        fields = [
            {
                "field": one,
                "name": f"d-{index}~{one.name}",
                "value": deed.get(one.name, ""),
                "choices": one.choices() if one.choices else None,
            }
            for one in kind.fields
        ]
        out.append({"index": index, "kind": kind, "fields": fields})
    return out


# One press


@require_POST
@needs("rules.edit")
def switch(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """On or off; the toast takes it back."""
    user: Any = request.user
    if to not in ("on", "off"):
        raise Http404
    found = actions.switch(rule_or_404(pk), to == "on", by=user)
    words = _("“%(name)s” is on.") if to == "on" else _("“%(name)s” is off.")
    undo = reverse("connect:rule_switch", args=[pk, "off" if to == "on" else "on"])
    say(request, words % {"name": found.name}, undo=undo)
    return redirect("connect:rules")


@require_POST
@needs("rules.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    actions.move(rule_or_404(pk), bool(request.POST.get("up")), by=request.user)  # type: ignore[arg-type]
    return redirect("connect:rules")


@require_POST
@needs("rules.edit")
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    found = rule_or_404(pk)
    actions.put_away(found, by=request.user)  # type: ignore[arg-type]
    undo = reverse("connect:rule_bring_back", args=[pk])
    say(request, _("“%(name)s” is put away.") % {"name": found.name}, undo=undo)
    return redirect("connect:rules")


@require_POST
@needs("rules.edit")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = rule_or_404(pk)
    actions.bring_back(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(name)s” is back, switched off.") % {"name": found.name})
    return redirect("connect:rules")
