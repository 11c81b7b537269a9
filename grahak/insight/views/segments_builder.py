"""The rule builder: the whole draft travels in its form, every press gives the page (or its rules) back, the count
beside it follows what is typed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers.views.parts import sentences, wants
from grahak.insight.models import Segment
from grahak.insight.segments import actions, registry, rights
from grahak.insight.segments.tree import Tree, TreeError, parse
from grahak.insight.views import segments_blanks as blanks
from grahak.insight.views import segments_draft as drafts
from grahak.insight.views.segments_draft import Node
from grahak.insight.views.segments_parts import rule_segment_or_404, segment_or_404, uses_in_words
from grahak.insight.views.segments_starts import START_CODES, start

KEPT_STEPS: Final = 8
LONGEST_STEP: Final = 20_000
ROOT_MATCHES: Final = (
    ("all", gettext_lazy("all of these are true")),
    ("any", gettext_lazy("at least one of these is true")),
    ("none", gettext_lazy("none of these is true")),
)
MATCHES: Final = (
    ("all", gettext_lazy("all of these")),
    ("any", gettext_lazy("any of these")),
    ("none", gettext_lazy("none of these")),
)


@dataclass
class Drawn:
    """A node as its template draws it."""

    path: str
    is_group: bool
    label: Any
    match: str = ""
    code: str = ""
    matches: tuple[tuple[str, Any], ...] = MATCHES
    joins: str = ""
    rules: list[Drawn] = field(default_factory=list)
    blanks: list[blanks.Blank] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_first: bool = True
    is_last: bool = True
    group_before: bool = False

    @property
    def is_root(self) -> bool:
        return self.path == "r"

    @property
    def is_deep(self) -> bool:
        return self.path.count("-") > 1

    @property
    def may_hold_groups(self) -> bool:
        return self.path.count("-") < drafts.DEEPEST - 1


def drawn(node: Node, shelf: blanks.Shelf, path: str = "r", joins: str = "") -> Drawn:
    """NODE and everything below it, ready for its template."""
    problems = [str(sentence) for sentence in node.problems.values()]
    if not node.is_group:
        condition = registry.CONDITIONS.get(node.code)
        label = condition.label if condition else node.code
        found = blanks.draw(node, path, shelf)
        return Drawn(path, False, label, code=node.code, blanks=found, problems=problems)
    made = Drawn(path, True, _("Group"), match=node.match, joins=joins, problems=problems)
    made.matches = ROOT_MATCHES if path == "r" else MATCHES
    for index, rule in enumerate(node.rules):
        one = drawn(rule, shelf, f"{path}-{index}", _joining(node, rule) if index else "")
        one.is_first, one.is_last = index == 0, index == len(node.rules) - 1
        one.group_before = index > 0 and node.rules[index - 1].is_group
        made.rules.append(one)
    return made


def _joining(group: Node, rule: Node) -> str:
    """The word before a group that stands after other lines."""
    if group.match == "all":
        return pgettext("joins rules", "but") if rule.match == "none" else pgettext("joins rules", "and")
    return pgettext("joins rules", "or") if group.match == "any" else pgettext("joins rules", "nor")


def checked(draft: Node, user: Any) -> Tree | None:
    """The tree of a draft; None where something is still to be mended, or is kept from USER: it is written into the
    draft's nodes."""
    kept = blanks.to_json(draft)
    if draft.has_problems:
        return None
    try:
        tree = parse({"v": 1, **kept})
        shut = rights.first_closed(tree, user)
        if shut is not None:
            raise TreeError(_("You may not see what this rule asks about: take it out."), shut.path)
    except TreeError as error:
        place = "".join(f"-{step}" for step in error.path)
        (drafts.at(draft, f"r{place}") or draft).problems[""] = str(error.sentence)
        return None
    return tree


def press(draft: Node, do: str) -> str:
    """Do what a button of the builder says: "add:r-0:code", "remove:r-0-1", "move:r-1:r-0-2". Gives the path of
    the node that is to be looked at then."""
    what, _colon, rest = do.partition(":")
    path, _colon, more = rest.partition(":")
    if what == "add":
        new = blanks.fresh(more)
        return drafts.add(draft, path, new) if new else ""
    if what == "group":
        holder = drafts.at(draft, path)
        word = "all" if holder is not None and holder.match == "any" else "any"
        return drafts.add(draft, path, drafts.group(word))
    if what == "remove":
        drafts.remove(draft, path)
        return ""
    if what == "copy":
        node = drafts.at(draft, path)
        return drafts.add(draft, path.rpartition("-")[0], drafts.copied(node)) if node else ""
    if what == "move":
        return drafts.carry(draft, path, more.removesuffix("!"), after=more.endswith("!"))
    return drafts.move(draft, path, what) if what in ("up", "down", "in", "out") else ""


STEPS: Final = ("add", "group", "remove", "copy", "move", "up", "down", "in", "out")


@require_http_methods(["GET", "POST"])
@needs("segments.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A new segment: empty, from a template (?from=code), or as a copy of another's rules (?like=number)."""
    if request.method == "POST":
        return _posted(request, None)
    name, draft = "", drafts.group()
    if (code := request.GET.get("from", "")) in START_CODES:
        name, tree = start(code)
        draft = blanks.from_json(tree)
    elif (like := request.GET.get("like", "")).isdecimal():
        found = segment_or_404(int(like))
        name, draft = _("%(name)s, again") % {"name": found.name[:100]}, blanks.from_json(found.tree)
    return _page(request, None, draft, name=name)


@require_http_methods(["GET", "POST"])
@needs("segments.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the rules of a segment."""
    found = rule_segment_or_404(pk)
    if request.method == "POST":
        return _posted(request, found)
    return _page(request, found, blanks.from_json(found.tree), name=found.name, note=found.note)


def _posted(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    draft, do = drafts.from_form(request.POST), request.POST.get("do", "look")
    what = do.partition(":")[0]
    steps = [one for one in request.POST.getlist("before") if len(one) <= LONGEST_STEP][-KEPT_STEPS:]
    if what in ("save", "save_new"):
        return _save(request, None if what == "save_new" else segment, segment, draft, steps)
    look_at = ""
    if what == "back" and steps:
        try:
            draft = drafts.load(json.loads(steps.pop()))
        except ValueError:
            raise Http404 from None
    elif what in STEPS:
        if what == "add" and do.count(":") == 1:
            do += ":" + request.POST.get(f"{do[4:]}~new", "")
        before = json.dumps(drafts.dump(draft), ensure_ascii=False)
        look_at = press(draft, do)
        if len(before) <= LONGEST_STEP:
            steps = [*steps, before][-KEPT_STEPS:]
    elif what == "look":
        checked(draft, request.user)
    return _page(request, segment, draft, steps=steps, look_at=look_at, posted=True)


def _save(
    request: HttpRequest, segment: Segment | None, shown: Segment | None, draft: Node, steps: list[str]
) -> HttpResponse:
    name, note = request.POST.get("name", "").strip(), request.POST.get("note", "").strip()
    tree = checked(draft, request.user)
    problem = "" if name else _("Give it a name.")
    if tree is not None and not problem:
        user: Any = request.user
        try:
            if segment is None:
                segment = actions.create(name=name, by=user, tree=tree, note=note)
            else:
                segment = actions.change(segment, by=user, name=name, note=note, tree=tree)
        except ValidationError as error:
            problem = sentences(error)
        except TreeError as error:
            draft.problems[""] = str(error.sentence)
        else:
            say(request, _("“%(name)s” is saved. It is being counted.") % {"name": segment.name})
            return redirect("segments:segment", pk=segment.pk)
    return _page(request, shown, draft, steps=steps, problem=problem, posted=True, status=422)


def _page(
    request: HttpRequest,
    segment: Segment | None,
    draft: Node,
    *,
    name: str = "",
    note: str = "",
    steps: list[str] | None = None,
    look_at: str = "",
    problem: str = "",
    posted: bool = False,
    status: int = 200,
) -> HttpResponse:
    shelf = blanks.Shelf(without_segment=segment.pk if segment else None)
    context: dict[str, Any] = {
        "segment": segment,
        "node": drawn(draft, shelf),
        "shelf": [
            (heading, [(one.code, one.label) for one in found])
            for heading, found in rights.offered(request.user)
        ],
        "url": reverse("segments:edit", args=[segment.pk]) if segment else reverse("segments:new"),
        "items_url": reverse("segments:items"),
        "steps": steps or [],
        "look_at": look_at,
        "problem": problem,
        "has_problems": draft.has_problems,
    }
    if wants(request, "rules"):
        return render(request, "insight/segments/_rules.html", context, status=status)
    from grahak.insight.views.segments_live import live

    context |= {
        "name": request.POST.get("name", "")[:120] if posted else name,
        "note": request.POST.get("note", "")[:300] if posted else note,
        "uses": uses_in_words(segment) if segment else [],
        **(live(checked(draft, request.user), request) if posted else {}),
    }
    return render(request, "insight/segments/build.html", context, status=status)
