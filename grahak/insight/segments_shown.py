"""What segments hang into the shell and into the pages of customers: their place in the navigation, a filter and a
column of the customer list, "put into a list", and a panel that says which segments a customer is in."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grahak.core.access import grant, scope_of
from grahak.core.money import figure
from grahak.core.registry import Column, Filter, MassAction, NavLink, Panel, registry
from grahak.customers.extras import ask, has
from grahak.customers.listing.operators import IS, NOT
from grahak.customers.models import SavedView
from grahak.insight.models import Membership, Segment
from grahak.insight.segments.uses import KINDS, USES, Use
from grahak.insight.segments_counts import COUNTS

MOST_CHOICES: Final = 500
IN_PANEL: Final = 12
IN_CELL: Final = 3

grant("segments.view", says=_("See segments and who is in them"), marketer="all", analyst="all")
grant("segments.edit", says=_("Make and change segments and lists"), marketer="all")


def hang() -> None:
    """Called once, when the apps are ready."""
    ask("segments", Membership)
    registry.add(
        NavLink(_("Segments"), "segments:list", "segment", "segments.view", group=2, order=10, key="g"),
        Filter("segment", _("Segment"), (IS, NOT), in_segment, kind="choice", choices=choices, order=18),
        Column(
            "segments",
            _("Segments"),
            cell,
            css="wide-only",
            order=18,
            fill=fill,
            export=lambda row: ", ".join(row.segment_names),
            reads=(),
        ),
        MassAction("list", _("Put into a list"), "segments:put", "segment", "segments.edit", order=30),
        Panel(
            "insight.segments",
            "related",
            "insight/panels/segments.html",
            panel,
            order=60,
            action="segments.view",
        ),
    )
    registry.searches.append(find)
    KINDS["view"] = _("Saved view")
    USES.append(by_views)
    COUNTS.append(views_by_segment)
    registry.add_new(NavLink(_("Segment"), "segments:new", "segment", "segments.edit", order=60, key="s"))


def find(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Segments in use whose name has the typed text in it, for the search box."""
    if scope_of(user, "segments.view") is None:
        return []
    return [
        {
            "group": _("Segments"),
            "icon": "segment",
            "title": one.name,
            "text": ngettext("%(n)s member", "%(n)s members", one.members) % {"n": figure(one.members)},
            "url": reverse("segments:segment", args=[one.pk]),
        }
        for one in Segment.objects.active().filter(name__icontains=text).only("pk", "name", "members")[:limit]
    ]


def by_views(segment_id: int) -> list[Use]:
    """The saved views of the customer list that filter by a segment; those of one person are not named."""
    return [
        Use(
            view.name if view.is_shared else str(_("a colleague’s own view")),
            f"/customers/?view={view.pk}",
            "view",
        )
        for view in SavedView.objects.filter(query__contains="segment=")
        if segment_id in segments_in(view.query)
    ]


def views_by_segment() -> dict[int, int]:
    """Segment number → how many saved views filter by it."""
    found: Counter[int] = Counter()
    for query in SavedView.objects.filter(query__contains="segment=").values_list("query", flat=True):
        found.update(segments_in(query))
    return found


def segments_in(query: str) -> set[int]:
    """The numbers of the segments that a customer list's query string filters by."""
    values = QueryDict(query.lstrip("?")).getlist("segment")
    return {int(rest) for value in values if (rest := value.rpartition(":")[2]).isdecimal()}


def choices(request: Any) -> list[tuple[str, Any]]:
    """The segments in use, by name."""
    return [(str(pk), name) for pk, name in Segment.objects.active().values_list("pk", "name")[:MOST_CHOICES]]


def in_segment(rows: Any, operator: str, value: str) -> Any:
    """Members, or all others, as last counted. ValueError for what is no segment's number; a segment that is gone
    has no members."""
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError(value)
    if operator == "is":
        return rows.filter(memberships__segment_id=number)
    return rows.filter(~Exists(Membership.objects.filter(segment_id=number, customer=OuterRef("pk"))))


def fill(rows: list[Any]) -> None:
    """The names of the segments of each row, by name. One query."""
    found = Membership.objects.filter(customer_id__in=[row.pk for row in rows], segment__archived_at=None)
    names: dict[int, list[str]] = {}
    for customer, name in found.order_by("segment__name").values_list("customer_id", "segment__name"):
        names.setdefault(customer, []).append(name)
    for row in rows:
        row.segment_names = names.get(row.pk, [])


def cell(row: Any) -> SafeString:
    shown = "".join(
        f'<span class="badge badge--line"><bdi>{escape(name)}</bdi></span> '
        for name in row.segment_names[:IN_CELL]
    )
    more = len(row.segment_names) - IN_CELL
    return mark_safe(shown + (f'<span class="quiet">+{more}</span>' if more > 0 else ""))


def panel(customer: Any, request: Any) -> dict[str, Any] | None:
    """The segments a customer is in, since when, the newest first; nothing for one who is in none."""
    if not has(customer, "segments"):
        return None
    rows = Membership.objects.filter(customer=customer, segment__archived_at=None).select_related("segment")
    found = list(rows.order_by("-entered_at", "-pk")[: IN_PANEL + 1])
    return {"memberships": found[:IN_PANEL], "more": len(found) > IN_PANEL} if found else None
