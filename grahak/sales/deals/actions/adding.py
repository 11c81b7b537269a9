"""Deals added, one or many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import Branch, Team, User
from grahak.customers.actions import tell
from grahak.customers.models import Contact, Customer
from grahak.customers.text import many_lines, one_line
from grahak.sales.actions.posting import only_once
from grahak.sales.deals.counting import cell_of, recount
from grahak.sales.models import NO_DAY, Deal, DealStage, StageChange, StageKind

LARGEST = Decimal(10) ** 11  # a deal beyond this is a slip of the finger, as with a line of an order


@dataclass(frozen=True)
class DealDraft:
    """What a deal begins with. OWNER None: whoever adds it; TEAM and BRANCH None: the owner's and the customer's.
    SOURCE_KEY: the opportunity it is made of; a second one while a deal of it is open is left out."""

    customer: Customer
    title: str
    stage: DealStage
    amount: Decimal = Decimal(0)
    expected_on: dt.date | None = None
    contact: Contact | None = None
    owner: User | None = None
    team: Team | None = None
    branch: Branch | None = None
    source: str = "hand"
    source_key: str = ""
    why: str = ""
    note: str = ""
    at: dt.datetime | None = None


def add_deal(draft: DealDraft, *, by: User | None, once: str = "") -> Deal:
    """Add one. ValidationError under title, amount, stage or contact. The same ONCE gives the same deal."""

    def make() -> Deal:
        deal = _make(draft, by, once)
        recount([cell_of(deal)])
        return deal

    return only_once(Deal, once, make)


@transaction.atomic
def add_deals(drafts: Sequence[DealDraft], *, by: User | None) -> list[Deal]:
    """Add many; those whose opportunity has an open deal already are left out. Returns the new ones."""
    keys = {draft.source_key for draft in drafts if draft.source_key}
    customers = sorted({draft.customer.pk for draft in drafts})
    list(
        Customer.objects.select_for_update(no_key=True)
        .filter(pk__in=customers)
        .order_by("pk")
        .values_list("pk")
    )
    rows = Deal.objects.open().filter(customer_id__in=customers, source_key__in=keys)
    taken = set(rows.values_list("customer_id", "source_key"))
    made = []
    for draft in drafts:
        mark = draft.customer.pk, draft.source_key
        if draft.source_key and mark in taken:
            continue
        taken.add(mark)
        made.append(_make(draft, by, ""))
    recount({cell_of(deal) for deal in made})
    return made


def checked_title(text: str) -> str:
    """One line of 1 to 200 characters. ValidationError under "title"."""
    title = one_line(text)
    if not title:
        raise ValidationError({"title": _("Say what it is about.")})
    if len(title) > 200:
        raise ValidationError({"title": _("At most 200 characters.")})
    return title


def checked_amount(amount: Decimal) -> Decimal:
    """An amount of zero or more that fits. ValidationError under "amount"."""
    if amount < 0:
        raise ValidationError({"amount": _("Must be zero or more.")})
    if amount > LARGEST:
        raise ValidationError({"amount": _("That is too much for one deal.")})
    return amount


def _make(draft: DealDraft, by: User | None, once: str) -> Deal:
    if draft.stage.kind != StageKind.OPEN or draft.stage.pipeline.archived_at is not None:
        raise ValidationError({"stage": _("A deal begins in an open stage of a pipeline in use.")})
    if draft.contact is not None and draft.contact.customer_id != draft.customer.pk:
        raise ValidationError({"contact": _("That person belongs to another customer.")})
    owner = draft.owner or by
    moment = draft.at or timezone.now()
    deal = Deal.objects.create(
        title=checked_title(draft.title),
        customer=draft.customer,
        contact=draft.contact,
        pipeline=draft.stage.pipeline,
        stage=draft.stage,
        amount=checked_amount(draft.amount),
        expected_on=draft.expected_on,
        closes_on=draft.expected_on or NO_DAY,
        owner=owner,
        team=draft.team or (owner.team if owner else None),
        branch=draft.branch or draft.customer.branch or (owner.branch if owner else None),
        source=draft.source,
        source_key=draft.source_key,
        why=many_lines(draft.why),
        note=many_lines(draft.note),
        stage_since=moment,
        created_at=moment,
        by=by,
        once=once or None,
    )
    StageChange.objects.create(deal=deal, after=draft.stage, at=moment, by=by)
    tell(
        draft.customer, "sales.deal.added", group="other", at=moment, by=by, subject="deal", subject_id=deal.pk,
        title=deal.title, facts={"amount": str(deal.amount)},
    )  # fmt: skip
    audit.record("sales.deal.added", deal, by=by, customer=draft.customer.name, amount=str(deal.amount))
    announce("sales.deal.added", deal_id=deal.pk)
    return deal
