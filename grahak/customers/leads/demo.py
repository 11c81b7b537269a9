"""The demo's leads, rules, relations and referrals, all made up from a fixed seed: who waits, who was lost and why, and
for a few dozen customers how they came."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from grahak.core.models import Team, User
from grahak.customers.actions import add_task, record_call
from grahak.customers.demo_names import DemoBuyer, buyer
from grahak.customers.leads import actions, lists, seeds
from grahak.customers.models import Customer, Lead, LeadRule, LeadState, Lifecycle, LifecycleChange, Relation
from grahak.customers.relations import seeds as kinds
from grahak.customers.relations.actions import relate

SEED: Final = 20_261_129
FIRST: Final = 900_000  # the places of leads among the invented buyers: far behind the customers'
OPEN_ONES, LOST_ONES, CAME = 22, 34, 60
SOURCES: Final = (
    "walk_in",
    "phone",
    "whatsapp",
    "web_form",
    "exhibition",
    "exhibition",
    "referral",
    "visit",
    "social",
)
WANTS: Final = {
    "en": ("Gift boxes for Diwali, 200 pieces", "Wants to stock kitchen tins, asks for the rate list"),
    "ur": ("شادی کے تحفے، دو سو عدد", "ریٹ لسٹ واٹس ایپ پر بھیجیں"),
    "hi": ("दिवाली के लिए गिफ़्ट बॉक्स, 200 नग", "रेट लिस्ट माँगी है, दुकान नई खोली है"),
    "gu": ("દિવાળી માટે ગિફ્ટ બોક્સ, 200 નંગ", "નવી દુકાન ખોલી છે, ભાવપત્રક જોઈએ"),
}
FAIR: Final = "Surat gift fair"


@transaction.atomic
def tell_leads(*, by: User | None, known: list[Customer]) -> int:
    """Tell it, once. KNOWN: customers who buy wholesale. Returns how many leads there are."""
    if by is None or LeadRule.objects.exists():
        return Lead.objects.count()
    chance = random.Random(SEED)
    sellers = list(User.objects.filter(role="salesman", is_active=True).order_by("pk")) or [by]
    _rules(by, sellers)
    _who_came(chance, sellers)
    for place in range(OPEN_ONES):
        _open_one(buyer(FIRST + place), place, chance, sellers, by)
    for place in range(LOST_ONES):
        _lost_one(buyer(FIRST + 100 + place), place, chance, sellers)
    _belong_together(known, by)
    _who_sent_whom(chance, known)
    return Lead.objects.count()


def _rules(by: User, sellers: list[User]) -> None:
    """WhatsApp to one colleague, the fair by turns, the rest to the branch."""
    team = Team.objects.order_by("pk").first() or Team.objects.create(name="Round", leader=by)
    User.objects.filter(pk__in=[one.pk for one in sellers], team=None).update(team=team)
    source = {"on": "source", "op": "is"}
    whatsapp = [source | {"values": [str(seeds.source("whatsapp").pk)]}]
    fair = [source | {"values": [str(seeds.source("exhibition").pk)]}]
    lists.save_rule(None, by=by, name="WhatsApp", gives="person", person=sellers[0], conditions=whatsapp)
    lists.save_rule(None, by=by, name=FAIR, gives="turns", team=team, conditions=fair)
    lists.save_rule(None, by=by, name="Each branch its own", gives="branch", conditions=[])


def _written(
    who: DemoBuyer, source: str, seller: User, at: dt.datetime, chance: random.Random, **more: Any
) -> Lead:
    return actions.capture(
        by=seller, name=who.name_native, kind="business" if who.is_business else "person", phones=[who.phone],
        contact_name=who.contact_name, city=who.city, area=who.area, region=who.region, country=who.country,
        language=who.language, other_names=dict(who.other_names), source=source,
        detail=FAIR if source == "exhibition" else "", wants=chance.choice(WANTS[who.language]),
        worth=Decimal(chance.choice((8, 15, 25, 40, 90))) * 1000, at=at, branch=seller.branch, **more,
    )  # fmt: skip


def _open_one(who: DemoBuyer, place: int, chance: random.Random, sellers: list[User], by: User) -> None:
    """A lead of the last weeks: some new, most in talk, some prospects. The first ones nobody has."""
    now = timezone.now()
    age = dt.timedelta(hours=2 + place * 3) if place < 6 else dt.timedelta(days=place - 4, hours=place % 7)
    seller = chance.choice(sellers)
    lead = _written(who, SOURCES[place % len(SOURCES)], seller, now - age, chance, deal=place >= 4)
    if place < 6:
        return
    owner = lead.customer.owner or seller
    record_call(lead.customer, by=owner, at=now - age + dt.timedelta(hours=chance.choice((1, 2, 5, 20))))
    if place % 3 == 0:
        actions.qualify(lead, by=owner, at=now - age + dt.timedelta(days=1))
        add_task(by=owner, title="Send samples", customer=lead.customer, assigned_to=owner)


def _lost_one(who: DemoBuyer, place: int, chance: random.Random, sellers: list[User]) -> None:
    """A lead of the last year that came to nothing; every third was a prospect before."""
    at = timezone.now() - dt.timedelta(days=6 + place * 9, hours=place % 7)
    seller = chance.choice(sellers)
    lead = _written(who, chance.choice(SOURCES), seller, at, chance, owner=seller)
    record_call(lead.customer, by=seller, at=at + dt.timedelta(hours=chance.choice((1, 3, 8, 30))))
    if place % 3 == 0:
        actions.qualify(lead, by=seller, at=at + dt.timedelta(days=2))
    reason = chance.choice(("price", "silent", "elsewhere", "credit", "later"))
    actions.lose(lead, seeds.reason(reason), by=seller, at=at + dt.timedelta(days=chance.choice((3, 5, 9))))


def _who_came(chance: random.Random, sellers: list[User]) -> None:
    """How customers of the last year came whose first order is known: written down as leads before it. Their orders are
    found when the stages are (insight)."""
    since = timezone.now() - dt.timedelta(days=330)
    rows = Customer.objects.filter(
        figures__first_at__gte=since, lifecycle=Lifecycle.CUSTOMER, archived_at=None
    )
    found: list[tuple[int, Any]] = list(rows.order_by("pk").values_list("pk", "figures__first_at"))
    chosen = chance.sample(found, min(CAME, len(found)))
    leads, steps = [], []
    for pk, first_at in sorted(chosen):
        seller = chance.choice(sellers)
        at = first_at - dt.timedelta(days=chance.choice((1, 2, 4, 8, 15, 30)), hours=chance.randrange(9))
        qualified = at + (first_at - at) * chance.random()
        leads.append(_came(pk, at, qualified, seller, chance))
        steps.append(LifecycleChange(customer_id=pk, after="lead", at=at, by=seller, why="captured"))
        steps.append(
            LifecycleChange(
                customer_id=pk, before="lead", after="prospect", at=qualified, by=seller, why="qualified"
            )
        )
    Lead.objects.bulk_create(leads)
    LifecycleChange.objects.bulk_create(sorted(steps, key=lambda step: step.at))
    Customer.objects.filter(pk__in=[lead.customer_id for lead in leads]).update(lifecycle=Lifecycle.PROSPECT)


def _came(pk: int, at: dt.datetime, qualified: dt.datetime, seller: User, chance: random.Random) -> Lead:
    source = chance.choice(SOURCES)
    return Lead(
        customer_id=pk, state=LeadState.QUALIFIED, source=seeds.source(source), captured_at=at, by=seller,
        detail=FAIR if source == "exhibition" else "", first_talk_by=seller, qualified_at=qualified,
        first_talk_at=at + (qualified - at) * chance.random() * 0.5, worth=Decimal(chance.randint(5, 60)) * 1000,
    )  # fmt: skip


def _belong_together(known: list[Customer], by: User) -> None:
    """Two chains, a family, a supplier."""
    if len(known) < 12 or Relation.objects.exists():
        return
    pairs: tuple[tuple[int, int, str], ...] = (
        (1, 0, "branch"), (2, 0, "branch"), (4, 3, "branch"), (5, 3, "branch"), (6, 7, "family"), (8, 9, "supplies"),
        (10, 11, "owner"),
    )  # fmt: skip
    for one, other, kind in pairs:
        relate(known[one], known[other], kinds.kind(kind), by=by)


def _who_sent_whom(chance: random.Random, known: list[Customer]) -> None:
    """A third of them were sent by one of the first dozen or by somebody before them, so that there is no circle."""
    changed: list[Any] = []
    for place in range(6, len(known)):
        if chance.random() < 0.3 and known[place].referred_by_id is None:
            known[place].referred_by = known[chance.randrange(min(place, 12))]
            changed.append(known[place])
    Customer.objects.bulk_update(changed, ["referred_by"], batch_size=300)
