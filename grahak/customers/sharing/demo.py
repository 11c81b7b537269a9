"""The demo's team and its open doors: who works together on wholesale, and which customers a colleague of another
branch sees too; all made up."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from grahak.core import business
from grahak.core.actions.teams import add_team
from grahak.core.models import Team, User
from grahak.customers.models import Customer, Share
from grahak.customers.sharing.actions import share_customer

TEAM: Final = "Wholesale desk"
LEAST: Final = 12  # a smaller shop has no story to tell


@transaction.atomic
def tell_sharing(*, by: User | None, known: list[Customer]) -> int:
    """Tell it, once. KNOWN: customers who buy wholesale. Returns how many customers are shared."""
    if by is None or len(known) < LEAST or Team.objects.exists() or Share.objects.exists():
        return Share.objects.count()
    sellers = list(User.objects.filter(role="salesman", is_active=True).order_by("pk")[:3])
    leader = User.objects.filter(role="manager", is_active=True).order_by("pk").first()
    team = add_team(by=by, name=TEAM, leader=leader, people=sellers)
    desk, counter = (User.objects.filter(role=role).order_by("pk").first() for role in ("agent", "counter"))
    for place, customer in enumerate(known[2:5]):
        if place == 2:
            share_customer(customer, by=by, team=team, may_edit=True)
        elif (colleague := (counter, desk)[place]) is not None:
            week = business.today() + dt.timedelta(days=7)
            share_customer(
                customer, by=by, user=colleague, may_edit=place == 0, last_day=week if place else None
            )
    return Share.objects.count()
