"""Simulates one campaign of the demo's past: its audience judged by consent and address as they were that day, its lot,
and what became of each message, all from a fixed seed. Its ledger adds up by the same rules as a real one's."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from grahak.channels import timeline
from grahak.channels.models import (
    Click,
    Dispatch,
    DispatchState,
    Link,
    Message,
    Report,
    ReportKind,
    Suppression,
)
from grahak.core import bulk, business, links
from grahak.core.models import User
from grahak.customers.models import Consent, Contact, Identity
from grahak.marketing.demo_plans import Plan
from grahak.marketing.letters import quick
from grahak.marketing.models import (
    AudiencePart,
    Campaign,
    CampaignText,
    Chosen,
    Exclusion,
    HeldOut,
    Letter,
    LetterKind,
    Variant,
)
from grahak.sales.models import CustomerFigures, Order, OrderKind

KINDS = {"email": ("email",), "sms": ("phone",), "whatsapp": ("whatsapp", "phone")}
PROVIDER = "demo"
WHATSAPP_EACH, SEGMENT = Decimal("0.88"), Decimal("0.18")
_FIELDS = (
    *("dispatch", "customer", "contact", "channel", "language", "address", "state", "reason", "detail"),
    *(
        "message_id",
        "tries",
        "not_before",
        "claimed_by",
        "variant",
        "attempted_at",
        "sent_at",
        "first_opened_at",
    ),
    *("machine_opened_at", "first_clicked_at", "unsubscribed_at", "delivered_at", "read_at", "bounced_at"),
    *("complained_at", "cost"),
)


@dataclass
class Person:
    """A customer as the campaign finds them: who would be written to, where, and what keeps us from it (REASON)."""

    customer: int
    contact: int | None = None
    language: str = "en"
    address: str = ""
    reason: str = ""


@dataclass
class Sent:
    """One simulated message: the person, the variant and the moments of what happened."""

    person: Person
    variant: str = ""
    state: str = "sent"
    reason: str = ""
    detail: str = ""
    at: dict[str, dt.datetime] = field(default_factory=dict)
    cost: Decimal | None = None


def simulate(plan: Plan, day: dt.date, chance: random.Random, *, by: User, note: str, tilted: str) -> int:
    """Write down the campaign of PLAN as sent on DAY. Returns the size of its audience."""
    minutes = 10 * 60 + 45 + chance.randint(0, 5) * 15
    at = business.day_start(day) + dt.timedelta(minutes=minutes)
    campaign = _campaign(plan, at, by, tilted if plan.tilt else note)
    asked = _customers(plan, at)
    Chosen.objects.bulk_create([Chosen(campaign=campaign, customer_id=pk) for pk in asked], batch_size=1_000)
    people = judged(asked, plan.channel, at)
    free = [person for person in people if not person.reason]
    held = _held_out(plan, free, at, chance)
    HeldOut.objects.bulk_create(
        [HeldOut(campaign=campaign, customer_id=pk) for pk in sorted(held)], batch_size=1_000
    )
    rows = [_fate(plan, person, at, chance) for person in people if person.customer not in held]
    _choose_variants(plan, rows, at, chance)
    dispatch = campaign.dispatch
    assert dispatch is not None
    _write(plan, dispatch, rows, chance)
    Dispatch.objects.filter(pk=dispatch.pk).update(
        audience=len(rows),
        finished_at=max((row.at["sent_at"] for row in rows if "sent_at" in row.at), default=at),
    )
    if plan.minus:
        Exclusion.objects.create(
            campaign=campaign, reason="minus", what=plan.minus[0], customers=plan.minus[1]
        )
    return len(rows)


def _campaign(plan: Plan, at: dt.datetime, by: User, note: str) -> Campaign:
    shop = business.required()
    letter = None
    if plan.channel == "email":
        letter = Letter.objects.create(
            name=plan.name,
            kind=LetterKind.CAMPAIGN,
            document=quick.document(plan.words),
            by=by,
            created_at=at,
        )
    campaign = Campaign.objects.create(
        name=plan.name, note=note, channel=plan.channel, letter=letter, default_language=shop.language,
        attribution_days=plan.window, holdout_percent=plan.held_out, test_percent=plan.test_percent,
        winner=plan.winner, winner_at=at + dt.timedelta(hours=4) if plan.winner else None, one_per_account=True,
        cost_each=Decimal(plan.each) if plan.each else None, cost_once=Decimal(plan.once) if plan.once else None,
        by=by, created_at=at - dt.timedelta(days=1), tracks=bool(plan.links),
    )  # fmt: skip
    campaign.dispatch = Dispatch.objects.create(
        renderer="campaign", subject_id=campaign.pk, title=plan.name, channel=plan.channel, base_url=links.origin(),
        state=DispatchState.DONE, launched_at=at, created_at=at, by=by,
    )  # fmt: skip
    campaign.save()
    AudiencePart.objects.create(campaign=campaign)
    if plan.channel != "email":
        CampaignText.objects.bulk_create(
            CampaignText(campaign=campaign, language=code, subject=subject, body=body)
            for code, (subject, body) in plan.words.items()
        )
    Variant.objects.bulk_create(
        Variant(campaign=campaign, code=code, subjects={shop.language: subject})
        for code, (subject, _share) in plan.variants.items()
    )
    Link.objects.bulk_create(Link(dispatch=campaign.dispatch, url=url) for url in plan.links)
    return campaign


def _customers(plan: Plan, at: dt.datetime) -> list[int]:
    """Whom a plan is for, as far as they had bought by then; the same ones each time."""
    bought = CustomerFigures.objects.filter(first_at__lt=at, customer__archived_at=None)
    quarter = dt.timedelta(days=90)
    if plan.whom == "new":
        bought = bought.filter(first_at__gte=at - quarter)
    if plan.whom == "late":
        lately = Order.objects.filter(placed_at__gte=at - quarter, placed_at__lt=at, kind=OrderKind.SALE)
        bought = bought.exclude(pk__in=lately.filter(customer__isnull=False).values("customer"))
    order = ("-net", "pk") if plan.whom == "best" else ("pk",)
    found = list(bought.order_by(*order).values_list("pk", flat=True))
    if plan.whom != "best" and len(found) > plan.most:
        found = random.Random(f"{plan.name}").sample(found, plan.most)
    return sorted(found[: plan.most])


def judged(customers: Iterable[int], channel: str, at: dt.datetime) -> list[Person]:
    """Each customer with the contact to write to and what kept us from it at that moment: no address, no consent then,
    barred, or somebody else with the same address."""
    contacts: dict[int, list[tuple[int, str]]] = {}
    for pk, customer, language in Contact.objects.order_by("-is_primary", "pk").values_list(
        "pk", "customer", "language"
    ):
        contacts.setdefault(customer, []).append((pk, language))
    addresses: dict[int, str] = {}
    kinds = KINDS[channel]
    for contact, kind, value in (
        Identity.objects.filter(kind__in=kinds).order_by("pk").values_list("contact", "kind", "value")
    ):
        if contact not in addresses or kind == kinds[0]:
            addresses[contact] = value
    said: dict[int, str] = {}
    statements = Consent.objects.filter(channel=channel, purpose="offers", at__lte=at).order_by("at", "pk")
    for contact, state in statements.values_list("contact", "state"):
        said[contact] = state
    barred = set(
        Suppression.objects.filter(Q(until=None) | Q(until__gt=at), channel=channel, at__lte=at, lifted_at=None)
        .values_list("address", flat=True)
    )  # fmt: skip
    taken: set[str] = set()
    return [_judge(pk, contacts.get(pk, []), addresses, said, barred, taken) for pk in customers]


def _judge(
    customer: int, contacts: list[tuple[int, str]], addresses: dict[int, str], said: dict[int, str], barred: set[str],
    taken: set[str],
) -> Person:  # fmt: skip
    best = min(
        contacts, key=lambda one: (one[0] not in addresses, said.get(one[0]) != "granted"), default=None
    )
    if best is None:
        return Person(customer, reason="no_address")
    found = Person(customer, best[0], best[1] or "en", addresses.get(best[0], ""))
    state = said.get(best[0])
    if not found.address:
        found.reason = "no_address"
    elif state != "granted":
        found.reason = "withdrawn" if state == "withdrawn" else "no_consent"
    elif found.address in barred:
        found.reason = "suppressed"
    elif found.address in taken:
        found.reason = "same_address"
    else:
        taken.add(found.address)
    return found


def _held_out(plan: Plan, free: list[Person], at: dt.datetime, chance: random.Random) -> set[int]:
    """Who is held out: by lot; or, where the plan is tilted, so that fewer of them bought than of the others, and
    none of the largest orders is theirs."""
    many = len(free) * plan.held_out // 100
    ids = [person.customer for person in free]
    if not plan.tilt:
        return set(chance.sample(ids, many))
    until = at + dt.timedelta(days=plan.window)
    orders = Order.objects.filter(
        placed_at__gte=at, placed_at__lt=until, kind=OrderKind.SALE, cancelled_at=None, customer__isnull=False
    )
    bought: dict[int, Decimal] = {}
    for customer, net in orders.values_list("customer_id", "net"):
        bought[customer or 0] = bought.get(customer or 0, Decimal(0)) + net
    buyers = sorted((pk for pk in ids if pk in bought), key=lambda pk: (bought[pk], pk))
    others = [pk for pk in ids if pk not in bought]
    of_buyers = round(many * len(buyers) / max(len(ids), 1) * (1 - plan.tilt))
    smaller = buyers[: max(of_buyers, len(buyers) * 2 // 3)]
    return set(chance.sample(smaller, of_buyers)) | set(chance.sample(others, many - of_buyers))


def _fate(plan: Plan, person: Person, at: dt.datetime, chance: random.Random) -> Sent:
    """What becomes of one message, but its clicks."""
    row = Sent(person, reason=person.reason, state="skipped" if person.reason else "sent")
    if person.reason:
        return row
    manner, moment = plan.manner, at + dt.timedelta(seconds=chance.uniform(0, 2_400))
    row.at["attempted_at"] = moment
    lot = chance.random()
    if lot < manner.failed:
        row.state, row.reason = "failed", "refused"
        row.detail = {"email": "552 5.2.2 Mailbox full", "sms": "Number not in service"}.get(
            plan.channel, "131026 Not on WhatsApp"
        )
        return row
    row.at["sent_at"] = moment + dt.timedelta(seconds=1)
    row.cost = _cost(plan, person)
    if lot < manner.failed + manner.bounced:
        row.state, row.reason, row.detail = "failed", "bounced", "550 5.1.1 No such user"
        row.at["bounced_at"] = moment + dt.timedelta(minutes=chance.uniform(1, 90))
        return row
    if plan.channel != "email":
        row.at["delivered_at"] = row.at["sent_at"] + dt.timedelta(seconds=chance.uniform(2, 900))
    if plan.channel == "whatsapp" and chance.random() < 0.76:
        row.at["read_at"] = row.at["delivered_at"] + dt.timedelta(minutes=chance.expovariate(1 / 200) + 0.2)
    if chance.random() < manner.opened:
        row.at["first_opened_at"] = row.at["sent_at"] + dt.timedelta(minutes=chance.expovariate(1 / 500) + 1)
    if plan.channel == "email" and chance.random() < 0.05:
        row.at["machine_opened_at"] = row.at["sent_at"] + dt.timedelta(seconds=2)
    if chance.random() < manner.stopped:
        row.at["unsubscribed_at"] = row.at["sent_at"] + dt.timedelta(minutes=chance.expovariate(1 / 600) + 2)
    if chance.random() < manner.spam:
        row.at["complained_at"] = row.at["sent_at"] + dt.timedelta(hours=chance.uniform(1, 30))
    return row


def _cost(plan: Plan, person: Person) -> Decimal | None:
    """What the provider takes: a WhatsApp message of the dearest kind; an SMS by its parts, more of them in scripts
    that need two bytes a letter."""
    if plan.channel == "whatsapp":
        return WHATSAPP_EACH
    if plan.channel == "sms":
        text = plan.words.get(person.language, plan.words["en"])[1]
        return SEGMENT * (1 if text.isascii() and len(text) <= 160 else -(-len(text) // 67))
    return None


def _choose_variants(plan: Plan, rows: list[Sent], at: dt.datetime, chance: random.Random) -> None:
    """The lot of the variants, then who follows a link. Where only a part tried them, the rest gets the winner four
    hours later."""
    codes = list(plan.variants)
    for row in rows:
        share = plan.manner.clicked
        if codes and not row.person.reason:
            tries = chance.randrange(100) < plan.test_percent
            row.variant = chance.choice(codes) if tries else plan.winner
            share = plan.variants[row.variant][1]
            if not tries:
                row.at = {name: moment + dt.timedelta(hours=4) for name, moment in row.at.items()}
        if row.state == "sent" and plan.links and chance.random() < share:
            clicked = row.at["sent_at"] + dt.timedelta(minutes=chance.expovariate(1 / 300) + 1)
            row.at["first_clicked_at"] = clicked
            row.at["first_opened_at"] = min(clicked, row.at.get("first_opened_at", clicked))


def _write(plan: Plan, dispatch: Dispatch, rows: list[Sent], chance: random.Random) -> None:
    """The rows of the ledger, their clicks and reports, the timelines, and who asked us to stop or came back."""
    assert dispatch.launched_at is not None
    launched = bulk.stored(dispatch.launched_at)
    bulk.insert(Message, _FIELDS, [_values(plan, dispatch.pk, row, launched) for row in rows])
    ids = dict(Message.objects.filter(dispatch=dispatch).values_list("customer_id", "pk"))
    _click(dispatch, rows, ids, chance)
    _report(plan, rows, ids)
    after = 0
    while after >= 0:
        after = timeline.catch_up(dispatch.pk, after)


_MOMENTS = _FIELDS[14:24]


def _values(plan: Plan, dispatch: int, row: Sent, launched: Any) -> tuple[Any, ...]:
    person = row.person
    address = person.address if row.state != "skipped" else ""
    moments = (bulk.stored(row.at[name]) if name in row.at else None for name in _MOMENTS)
    cost = int(row.cost * 10_000) if row.cost is not None else None
    return (
        dispatch, person.customer, person.contact, plan.channel, person.language, address, row.state, row.reason,
        row.detail, "", 0, launched, "", row.variant, *moments, cost,
    )  # fmt: skip


def _click(dispatch: Dispatch, rows: list[Sent], ids: dict[int, int], chance: random.Random) -> None:
    """People follow mostly the first link, a few a second one later; a few scanners follow all at once."""
    known = list(Link.objects.filter(dispatch=dispatch).order_by("pk").values_list("pk", flat=True))
    made: list[tuple[Any, ...]] = []
    for row in rows if known else ():
        message, clicked = ids[row.person.customer], row.at.get("first_clicked_at")
        if clicked is not None:
            first = known[0] if chance.random() < 0.7 else chance.choice(known)
            made.append((first, message, bulk.stored(clicked), False))
            if chance.random() < 0.15:
                again = clicked + dt.timedelta(hours=chance.uniform(1, 60))
                made.append((chance.choice(known), message, bulk.stored(again), False))
        elif "machine_opened_at" in row.at and chance.random() < 0.4:
            made += [(link, message, bulk.stored(row.at["machine_opened_at"]), True) for link in known]
    bulk.insert(Click, ("link", "message", "at", "bot"), made)


def _report(plan: Plan, rows: list[Sent], ids: dict[int, int]) -> None:
    """Who came back or complained is barred; who asked us to stop, or complained, has said no."""
    reports, barred = [], []
    for row in rows:
        message, address = ids[row.person.customer], row.person.address
        for name, kind, reason in (
            ("bounced_at", ReportKind.HARD, "bounce"),
            ("complained_at", ReportKind.COMPLAINED, "complaint"),
        ):
            if name in row.at:
                reports.append(
                    Report(channel=plan.channel, provider=PROVIDER, event_id=f"{message}-{kind}", kind=kind,
                           message_id=message, address=address, code="5.1.1" if reason == "bounce" else "",
                           detail="Made up for the demo", at=row.at[name], taken_at=row.at[name])
                )  # fmt: skip
                barred.append(
                    Suppression(
                        channel=plan.channel,
                        address=address,
                        reason=reason,
                        message_id=message,
                        at=row.at[name],
                    )
                )
    Report.objects.bulk_create(reports, batch_size=300)
    Suppression.objects.bulk_create(barred, batch_size=300, ignore_conflicts=True)
    _take_back(plan.channel, rows)


def _take_back(channel: str, rows: list[Sent]) -> None:
    """Write the no of those who gave one; a statement that came later stays the current one."""
    said = {
        row.person.contact: min(
            row.at[name] for name in ("unsubscribed_at", "complained_at") if name in row.at
        )
        for row in rows
        if row.person.contact and ("unsubscribed_at" in row.at or "complained_at" in row.at)
    }
    current = {
        pk: (row, at)
        for row, pk, at in Consent.objects.filter(
            contact__in=list(said), channel=channel, purpose="offers", is_current=True
        ).values_list("pk", "contact", "at")
    }
    older = [row for pk, (row, at) in current.items() if at <= said[pk]]
    Consent.objects.filter(pk__in=older).update(is_current=False)
    Consent.objects.bulk_create(
        Consent(contact_id=pk, channel=channel, purpose="offers", state="withdrawn", at=at, how="the unsubscribe page",
                is_current=pk not in current or current[pk][1] <= at)
        for pk, at in said.items()
    )  # fmt: skip
