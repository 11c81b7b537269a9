"""The shop itself: colleagues, teams, branches, tags, and the fields that it made for its customers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from grahak.connect.api.fields import BOOL, ID, INT, MOMENT, TEXT, TEXTS, Field, Narrow, choice
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.core.models import Branch, Team, User
from grahak.customers import actions
from grahak.customers.models import CustomField, CustomKind, Tag
from grahak.insight.models import Membership, Segment


def _users(_principal: Principal, _action: str) -> QuerySet[User]:
    return User.objects.order_by()


def _teams(_principal: Principal, _action: str) -> QuerySet[Team]:
    return Team.objects.order_by()


def _branches(_principal: Principal, _action: str) -> QuerySet[Branch]:
    return Branch.objects.order_by()


def _tags(_principal: Principal, _action: str) -> QuerySet[Tag]:
    return Tag.objects.order_by()


def _fields(_principal: Principal, _action: str) -> QuerySet[CustomField]:
    return CustomField.objects.order_by()


def _segments(_principal: Principal, _action: str) -> QuerySet[Segment]:
    return Segment.objects.active()


def members(principal: Principal, segment: Segment) -> QuerySet[Membership]:
    """Who is in a segment, of those that the principal may see."""
    rows = Membership.objects.filter(segment=segment, customer__archived_at=None)
    return reach.of_customers(rows, principal, "customers.view")


def _archived(rows: Any, value: bool) -> Any:
    return rows.filter(archived_at__isnull=not value)


USERS = Resource(
    name="users",
    noun="user",
    subject="core.user",
    says="Colleagues who may log in.",
    view="people.view",
    rows=_users,
    fields=(
        Field("id", ID, "pk"),
        Field("name", TEXT),
        Field("email", TEXT),
        Field("role", TEXT),
        Field("branch", ID, "branch_id", nullable=True),
        Field("team", ID, "team_id", nullable=True),
        Field("language", TEXT),
        Field("is_active", BOOL),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("email", TEXT, "email__iexact"),
        Narrow("role", TEXT, "role"),
        Narrow("branch", ID, "branch_id"),
        Narrow("team", ID, "team_id"),
        Narrow("active", BOOL, "is_active", "is_active"),
    ),
)

TEAMS = Resource(
    name="teams",
    noun="team",
    subject="core.team",
    says="Colleagues who work on the same customers.",
    view="people.view",
    rows=_teams,
    fields=(
        Field("id", ID, "pk"),
        Field("name", TEXT),
        Field("leader", ID, "leader_id", nullable=True),
        Field("archived_at", MOMENT, nullable=True),
    ),
    filters=(Narrow("archived", BOOL, _archived, "archived_at"),),
)

BRANCHES = Resource(
    name="branches",
    noun="branch",
    subject="core.branch",
    says="Shops, counters and depots.",
    view="customers.view",
    rows=_branches,
    fields=(
        Field("id", ID, "pk"),
        Field("name", TEXT),
        Field("address", TEXT),
        Field("created_at", MOMENT),
    ),
)

TAGS = Resource(
    name="tags",
    noun="tag",
    subject="customers.tag",
    says="Words that the shop hangs on customers; hung and taken off by a customer's “tags”.",
    view="customers.view",
    rows=_tags,
    fields=(Field("id", ID, "pk"), Field("name", TEXT)),
    sorts={"id": "pk", "name": "name"},
)


def _add_field(_principal: Principal, values: Record) -> int:
    return actions.add_field(by=None, **values).pk


def _change_field(_principal: Principal, field: CustomField, values: Record) -> None:
    kept = {"name": field.name, "kind": field.kind, "options": field.options} | values
    actions.change_field(field, by=None, **kept)


def _remove_field(_principal: Principal, field: CustomField) -> None:
    actions.put_field_away(field, by=None)


FIELDS = Resource(
    name="fields",
    noun="field",
    subject="customers.customfield",
    says="Fields of the shop's own; customers hold their values under “own”. DELETE puts one away.",
    view="customers.view",
    edit="settings.edit",
    rows=_fields,
    fields=(
        Field("id", ID, "pk"),
        Field("code", TEXT),
        Field("name", TEXT, write="both", required=True, length=60),
        Field("kind", choice(list(CustomKind.values)), write="both", required=True),
        Field("options", TEXTS, write="both", says="The words of a list."),
        Field("position", INT),
        Field("archived_at", MOMENT, nullable=True),
    ),
    filters=(Narrow("archived", BOOL, _archived, "archived_at"),),
    add=_add_field,
    change=_change_field,
    remove=_remove_field,
)

SEGMENTS = Resource(
    name="segments",
    noun="segment",
    subject="insight.segment",
    says="Groups of customers, by rules or by hand; who is in one stands under /segments/ID/members.",
    view="segments.view",
    rows=_segments,
    fields=(
        Field("id", ID, "pk"),
        Field("name", TEXT),
        Field("kind", TEXT),
        Field("created_at", MOMENT),
    ),
)
MEMBERS = Resource(
    name="members",
    noun="member",
    subject="customers.customer",
    says="A customer in a segment.",
    view="segments.view",
    rows=lambda _principal, _action: Membership.objects.none(),
    fields=(
        Field("id", ID, "customer_id", says="The customer's number."),
        Field("name", TEXT, "customer__name"),
        Field("entered_at", MOMENT),
    ),
    sorts={"id": "customer_id"},
)
