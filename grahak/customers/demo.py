"""This room's part of the demo story: notes, calls, tasks and tags on a few dozen customers, all made up."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from grahak.core import business
from grahak.core.models import User
from grahak.customers import custom
from grahak.customers.actions import (
    add_contact,
    add_field,
    add_task,
    record_call,
    set_own,
    tag_customers,
    write_note,
)
from grahak.customers.actions.addresses import add_address
from grahak.customers.attachments.keeping import take as keep_file
from grahak.customers.leads.demo import tell_leads
from grahak.customers.merging.demo import tell_duplicates, tell_namesakes
from grahak.customers.models import Contact, Customer, CustomField, Note
from grahak.customers.sharing.demo import tell_sharing
from grahak.customers.work.demo import tell_work

SEED, HOW_MANY = 7, 24
NOTES = (
    "Pays after Eid. Ask for the balance in the first week.",
    "નવા રંગ જોઈને ઓર્ડર આપશે. ગુરુવારે ફોન કરવો.",
    "इस बार डिब्बे अच्छी तरह पैक करके भेजें, पिछली बार दो टूटे थे।",
    "دکان جمعے کو بند رہتی ہے۔ مال ہفتے کو بھیجیں۔",
    "Wants the photo of the new catalogue on WhatsApp before ordering.",
)
TASKS = (
    "Collect the cheque",
    "Send the new rate list",
    "Ask about the damaged box",
    "Call about the next order",
)
RATES = "Item,Rate,From\nGift box red,185,2026-10-01\nKitchen tin set,420,2026-10-01\n"
TAGS = ("Festival", "Pays on time", "Gift shop")
BEATS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Saturday")
SHELVES = ("Gifts", "Kitchen", "Toys", "Stationery", "Home")


def steps() -> list[Callable[[User | None], Any]]:
    """Notes and tags, own fields, people and places, the team, the work, the leads, the second records: each in a
    transaction of its own, for together they last; and safe to repeat."""
    return [
        tell_notes,
        tell_fields,
        lambda by: tell_sharing(by=by, known=_known()),
        lambda by: tell_work(by=by, known=_known()),
        lambda by: tell_leads(by=by, known=_known()),
        lambda by: tell_duplicates(by=by, known=_known()),
        lambda by: tell_namesakes(by=by, known=_known()),
    ]


def tell_story(*, by: User | None) -> dict[str, int]:
    """All of it at once; returns how many customers have a note."""
    for step in steps():
        step(by)
    return {"customers": Note.objects.values("customer").distinct().count()}


def _known() -> list[Customer]:
    """Customers who buy wholesale, the same at every step. What a later step writes down twice is not among them."""
    rows = Customer.objects.active().exclude(credit_limit=None).order_by("credit_limit", "pk")
    return list(rows[: HOW_MANY * 8])


def _chosen(known: list[Customer]) -> list[Customer]:
    return random.Random(SEED).sample(known, min(HOW_MANY, len(known)))


@transaction.atomic
def tell_notes(by: User | None) -> int:
    """Notes, calls, tasks, tags, people and places at a few dozen."""
    if Note.objects.exists():
        return 0
    chance, today, known = random.Random(SEED), business.today(), _known()
    chosen = _chosen(known)
    seller = User.objects.filter(role="salesman").order_by("pk").first() or by
    for place, customer in enumerate(chosen):
        write_note(customer, NOTES[place % len(NOTES)], by=seller)
        if place % 3 == 0:
            due = today + dt.timedelta(days=place % 5 - 1)
            add_task(
                by=seller, title=TASKS[place % len(TASKS)], customer=customer, due_on=due, assigned_to=seller
            )
        if place % 4 == 1:
            record_call(customer, by=seller, text="")
    for tag in TAGS:
        tag_customers([one.pk for one in chance.sample(known, min(30, len(known)))], tag, by=by)
    _people_and_places(chosen, by)
    for customer in chosen[:3]:
        keep_file(customer, ContentFile(RATES.encode(), name="Rates agreed.csv"), by=seller)
    return len(chosen)


@transaction.atomic
def tell_fields(by: User | None) -> None:
    _own_fields(random.Random(SEED), _known(), business.today(), by)


def _own_fields(chance: random.Random, known: list[Customer], today: dt.date, by: User | None) -> None:
    """Three fields that such a shop might invent, filled in for many of the wholesale customers."""
    if CustomField.objects.exists():
        return
    add_field(by=by, name="Beat", kind="choice", options=BEATS)
    add_field(by=by, name="Shelves", kind="choices", options=SHELVES)
    add_field(by=by, name="Rack given on", kind="date")
    custom.forget()
    for customer in known:
        values = {
            "beat": chance.choice(BEATS),
            "shelves": chance.sample(SHELVES, chance.randint(1, 3)),
            "rack_given_on": today - dt.timedelta(days=chance.randint(20, 700))
            if chance.random() < 0.3
            else None,
        }
        set_own(customer, values, by=by)


PLACES = (
    ("Plot 14", "Aji GIDC", "Near the weighbridge"),
    ("Godown 3", "Transport Nagar", ""),
    ("Shop 22", "Soni Bazaar", "Opposite the bank"),
)
PEOPLE = (
    ("Jignesh", "Son", "--03-14"),
    ("Salim bhai", "Accountant", ""),
    ("Meena ben", "Buyer", "1984-08-05"),
)


def _people_and_places(chosen: list[Customer], by: User | None) -> None:
    """A godown and one more person at some of them."""
    for place, customer in enumerate(chosen[::3]):
        unit, building, landmark = PLACES[place % len(PLACES)]
        if not customer.addresses.exists():  # type: ignore[attr-defined]
            add_address(
                customer, by=by, kind="godown", unit=unit, building=building, landmark=landmark,
                city=customer.city, region=customer.region, country=customer.country, ships=True,
            )  # fmt: skip
        name, role, birthday = PEOPLE[place % len(PEOPLE)]
        if not Contact.objects.filter(customer=customer, name=name).exists():
            add_contact(customer, by=by, name=name, role=role, birthday=birthday)
