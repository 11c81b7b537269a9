"""What the pages of segments share: the door to one, rules read back as words, reasons as words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from grahak.core.access import scope_of
from grahak.core.registry import registry
from grahak.customers.views.parts import LARGEST
from grahak.insight.models import Segment
from grahak.insight.segments.tree import Group, Node, Tree, TreeError, parse
from grahak.insight.segments.uses import KINDS, Use, uses


def segment_or_404(pk: int, **having: Any) -> Segment:
    """The segment with this number, put away or not."""
    found = Segment.objects.select_related("by").filter(pk=pk, **having).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


def rule_segment_or_404(pk: int) -> Segment:
    """One in use that follows rules: whose rules can be changed."""
    return segment_or_404(pk, kind="rule", archived_at=None)


def head(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """What the head of every page of a segment draws: what may be done with its members, as a whole."""
    actions = [one for one in registry.mass_actions if scope_of(request.user, one.action) is not None]
    return {"segment": segment, "mass_actions": actions, "whom": f"segment=is:{segment.pk}"}


def uses_in_words(segment: Segment) -> list[tuple[Use, Any]]:
    """What uses it, each with the word for what it is."""
    return [(use, KINDS.get(use.kind, "")) for use in uses(segment.pk)]


def tree_or_none(segment: Segment) -> Tree | None:
    """Its rules; None for a list kept by hand, and where they can't be read any more."""
    if segment.is_static:
        return None
    try:
        return parse(segment.tree)
    except TreeError:
        return None


@dataclass
class Said:
    """A rule in words; a group has RULES below its words, a single rule has none."""

    words: str
    match: str = ""
    rules: list[Said] | None = None


def said(node: Node) -> Said:
    """NODE and all below it in words."""
    if not isinstance(node, Group):
        return Said(node.says())
    return Said(group_words(node), node.match, [said(rule) for rule in node.rules])


def group_words(group: Group) -> str:
    """What a group asks of what stands below it."""
    if not group.rules:
        return _("Nobody") if group.match == "any" else _("Everybody")
    if not group.path:
        return {
            "all": _("Customers for whom all of these are true:"),
            "any": _("Customers for whom at least one of these is true:"),
            "none": _("Customers for whom none of these is true:"),
        }[group.match]
    return {
        "all": _("all of these together:"),
        "any": _("at least one of these:"),
        "none": _("none of these:"),
    }[group.match]


@dataclass
class Reason:
    """A rule, whether it HOLDS for a customer, and what was found. COUNTS: it is this that keeps the customer
    out or, inside a "none", would (drawn in red)."""

    words: str
    holds: bool
    actual: str = ""
    counts: bool = False
    rules: list[Reason] = field(default_factory=list)
