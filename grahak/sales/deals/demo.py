"""Deals of the demo shop: two pipelines with some forty deals of the wholesale customers, won, lost and under way, with
a story each, the same every time. All invented, from a fixed seed; no order is made up for them."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from django.utils import timezone

from grahak.core import business
from grahak.core.models import User
from grahak.customers.actions import add_task
from grahak.customers.models import Customer, Kind
from grahak.sales.deals.actions import DealDraft, add_deal, edit_deal, lose, move, offer_orders, win
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.deals.board import ABOUT
from grahak.sales.models import CustomerFigures, Deal, DealStage, LostReason, Pipeline, StageKind

SEED = 20_261_127
TITLES = {
    "shops": ("First order, gift shelf", "New counter display", "Opening stock", "Trial lot of home goods"),
    "orders": (
        "Christmas gift sets", "Wedding return gifts", "Diwali hampers for staff", "Lanterns for a hotel",
        "School prizes", "ઉત્તરાયણ માટે મોટો ઑર્ડર", "शादी के तोहफ़े, 500 नग", "عید کے تحفے، بڑا آرڈر",
    ),
}  # fmt: skip
STEPS = ("Call about the samples", "Send the rates on WhatsApp", "Ask for the delivery day", "Visit the shop")
HOW_MANY = {"shops": 16, "orders": 26}


def tell_story(*, by: User | None) -> int:
    """Tell it; returns how many deals there are now. Does nothing where there are some."""
    if Deal.objects.exists():
        return 0
    chance = random.Random(SEED)
    pipelines = {code: _pipeline(code, by) for code in HOW_MANY}
    rows = CustomerFigures.objects.filter(customer__kind=Kind.BUSINESS, customer__archived_at=None)
    best = [
        row.customer
        for row in rows.select_related("customer__owner", "customer__branch").order_by("-net")[:160]
    ]
    told = 0
    for code, pipeline in pipelines.items():
        stages = list(pipeline.stages.select_related("pipeline"))
        chosen = chance.sample(best, min(HOW_MANY[code], len(best)))
        for place, customer in enumerate(chosen):
            _one(chance, customer, stages, TITLES[code][place % len(TITLES[code])], place, by)
            told += 1
    offer_orders()
    return told


def _pipeline(code: str, by: User | None) -> Pipeline:
    """The pipeline of that beginning; the one a new shop begins with is taken."""
    from grahak.sales.deals.kinds import BY_CODE

    name = str(BY_CODE[code].name)
    return Pipeline.objects.filter(name=name).first() or add_pipeline(name, by=by, start=code)


def _one(
    chance: random.Random,
    customer: Customer,
    stages: list[DealStage],
    title: str,
    place: int,
    by: User | None,
) -> None:
    """One deal, begun some weeks ago and gone through its stages since."""
    open_stages = [one for one in stages if one.kind == StageKind.OPEN]
    days = chance.randint(4, 70)
    owner, today = customer.owner or by, business.today()
    began = timezone.now() - dt.timedelta(days=days, hours=chance.randint(1, 9))
    deal = add_deal(
        DealDraft(
            customer=customer,
            title=title,
            stage=open_stages[0],
            amount=Decimal(chance.randint(8, 240)) * 1000,
            expected_on=today + dt.timedelta(days=chance.randint(-6, 110)),
            owner=owner,
            at=began,
        ),
        by=owner,
    )
    fate = place % 6
    steps = len(open_stages) - 1 if fate in (0, 1) else chance.randint(0, len(open_stages) - 1)
    at = began
    for stage in open_stages[1 : steps + 1]:
        at += (timezone.now() - at) / chance.randint(2, 4)
        move(deal, stage, by=owner, at=at)
    end = at + (timezone.now() - at) / 2
    if fate == 0:
        win(deal, by=owner, at=end)
    elif fate == 5:
        reasons = list(LostReason.objects.all())
        lose(deal, chance.choice(reasons), by=owner, at=end)
    else:
        _still_open(chance, deal, place, owner)


def _still_open(chance: random.Random, deal: Deal, place: int, owner: User | None) -> None:
    today = business.today()
    if place % 5 == 2 and deal.expected_on is not None:
        edit_deal(deal, by=owner, expected_on=today.replace(day=1) + dt.timedelta(days=70))
    if place % 2 and owner is not None:
        add_task(
            by=owner, title=chance.choice(STEPS), customer=deal.customer, assigned_to=owner,
            due_on=today + dt.timedelta(days=chance.randint(-2, 9)), about=ABOUT, about_id=deal.pk,
        )  # fmt: skip
