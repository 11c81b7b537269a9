"""Insight's part of the demo story: everybody is scored and has a stage, the classes have a history, and of the
opportunities that were found some are already in somebody's hands. Who took what is invented, from a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from grahak.core.models import User
from grahak.insight import lifecycle
from grahak.insight.funnel import following
from grahak.insight.models import Opportunity
from grahak.insight.opportunities import actions, keeping
from grahak.insight.rfm import history, rescore
from grahak.insight.segments import demo as segments

SEED = 20_261_125


def steps() -> list[Callable[[User | None], Any]]:
    """Score all customers, find their stages and opportunities, make segments, hand opportunities out: each in
    transactions of its own, for together they last."""
    return [
        lambda by: rescore(),
        lambda by: history.fill_back(),
        lambda by: lifecycle.restage(),
        lambda by: following.look(),
        lambda by: keeping.look(),
        lambda by: segments.tell(by=by),
        _hand_out,
    ]


def tell_story(*, by: User | None) -> dict[str, Any]:
    """All of it at once; returns what each step told."""
    return {str(place): step(by) for place, step in enumerate(steps())}


@transaction.atomic
def _hand_out(by: User | None) -> int:
    """The worthiest of each kind go to the salesmen of their branches; a few are done or put aside."""
    if by is None or Opportunity.objects.exclude(state="open").exists():
        return 0
    chance = random.Random(SEED)
    sellers = list(User.objects.filter(role="salesman", is_active=True).order_by("pk"))
    handed = 0
    for kind in ("lapsing", "stopped", "growing", "missing"):
        rows = list(
            Opportunity.objects.filter(kind=kind, state="open")
            .select_related("customer")
            .order_by("-worth", "pk")[:24]
        )
        for row in rows[::3]:
            handed += _one(row, _of_branch(sellers, row) or by, chance, by)
    return handed


def _of_branch(sellers: Sequence[User], row: Opportunity) -> User | None:
    return next((seller for seller in sellers if seller.branch_id == row.customer.branch_id), None)


def _one(row: Opportunity, seller: User, chance: random.Random, by: User) -> int:
    this = Opportunity.objects.filter(pk=row.pk)
    many = actions.take(this, seller, by=by)
    what = chance.random()
    if what < 0.15:
        actions.finish(this, by=seller)
    elif what < 0.3:
        reason = chance.choice(["spoke", "elsewhere", "season"])
        actions.dismiss(this, reason, by=seller, note="Made up for the demo")
    return many
