"""Leads, pipelines and the deals that go through them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grahak.connect.api.fields import (
    BOOL,
    DAY,
    ID,
    INT,
    MOMENT,
    MONEY,
    TEXT,
    Field,
    Narrow,
    choice,
)
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.customers.leads import actions as leads
from grahak.customers.models import Contact, Lead, LeadSource
from grahak.customers.models.leads import LeadState
from grahak.sales.deals import actions
from grahak.sales.models import Deal, DealStage, LostReason, Pipeline
from grahak.sales.models.deals import StageKind

STATE = choice(list(StageKind.values))


def _pipelines(_principal: Principal, _action: str) -> QuerySet[Pipeline]:
    return Pipeline.objects.order_by()


def _stages(_principal: Principal, _action: str) -> QuerySet[DealStage]:
    return DealStage.objects.order_by()


def _archived(rows: Any, value: bool) -> Any:
    return rows.filter(archived_at__isnull=not value)


PIPELINES = Resource(
    name="pipelines",
    noun="pipeline",
    subject="sales.pipeline",
    says="Ways in which business comes about.",
    view="deals.view",
    rows=_pipelines,
    fields=(
        Field("id", ID, "pk"),
        Field("name", TEXT),
        Field("position", INT),
        Field("archived_at", MOMENT, nullable=True),
    ),
    filters=(Narrow("archived", BOOL, _archived, "archived_at"),),
)
STAGES = Resource(
    name="stages",
    noun="stage",
    subject="sales.dealstage",
    says="Stages of pipelines with their probabilities in per cent.",
    view="deals.view",
    rows=_stages,
    fields=(
        Field("id", ID, "pk"),
        Field("pipeline", ID, "pipeline_id"),
        Field("name", TEXT),
        Field("position", INT),
        Field("kind", STATE),
        Field("probability", INT),
    ),
    filters=(Narrow("pipeline", ID, "pipeline_id"),),
)


def _deals(principal: Principal, action: str) -> QuerySet[Deal]:
    every = Deal.objects.all()
    seen = action == "deals.view"
    return every.visible_to(principal) if seen else every.editable_by(principal)  # type: ignore[arg-type]


def _headed(principal: Principal, values: Record, *, adding: bool) -> Record:
    found = reach.placed(principal, values, "deals.edit", adding=adding)
    if "customer" in found:
        found["customer"] = reach.customer_named(principal, found["customer"])
    if found.get("contact") is not None:
        people = reach.of_customers(Contact.objects.order_by(), principal, "customers.view")
        found["contact"] = reach.named(people, found["contact"], "contact")
    if "stage" in found:
        found["stage"] = reach.named(DealStage.objects.select_related("pipeline"), found["stage"], "stage")
    return found


@transaction.atomic
def _add_deal(principal: Principal, values: Record) -> int:
    found = _headed(principal, values, adding=True)
    deal = actions.add_deal(actions.DealDraft(source="api", **found), by=None)
    reach.still_seen(_deals(principal, "deals.edit"), deal.pk)
    return deal.pk


@transaction.atomic
def _change_deal(principal: Principal, deal: Deal, values: Record) -> None:
    found = _headed(principal, values, adding=False)
    stage, reason = found.pop("stage", None), found.pop("lost_reason", None)
    if found:
        deal = actions.edit_deal(deal, by=None, **found)
    if stage is not None:
        because = reach.named(LostReason.objects.filter(archived_at=None), reason, "lost_reason")
        try:
            actions.move(deal, stage, by=None, reason=because)
        except ValidationError as error:
            told = error.error_dict if hasattr(error, "error_dict") else {"stage": error.messages}
            names = {"reason": "lost_reason"}
            renamed = {names.get(name, name): found for name, found in told.items()}
            raise ValidationError(renamed) from None  # type: ignore[arg-type]
    elif reason is not None:
        raise ValidationError({"lost_reason": _("Say it with the stage where the deal is lost.")})
    reach.still_seen(_deals(principal, "deals.edit"), deal.pk)


DEALS = Resource(
    name="deals",
    noun="deal",
    subject="sales.deal",
    says="Business that may come about. A new “stage” moves it; one of kind “lost” needs a lost_reason.",
    view="deals.view",
    edit="deals.edit",
    rows=_deals,
    fields=(
        Field("id", ID, "pk"),
        Field("title", TEXT, write="both", required=True, length=200),
        Field("customer", ID, "customer_id", write="add", required=True),
        Field("contact", ID, "contact_id", write="both", nullable=True),
        Field("pipeline", ID, "pipeline_id"),
        Field("stage", ID, "stage_id", write="both", required=True),
        Field("state", STATE),
        Field("amount", MONEY, write="both"),
        Field("expected_on", DAY, write="both", nullable=True),
        Field("owner", ID, "owner_id", write="both", nullable=True),
        Field("team", ID, "team_id", nullable=True),
        Field("branch", ID, "branch_id", write="add", nullable=True),
        Field("source", TEXT),
        Field("note", TEXT, write="both", length=20_000),
        Field("lost_reason", ID, "lost_reason_id", write="change", nullable=True),
        Field("stage_since", MOMENT),
        Field("closed_at", MOMENT, nullable=True),
        Field("created_at", MOMENT),
        Field("updated_at", MOMENT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("pipeline", ID, "pipeline_id"),
        Narrow("stage", ID, "stage_id"),
        Narrow("state", STATE, "state"),
        Narrow("owner", ID, "owner_id"),
        Narrow("updated_since", MOMENT, "updated_at__gte", "updated_at"),
    ),
    add=_add_deal,
    change=_change_deal,
    has_money=True,
)


def _leads(principal: Principal, _action: str) -> QuerySet[Lead]:
    rows: QuerySet[Lead] = Lead.objects.visible_to(principal)  # type: ignore[arg-type]
    return rows


@transaction.atomic
def _capture(principal: Principal, values: Record) -> int:
    found = reach.placed(principal, values, "leads.edit", adding=True)
    if found.get("customer") is not None:
        found["customer"] = reach.customer_named(principal, found["customer"])
    elif not found.get("name", "").strip():
        raise ValidationError({"name": _("Every customer needs a name.")})
    if "source" in found:
        source = LeadSource.objects.filter(name__iexact=found["source"].strip()).first()
        if source is None:
            raise ValidationError({"source": _("There is no source of this name.")})
        found["source"] = source
    lead = leads.capture(by=None, **found)
    reach.still_seen(_leads(principal, "leads.view"), lead.pk)
    return lead.pk


LEADS = Resource(
    name="leads",
    noun="lead",
    subject="customers.lead",
    says="People who may buy, from the day they were captured. POST captures one, as a new customer or for one.",
    view="leads.view",
    edit="leads.edit",
    rows=_leads,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", write="add", nullable=True),
        Field("name", TEXT, "customer__name", write="add", length=200),
        Field("state", choice(list(LeadState.values))),
        Field(
            "source", TEXT, "source__name", write="add", length=80, says="Where they come from, by its name."
        ),
        Field("detail", TEXT, write="add", length=120),
        Field("wants", TEXT, write="add", length=2000),
        Field("worth", MONEY, write="add", nullable=True),
        Field("captured_at", MOMENT),
        Field("qualified_at", MOMENT, nullable=True),
        Field("won_at", MOMENT, nullable=True),
        Field("lost_at", MOMENT, nullable=True),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("state", choice(list(LeadState.values)), "state"),
        Narrow("captured_after", MOMENT, "captured_at__gt", "captured_at"),
    ),
    add=_capture,
    has_money=True,
)
