"""What happens to a lead: captured, talked to, found to be a prospect, won, lost, opened again. Each verb is one
transaction, takes its actor as `by=`, and leaves a line in the day book and in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import Batch, Team, User
from grahak.customers.actions.customers import add_customer, edit_customer
from grahak.customers.actions.timeline import tell
from grahak.customers.leads import giving, lifecycle, seeds
from grahak.customers.models import OPEN, Customer, Lead, LeadSource, LeadState, Lifecycle, LostReason
from grahak.customers.text import many_lines, one_line

LONGEST_WANTS = 4000
_MOST_WORTH = Decimal(10) ** 13


@transaction.atomic
def capture(
    *,
    by: User | None,
    name: str = "",
    source: LeadSource | str = "other",
    detail: str = "",
    wants: str = "",
    worth: Decimal | None = None,
    owner: User | None = None,
    team: Team | None = None,
    customer: Customer | None = None,
    referred_by: Customer | None = None,
    at: dt.datetime | None = None,
    deal: bool = True,
    **fields: Any,
) -> Lead:
    """Write down somebody who may buy. SOURCE: a row, or the code of one that came with the product. FIELDS: what
    `actions.add_customer` takes (kind, phones, emails, whatsapp, contact_name, tags, city, language, branch …).
    CUSTOMER: somebody already here; what they want is added to their open lead, else a new one begins.

    Without an OWNER or TEAM the rules decide who gets it, unless DEAL is False. ValidationError names the field that is
    wrong; "customer" for one who buys already, whose next order is no lead."""
    found = seeds.source(source) if isinstance(source, str) else source
    values = {"wants": _wants(wants), "worth": _worth(worth), "detail": _detail(detail)}
    moment = at or timezone.now()
    if customer is None:
        customer = _written_down(by=by, name=name, referred_by=referred_by, at=moment, **fields)
    else:
        customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        if customer.lifecycle not in lifecycle.BEFORE_BUYING:
            raise ValidationError({"customer": _("%(name)s buys from us already.") % {"name": customer.name}})
        if (open_one := _more_of(customer, values, by)) is not None:
            return open_one
    prospect = customer.lifecycle == Lifecycle.PROSPECT
    lead = Lead.objects.create(
        customer=customer, source=found, captured_at=moment, by=by,
        state=LeadState.QUALIFIED if prospect else LeadState.NEW,
        qualified_at=moment if prospect else None, **values,
    )  # fmt: skip
    tell(
        customer, "customers.lead.captured", group="notes", at=moment, by=by, subject="lead", subject_id=lead.pk,
        title=" · ".join(part for part in (str(found), lead.detail) if part), text=lead.wants,
        facts={"worth": str(lead.worth) if lead.worth is not None else ""},
    )  # fmt: skip
    audit.record("customers.lead.captured", customer, by=by, lead=lead.pk, source=found.name)
    if owner is not None or team is not None:
        giving.give([lead], owner, team, by=by)
    elif deal:
        giving.deal_out([lead.pk], by=by)
    lead.refresh_from_db()
    return lead


def _written_down(
    *, by: User | None, name: str, referred_by: Customer | None, at: dt.datetime, **fields: Any
) -> Customer:
    """A new customer at the beginning of their life."""
    made = add_customer(by=by, name=name, lifecycle=Lifecycle.LEAD, **{"source": "lead"} | fields)
    lifecycle.captured([made.pk], Lifecycle.LEAD, by=by, why="captured", at=at)
    if referred_by is not None:
        from grahak.customers.relations.referrals import refer

        refer(made, referred_by, by=by)
    return made


def _more_of(customer: Customer, values: dict[str, Any], by: User | None) -> Lead | None:
    """The open lead of a customer, with what they want now beneath what they wanted; None where there is none."""
    lead = Lead.objects.filter(customer=customer, state__in=OPEN).first()
    if lead is None:
        return None
    told = "\n".join(dict.fromkeys(part for part in (lead.wants, values["wants"]) if part))
    lead.wants, lead.worth = told[:LONGEST_WANTS], values["worth"] if lead.worth is None else lead.worth
    lead.save(update_fields=["wants", "worth"])
    audit.record("customers.lead.edited", customer, by=by, lead=lead.pk)
    return lead


def _wants(text: str) -> str:
    kept = many_lines(text).strip()
    if len(kept) > LONGEST_WANTS:
        raise ValidationError({"wants": _("At most %(n)s characters.") % {"n": LONGEST_WANTS}})
    return kept


def _detail(text: str) -> str:
    kept = one_line(text)
    if len(kept) > 120:
        raise ValidationError({"detail": _("At most %(n)s characters.") % {"n": 120}})
    return kept


def _worth(worth: Decimal | None) -> Decimal | None:
    if worth is not None and not 0 <= worth <= _MOST_WORTH:
        raise ValidationError({"worth": _("Must be %(least)s or more.") % {"least": 0}})
    return worth


def _locked(lead: Lead) -> Lead:
    """The lead and its customer as they are now, held until the end of the transaction."""
    Customer.objects.select_for_update(no_key=True).get(pk=lead.customer_id)
    return Lead.objects.select_related("customer", "source").get(pk=lead.pk)


def heard(customer_id: int, *, by: User | None, at: dt.datetime) -> None:
    """A colleague spoke with the customer or wrote to them: their open lead is new no more, and the first time is
    kept. One statement, and nothing happens where there is no open lead."""
    if by is None:
        return
    waiting = Lead.objects.filter(customer_id=customer_id, state__in=OPEN, first_talk_at=None)
    waiting.filter(captured_at__lte=at).update(first_talk_at=at, first_talk_by=by)
    Lead.objects.filter(customer_id=customer_id, state=LeadState.NEW, captured_at__lte=at).update(
        state=LeadState.TALKING
    )


@transaction.atomic
def edit(lead: Lead, *, by: User, **fields: Any) -> Lead:
    """Change source, detail, wants or worth."""
    unknown = set(fields) - {"source", "detail", "wants", "worth"}
    if unknown:
        raise TypeError(f"a lead has no {', '.join(sorted(unknown))}")
    clean: dict[str, Any] = {"wants": _wants, "detail": _detail, "worth": _worth}
    locked = _locked(lead)
    values = {name: clean[name](value) if name in clean else value for name, value in fields.items()}
    before = {name: getattr(locked, name) for name in values}
    if changes := audit.changed(before, values):
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(values))
        audit.record("customers.lead.edited", locked.customer, by=by, lead=locked.pk, changes=changes)
    return locked


@transaction.atomic
def qualify(lead: Lead, *, by: User, at: dt.datetime | None = None) -> Lead:
    """They will buy: a prospect now. Whoever says so has spoken with them. ValidationError for a closed lead."""
    locked, moment = _locked(lead), at or timezone.now()
    if locked.state == LeadState.QUALIFIED:
        return locked
    if not locked.is_open:
        raise ValidationError(_("This lead is closed: open it again first."))
    locked.state, locked.qualified_at = LeadState.QUALIFIED, moment
    if locked.first_talk_at is None:
        locked.first_talk_at, locked.first_talk_by = moment, by
    locked.save(update_fields=["state", "qualified_at", "first_talk_at", "first_talk_by"])
    _tell(locked, "qualified", by, moment)
    lifecycle.change_many(
        [locked.customer_id], Lifecycle.PROSPECT, by=by, why="qualified", at={locked.customer_id: moment},
        only_from=(Lifecycle.LEAD,),
    )  # fmt: skip
    return locked


@transaction.atomic
def convert(customer: Customer, *, by: User | None, at: dt.datetime | None = None, **fields: Any) -> Customer:
    """Make a lead or prospect a customer, before any order. FIELDS are facts that were missing (as
    `edit_customer` takes them). Their open lead is won; one who is a customer already stays as they are."""
    moment = at or timezone.now()
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if fields:
        edit_customer(customer, by=by, **fields)
    lead = Lead.objects.filter(customer=customer, state__in=OPEN).select_related("customer").first()
    if lead is not None:
        _win(lead, moment)
        _tell(lead, "won", by, moment)
    lifecycle.change_many(
        [customer.pk], Lifecycle.CUSTOMER, by=by, why="converted", at={customer.pk: moment},
        only_from=lifecycle.BEFORE_BUYING,
    )  # fmt: skip
    customer.refresh_from_db()
    return customer


def _win(lead: Lead, at: dt.datetime) -> None:
    lead.state, lead.won_at = LeadState.WON, at
    lead.lost_at, lead.lost_reason, lead.lost_note = None, None, ""
    lead.save(update_fields=["state", "won_at", "lost_at", "lost_reason", "lost_note"])


@transaction.atomic
def lose(lead: Lead, reason: LostReason, *, by: User, note: str = "", at: dt.datetime | None = None) -> Lead:
    """It came to nothing, for a reason. The customer stays where they are in their life. ValidationError for one that
    is closed."""
    locked, moment = _locked(lead), at or timezone.now()
    if not locked.is_open:
        raise ValidationError(_("This lead is closed already."))
    locked.state, locked.lost_at, locked.lost_reason = LeadState.LOST, moment, reason
    locked.lost_note = one_line(note)[:300]
    locked.save(update_fields=["state", "lost_at", "lost_reason", "lost_note"])
    _tell(locked, "lost", by, moment, title=str(reason), text=locked.lost_note)
    return locked


@transaction.atomic
def reopen(lead: Lead, *, by: User) -> Lead:
    """A lost lead is worked on again. ValidationError where the customer has another open one or buys already."""
    locked = _locked(lead)
    if locked.state != LeadState.LOST:
        return locked
    if locked.customer.lifecycle not in lifecycle.BEFORE_BUYING:
        raise ValidationError(_("%(name)s buys from us already.") % {"name": locked.customer.name})
    if Lead.objects.filter(customer=locked.customer, state__in=OPEN).exists():
        raise ValidationError(_("%(name)s has another open lead.") % {"name": locked.customer.name})
    locked.state = (
        LeadState.QUALIFIED
        if locked.qualified_at
        else LeadState.TALKING
        if locked.first_talk_at
        else LeadState.NEW
    )
    locked.lost_at, locked.lost_reason, locked.lost_note = None, None, ""
    locked.save(update_fields=["state", "lost_at", "lost_reason", "lost_note"])
    _tell(locked, "reopened", by, timezone.now())
    return locked


def ordered(times: Mapping[int, tuple[dt.datetime | None, dt.datetime | None]]) -> None:
    """The moments of the first and second order of customers, as counted from their orders now (None: there is none).
    The last lead of a customer with an order is won; one that was won by an order that is gone is open again."""
    rows = Lead.objects.filter(customer_id__in=list(times)).order_by("captured_at", "pk")
    changed = []
    for lead in {row.customer_id: row for row in rows}.values():
        first, second = times[lead.customer_id]
        was = (lead.first_order_at, lead.second_order_at, lead.state)
        if first is not None and lead.state != LeadState.WON:
            lead.state, lead.won_at = LeadState.WON, first
            lead.lost_at, lead.lost_reason, lead.lost_note = None, None, ""
        elif first is None and lead.state == LeadState.WON and lead.won_at == lead.first_order_at:
            lead.state, lead.won_at = _before_winning(lead), None
        lead.first_order_at, lead.second_order_at = first, second
        if was != (first, second, lead.state):
            changed.append(lead)
    names = ["state", "won_at", "lost_at", "lost_reason", "lost_note", "first_order_at", "second_order_at"]
    Lead.objects.bulk_update(changed, names, batch_size=500)


def _before_winning(lead: Lead) -> str:
    if lead.qualified_at:
        return LeadState.QUALIFIED
    return LeadState.TALKING if lead.first_talk_at else LeadState.NEW


def _tell(
    lead: Lead, what: str, by: User | None, at: dt.datetime, *, title: str = "", text: str = ""
) -> None:
    tell(
        lead.customer_id, f"customers.lead.{what}", group="notes", at=at, by=by, subject="lead",
        title=title, text=text, facts={"lead": lead.pk},
    )  # fmt: skip
    audit.record(f"customers.lead.{what}", lead.customer, by=by, lead=lead.pk, reason=title)


def capture_many(
    rows: Iterable[tuple[int, dict[str, Any]]], *, by: User | None, batch: Batch | None, at: dt.datetime
) -> int:
    """Leads of customers whom a file just brought in as leads or prospects: (customer, {"source", "wants", "worth",
    "prospect"}). They are given by the rules where the file names nobody. In the caller's transaction."""
    wanted = dict(rows)
    prospects = [pk for pk, one in wanted.items() if one.get("prospect")]
    lifecycle.captured(
        [pk for pk in wanted if pk not in set(prospects)], Lifecycle.LEAD, by=by, why="file", at=at
    )
    lifecycle.captured(prospects, Lifecycle.PROSPECT, by=by, why="file", at=at)
    made = Lead.objects.bulk_create(
        Lead(
            customer_id=pk, source=one["source"], wants=str(one.get("wants", ""))[:LONGEST_WANTS],
            worth=one.get("worth"), captured_at=at, by=by, batch=batch,
            state=LeadState.QUALIFIED if one.get("prospect") else LeadState.NEW,
            qualified_at=at if one.get("prospect") else None,
        )
        for pk, one in wanted.items()
    )  # fmt: skip
    giving.deal_out([lead.pk for lead in made], by=by)
    return len(made)
