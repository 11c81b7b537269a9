"""The columns and filters that the life, the team and referrals of customers give to their list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Team
from grahak.core.registry import Column, Filter, registry
from grahak.customers.listing.operators import IS, NO, NOT, YES
from grahak.customers.models import Customer, Lifecycle

QUIET = mark_safe('<span class="quiet">–</span>')
TONES = {"lead": "wait", "prospect": "pen", "customer": "paid", "lapsed": "owed"}
MOST_TEAMS = 300


def badge(lifecycle: str) -> SafeString:
    """A part of a customer's life as a badge."""
    return format_html(
        '<span class="badge badge--{}">{}</span>', TONES.get(lifecycle, "line"), Lifecycle(lifecycle).label
    )


def _team_cell(row: Any) -> SafeString:
    return mark_safe(f"<bdi>{escape(row.team.name)}</bdi>") if row.team else QUIET


def _referrer_cell(row: Any) -> SafeString:
    return mark_safe(f"<bdi>{escape(row.referred_by.name)}</bdi>") if row.referred_by else QUIET


def _number(value: str) -> int:
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError(value)
    return number


def by_life(rows: Any, operator: str, value: str) -> Any:
    """ValueError for what is no part of a life."""
    found = Lifecycle(value)
    return rows.filter(lifecycle=found) if operator == "is" else rows.exclude(lifecycle=found)


def by_team(rows: Any, operator: str, value: str) -> Any:
    """VALUE is a team's number, or "none"."""
    wanted = Q(team=None) if value == "none" else Q(team_id=_number(value), team__isnull=False)
    return rows.filter(wanted) if operator == "is" else rows.exclude(wanted)


def by_referral(rows: Any, operator: str, value: str) -> Any:
    return rows.filter(referred_by__isnull=operator == "no")


def by_referrer(rows: Any, operator: str, value: str) -> Any:
    """Whom this customer sent themselves; VALUE is their number."""
    return rows.filter(referred_by_id=_number(value))


def _teams(request: Any) -> list[tuple[str, Any]]:
    found = Team.objects.filter(archived_at=None).values_list("pk", "name")[:MOST_TEAMS]
    return [("none", _("no team")), *((str(pk), name) for pk, name in found)]


def _referrers(request: Any) -> list[tuple[str, Any]]:
    """Who sent somebody, among those whom this person may see."""
    found = Customer.objects.visible_to(request.user).filter(referred__isnull=False).order_by("name_sort")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name").distinct()[:MOST_TEAMS]]


def register() -> None:
    """Hang them up."""
    registry.add(
        Column(
            "lifecycle", _("Lifecycle"), lambda row: badge(row.lifecycle), css="wide-only", order=18,
            export=lambda row: row.lifecycle, value="lifecycle", reads=("lifecycle",),
        ),
        Column(
            "team", _("Team"), _team_cell, select=("team",), css="wide-only", order=19,
            export=lambda row: row.team.name if row.team else "", value="team__name", reads=("team__name",),
        ),
        Column(
            "referred_by", _("Sent by"), _referrer_cell, select=("referred_by",), css="wide-only", order=20,
            export=lambda row: row.referred_by.name if row.referred_by else "", value="referred_by__name",
            reads=("referred_by__name",),
        ),
        Filter("lifecycle", _("Lifecycle"), (IS, NOT), by_life, kind="choice",
               choices=lambda request: Lifecycle.choices, order=18),
        Filter("team", _("Team"), (IS, NOT), by_team, kind="choice", choices=_teams, order=19),
        Filter("referred", _("Was sent by a customer"), (YES, NO), by_referral, kind="none", order=20),
        Filter("sent_by", _("Sent by"), (IS,), by_referrer, kind="choice", choices=_referrers, order=21),
    )  # fmt: skip
