"""What a text may say about a person: the tags offered in the editor, and their values for a batch of
people."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from grahak.core import business, money
from grahak.customers import custom
from grahak.customers.field_rights import SUBJECT, hidden
from grahak.customers.models import Contact
from grahak.marketing.words.filters import Day
from grahak.marketing.words.links import clean
from grahak.sales.models import CustomerFigures, Order, OrderLine

FIGURES_FIELDS = ("last_at", "due_on", "balance", "orders", "usual_gap", "net")
USUAL_ITEMS = 3


@dataclass(frozen=True)
class Tag:
    """Something a text can say about a person; FALLBACK is offered where it is often missing, SAMPLE is what it may
    say."""

    name: str
    label: Any
    fallback: Any = ""
    sample: Any = ""


TAGS = (
    Tag("contact.first_name", _("First name"), _("friend"), _("Ayesha")),
    Tag("contact.name", _("Their name"), "", _("Ayesha Khan")),
    Tag("customer.name", _("Name of the customer or shop"), "", _("Noor Cloth House")),
    Tag("customer.city", _("City"), _("your city"), _("Surat")),
    Tag("customer.area", _("Area"), "", _("Ring Road")),
    Tag("shop.name", _("Our name")),
    Tag("shop.address", _("Our address")),
    Tag("figures.last_order_date", _("Day of the last order")),
    Tag("figures.due_on", _("Day the next order is due")),
    Tag("figures.orders", _("Number of orders"), "", "12"),
    Tag("figures.usual_gap", _("Usual days between orders"), "", "28"),
    Tag("figures.balance", _("What they owe"), "", "12500"),
    Tag("figures.usual_items", _("What they usually buy"), "", _("Cotton sheet, Pillow cover")),
    Tag("unsubscribe_url", _("Link to stop these messages")),
)
NAMES = frozenset(tag.name for tag in TAGS)


# Which field of a customer's record a tag tells, beside those of the shop's own
_FIELD_OF = {"figures.balance": "balance"} | dict.fromkeys(
    (f"figures.{one}" for one in ("orders", "last_order_date", "due_on", "usual_gap", "usual_items")),
    "orders",
)


def tags(user: Any = None) -> list[Tag]:
    """What a text can say, with the fields that the shop invented; without those that are kept from USER."""
    found = [*TAGS, *(Tag(f"own.{one.code}", one.name, "–") for one in custom.fields())]
    shut = closed_to(user)
    return [tag for tag in found if tag.name not in shut]


def closed_to(user: Any) -> frozenset[str]:
    """The names of the tags over fields that are kept from USER; none for nobody (Grahak itself)."""
    shut = hidden(user, SUBJECT) if user is not None else frozenset()
    own = {f"own.{name.removeprefix(custom.PREFIX)}" for name in shut if name.startswith(custom.PREFIX)}
    return frozenset(own | {name for name, field in _FIELD_OF.items() if field in shut})


def names() -> set[str]:
    """The names of all of them."""
    return {tag.name for tag in tags()}


def sample_values(language: str) -> dict[str, Any]:
    """Made-up values of everything, for a preview without anybody; in the language that is switched on."""
    said = {tag.name: str(tag.sample) for tag in TAGS}
    today = business.today()
    return {
        "contact": {"name": said["contact.name"], "first_name": said["contact.first_name"]},
        "customer": {name: said[f"customer.{name}"] for name in ("name", "city", "area")},
        "shop": _shop(),
        "own": {one.code: "–" for one in custom.fields()},
        "figures": {
            "last_order_date": _day(today - dt.timedelta(days=31), language),
            "due_on": _day(today - dt.timedelta(days=3), language),
            "orders": 12,
            "usual_gap": 28,
            "balance": Amount(12_500),
            "usual_items": said["figures.usual_items"],
        },
    }


def _day(date: dt.date, language: str) -> Day:
    return Day(date, day_in(date, language))


class Amount(Decimal):
    """Money that compares as a number in a text ({% if figures.balance > 0 %}) and reads as money."""

    def __str__(self) -> str:
        return money.written(Decimal(self))


@dataclass(frozen=True)
class Person:
    """One recipient and what the texts may say about them, by the root of the tags."""

    contact_id: int
    customer_id: int
    to_name: str
    values: dict[str, Any]


@lru_cache(maxsize=2_000)
def day_in(date: dt.date, language: str) -> str:
    """ "21 November" in a language; with the year when it is not this year's."""
    pattern = "d MMMM" if date.year == business.today().year else "d MMMM y"
    return format_date(date, pattern, locale=language or "en")


def people(
    wanted: Sequence[tuple[int, str]], names: Collection[str], closed: frozenset[str] = frozenset()
) -> dict[int, Person]:
    """The persons behind (contact id, language) pairs, with the values for the tags NAMES; as though nothing were
    known of those that are CLOSED. A handful of queries whatever their number."""
    languages = dict(wanted)
    contacts = Contact.objects.filter(pk__in=languages).values_list(
        "pk", "name", "customer_id", "customer__name", "customer__city", "customer__area"
    )
    rows = list(contacts)
    customers = [row[2] for row in rows]
    figures = _figures(customers) if any(name.startswith("figures.") for name in names) else {}
    items = _usual_items(customers) if "figures.usual_items" in names else {}
    own = custom.values_of(customers) if any(name.startswith("own.") for name in names) else {}
    shop = _shop()
    found = {}
    for pk, name, customer_id, customer_name, city, area in rows:
        name = clean(name)
        values = {
            "contact": {"name": name, "first_name": first_name(name)},
            "customer": {"name": clean(customer_name), "city": clean(city), "area": clean(area)},
            "shop": shop,
            "own": _own(own.get(customer_id, {})),
            "figures": _said(figures.get(customer_id), items.get(customer_id, ()), languages[pk]),
        }
        found[pk] = Person(pk, customer_id, name, _without(values, closed) if closed else values)
    return found


def _without(values: dict[str, Any], closed: frozenset[str]) -> dict[str, Any]:
    nothing = _said(None, (), "")
    for name in closed:
        root, _dot, leaf = name.partition(".")
        if leaf in values[root]:
            values[root][leaf] = nothing.get(leaf) if root == "figures" else ""
    return values


_TITLES = re.compile(r"^(?:mr|mrs|ms|dr|shri|smt|md|mohd)\.?$", re.IGNORECASE)


def first_name(name: str) -> str:
    """The first word of a name that is not a title."""
    words = name.split()
    for word in words:
        if not _TITLES.match(word):
            return word
    return words[0] if words else ""


def _shop() -> dict[str, str]:
    shop = business.current()
    return {"name": clean(shop.name) if shop else "", "address": clean(shop.address) if shop else ""}


def _own(values: dict[str, Any]) -> dict[str, str]:
    return (
        {one.code: clean(custom.plain(one, values.get(one.code))) for one in custom.fields()}
        if values
        else {}
    )


def _figures(customers: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = CustomerFigures.objects.filter(pk__in=customers).values("pk", *FIGURES_FIELDS)
    return {row["pk"]: row for row in rows}


def _said(row: dict[str, Any] | None, items: Sequence[str], language: str) -> dict[str, Any]:
    if row is None:
        return {"orders": 0, "balance": Amount(0)}
    return {
        "last_order_date": _day(business.day_of(row["last_at"]), language) if row["last_at"] else None,
        "due_on": _day(row["due_on"], language) if row["due_on"] else None,
        "orders": row["orders"],
        "usual_gap": row["usual_gap"],
        "balance": Amount(row["balance"]),
        "usual_items": ", ".join(items) or None,
    }


def _usual_items(customers: Sequence[int]) -> dict[int, list[str]]:
    """The items that stand in most of a customer's orders, at most three."""
    rows = (
        OrderLine.objects.filter(order__in=Order.objects.filter(customer_id__in=customers), is_service=False)
        .filter(~Q(description=""), quantity__gt=0)
        .values("order__customer_id", "description")
        .annotate(times=Count("pk"), pieces=Sum("quantity"))
        .order_by("order__customer_id", "-times", "-pieces", "description")
    )
    found: dict[int, list[str]] = {}
    for row in rows.iterator(chunk_size=2_000):
        kept = found.setdefault(row["order__customer_id"], [])
        if len(kept) < USUAL_ITEMS:
            kept.append(clean(row["description"]))
    return found
