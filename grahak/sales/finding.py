"""Customers and items as they are found from what is typed on an order sheet, and the last rate each paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext as _

from grahak.catalogue.codes import folded
from grahak.catalogue.models import Product, ServiceCode
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.customers.search.find import find
from grahak.sales.models import OrderKind, OrderLine


@dataclass(frozen=True)
class LastSale:
    """What a customer last paid for an item."""

    unit_price: Decimal
    quantity: Decimal
    at: dt.datetime


def last_sales(customer: Customer | None, product_ids: Iterable[int]) -> dict[int, LastSale]:
    """By item, the last sale to this customer that was not cancelled. One query."""
    wanted = set(product_ids)
    if customer is None or not wanted:
        return {}
    rows = (
        OrderLine.objects.filter(
            order__customer=customer,
            order__kind=OrderKind.SALE,
            order__cancelled_at=None,
            product_id__in=wanted,
        )
        .order_by("-order__placed_at", "-id")
        .values_list("product_id", "unit_price", "quantity", "order__placed_at")[:2000]
    )
    found: dict[int, LastSale] = {}
    for product_id, price, quantity, at in rows:
        if product_id is not None:
            found.setdefault(product_id, LastSale(price, quantity, at))
    return found


def find_customers(user: User, text: str, limit: int) -> list[Customer]:
    """Customers whom this person may see for a typed name (any of four scripts), phone, e-mail or number,
    best first, at most LIMIT, with their figures."""
    hits = [hit.pk for hit in find(user, text, limit)]
    rows = Customer.objects.select_related("figures").in_bulk(hits)
    return [rows[pk] for pk in hits if pk in rows]


def customer_named(user: User, chosen: str, typed: str) -> Customer | None:
    """The customer of an order sheet: the one CHOSEN (an id) unless something else was TYPED over it;
    else the only one found by what was typed; None where both are empty. ValidationError where none or
    several are found."""
    visible, name = Customer.objects.served_by(user).active(), " ".join(typed.split())
    if chosen.isdecimal() and len(chosen) < 19:
        found = visible.filter(pk=int(chosen)).first()
        if found is not None and name.casefold() in ("", found.name.casefold()):
            return found
    if not name:
        return None
    exact = list(visible.filter(name__iexact=name)[:2])
    if len(exact) == 1:
        return exact[0]
    hits = exact or find_customers(user, name, 2)
    if not hits:
        raise ValidationError(
            _("No customer is called “%s”. Add them first, or leave the name empty.") % name[:80]
        )
    if len(hits) > 1:
        raise ValidationError(_("“%s” may be several customers: choose one from the list.") % name[:80])
    return hits[0]


@dataclass
class Goods:
    """What the item cells of a sheet mean: items by id, by code and by name, and service codes with
    labels."""

    by_id: dict[int, Product]
    by_code: dict[str, Product]
    by_name: dict[str, list[Product]]
    services: dict[str, str]

    def meant(self, chosen: str, typed: str) -> Product | None:
        """The item chosen, unless something else was typed over it; else the one of that code, or of that
        name if it is the only one."""
        text = " ".join(typed.split())
        if chosen.isdecimal() and int(chosen) in self.by_id:
            product = self.by_id[int(chosen)]
            if text.casefold() in ("", product.name.casefold(), product.code.casefold()):
                return product
        named = self.by_name.get(text.lower(), [])
        return self.by_code.get(text.upper()) or (named[0] if len(named) == 1 else None)


def goods(cells: Iterable[tuple[str, str]]) -> Goods:
    """Look up all (chosen id, typed text) cells at once, in three queries."""
    pairs = list(cells)
    ids = {int(chosen) for chosen, _typed in pairs if chosen.isdecimal() and len(chosen) < 19}
    texts = {" ".join(typed.split()) for _chosen, typed in pairs} - {""}
    codes = Product.objects.annotate(upper=Upper("code")).filter(upper__in=[text.upper() for text in texts])
    names = Product.objects.annotate(lower=Lower("name")).filter(
        lower__in=[text.lower() for text in texts], archived_at=None
    )
    by_name: dict[str, list[Product]] = {}
    for product in names.order_by("id")[:2000]:
        by_name.setdefault(product.name.lower(), []).append(product)
    return Goods(
        by_id=Product.objects.in_bulk(ids),
        by_code={product.code.upper(): product for product in codes},
        by_name=by_name,
        services={folded(row.code): row.label or row.code for row in ServiceCode.objects.all()},
    )
