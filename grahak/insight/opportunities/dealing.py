"""Opportunities made into deals: the amount is what each may bring in ninety days, the reasoning goes along in words,
and none becomes a second deal while one of it is open. What becomes of the deal becomes of the opportunity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.models import User
from grahak.core.money import written
from grahak.core.refusals import NotUnderstood
from grahak.insight.models import Opportunity, OpportunityState
from grahak.insight.opportunities import actions, telling
from grahak.sales.deals.actions import DealDraft, add_deals
from grahak.sales.deals.actions.pipelines import any_pipeline
from grahak.sales.models import Deal, DealStage, StageKind
from grahak.sales.totals import coins

DECIDED_IN = 30  # days from today that a deal of an opportunity is expected in
MOST = 500  # deals made in one press: somebody has to work on them
SOURCE = "opportunity"


def key_of(row: Opportunity) -> str:
    """What a deal of this opportunity is known by, among those of its customer."""
    return f"{row.kind}:{row.subject_kind}:{row.subject}"


def open_deals(rows: Iterable[Opportunity]) -> dict[int, Deal]:
    """By opportunity, the open deal that was made of it. One query."""
    marks = {(row.customer_id, key_of(row)): row.pk for row in rows}
    if not marks:
        return {}
    found = Deal.objects.open().filter(
        customer_id__in={customer for customer, _key in marks},
        source_key__in={key for _customer, key in marks},
    )
    return {
        marks[deal.customer_id, deal.source_key]: deal
        for deal in found
        if (deal.customer_id, deal.source_key) in marks
    }


@transaction.atomic
def make_deals(
    rows: QuerySet[Opportunity], *, by: User, stage: DealStage | None = None
) -> tuple[list[Deal], int]:
    """A deal of each that is open or taken, in the first stage of the shop's first pipeline or in STAGE, owned by who
    took it, else by who is in charge of the customer, else by whoever asks. Returns the deals and how many were left
    out because one is open already; refuses more than 500."""
    waiting = rows.waiting().order_by("pk").select_for_update(of=("self",))  # type: ignore[attr-defined]
    chosen = list(waiting.select_related("customer__owner", "customer__branch", "taken_by")[: MOST + 1])
    if len(chosen) > MOST:
        raise NotUnderstood(_("Make at most %(n)s deals at once: choose the worthiest.") % {"n": MOST})
    first = stage or any_pipeline(by=by).stages.select_related("pipeline").filter(kind=StageKind.OPEN)[0]
    names = telling.names_of(chosen)
    deals = add_deals([_draft(row, names, first, by) for row in chosen], by=by)
    made = {(deal.customer_id, deal.source_key): deal for deal in deals}
    takers: dict[User, list[int]] = {}
    for row in chosen:
        deal = made.get((row.customer_id, key_of(row)))
        if deal is not None:
            takers.setdefault(deal.owner or by, []).append(row.pk)
    for person, ids in takers.items():
        actions.take(Opportunity.objects.filter(pk__in=ids), person, by=by)
    return deals, len(chosen) - len(deals)


def _draft(row: Opportunity, names: telling.Names, stage: DealStage, by: User) -> DealDraft:
    why = _("%(evidence)s That may bring %(amount)s in ninety days.") % {
        "evidence": _plain(telling.evidence(row, names)),
        "amount": written(row.worth),
    }
    return DealDraft(
        customer=row.customer,
        title=_plain(telling.headline(row, names))[:200],
        stage=stage,
        amount=max(coins(row.worth), coins(row.worth * 0)),
        expected_on=business.today() + dt.timedelta(days=DECIDED_IN),
        owner=row.taken_by or row.customer.owner or by,
        source=SOURCE,
        source_key=key_of(row),
        why=why,
    )


def _plain(html: str) -> str:
    """The words of safe HTML."""
    from html import unescape

    return unescape(strip_tags(html))


def deal_was_closed(deal_id: int) -> None:
    """Won: the opportunity is done. Lost: put aside, for the shop's days. Nothing for a deal of another source."""
    deal = Deal.objects.select_related("owner", "lost_reason", "by").get(pk=deal_id)
    if deal.source != SOURCE:
        return
    kind, subject_kind, subject = deal.source_key.split(":")
    rows = Opportunity.objects.filter(
        customer_id=deal.customer_id, kind=kind, subject_kind=subject_kind, subject=int(subject),
        state__in=(OpportunityState.OPEN, OpportunityState.TAKEN),
    )  # fmt: skip
    person = deal.owner or deal.by
    if person is None:
        return
    if deal.state == StageKind.WON:
        actions.finish(rows, by=person)
    else:
        actions.dismiss(rows, "other", by=person, note=deal.lost_reason.name if deal.lost_reason else "")
