"""The demo's daily work: a salesman's day with something late, calls, a shared task, meetings and a reminder, all made
up."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from django.db import transaction

from grahak.core import business
from grahak.core.models import User
from grahak.customers.actions import add_meeting, add_task, finish_task, log_call
from grahak.customers.models import Customer, Meeting, Priority, Repeat, TaskKind

SEED: Final = 11
DO: Final = (
    ("Collect the cheque", -2, Priority.HIGH),
    ("Send the new rate list on WhatsApp", 0, Priority.USUAL),
    ("સેમ્પલની થેલી મોકલવી", 0, Priority.USUAL),
    ("Ask about the damaged box", 3, Priority.USUAL),
    ("نئے ڈیزائن کی تصویریں بھیجنا", 5, Priority.LOW),
)
MEETINGS: Final = (
    ("Winter rates", 0, 11, 60),
    ("Show the new shades", 1, 16, 45),
    ("Settle the khata", 4, 12, 30),
)


@transaction.atomic
def tell_work(*, by: User | None, known: list[Customer]) -> None:
    """Told once; KNOWN are customers that the rest of the story is about."""
    if Meeting.objects.exists() or len(known) < 12:
        return
    chance, today = random.Random(SEED), business.today()
    seller = User.objects.filter(role="salesman", is_active=True).order_by("pk").first() or by
    if seller is None:
        return
    chosen = chance.sample(known, 12)
    for (title, days, priority), customer in zip(DO, chosen, strict=False):
        add_task(
            by=by, title=title, customer=customer, due_on=today + dt.timedelta(days=days), assigned_to=seller,
            priority=priority,
        )  # fmt: skip
    for customer in chosen[5:8]:
        log_call(customer, by=seller, outcome="no_answer", again_on=today)
    log_call(chosen[8], by=seller, outcome="reached", text="Wants the catalogue first.", minutes=4)
    add_task(
        by=seller, title="Note the day’s cash and bank it", due_on=today, due_time=dt.time(19), repeat=Repeat.DAY,
        remind_before=30, steps=["Count", "Write into the book", "Bank"],
    )  # fmt: skip
    everybody = list(User.objects.filter(is_active=True).order_by("pk")[:3])
    shared = add_task(
        by=by, title="Read the new price list", people=everybody, due_on=today + dt.timedelta(days=2)
    )
    finish_task(shared, by=everybody[0])
    add_task(by=by, title="Call about the next order", kind=TaskKind.CALL, customer=chosen[9], due_on=today,
             assigned_to=by or seller)  # fmt: skip
    for (title, days, hour, minutes), customer in zip(MEETINGS, chosen[9:], strict=False):
        begin = dt.datetime.combine(today + dt.timedelta(days=days), dt.time(hour), business.zone())
        add_meeting(
            by=seller, title=title, starts_at=begin, ends_at=begin + dt.timedelta(minutes=minutes), customer=customer,
            people=[one for one in (seller, by) if one is not None], is_visit=True, place=customer.city,
            remind_before=30,
        )  # fmt: skip
