"""The products that a letter shows: chosen by hand, those that sell best, the newest, or what each customer usually
buys. A picture of a product is one that we host under the product's code as its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.marketing.letters.blocks import Block
from grahak.marketing.models import Picture
from grahak.marketing.words.links import clean
from grahak.sales.models import Order, OrderLine

NOW_DAYS = (60, 365)  # what sells best "now"; a shop with a quiet season looks back a year
PERSONAL = ("usual",)


@dataclass(frozen=True)
class Item:
    """A product as a mail shows it. PRICE in the shop's currency, None where the list has none."""

    pk: int
    code: str
    name: str
    price: Decimal | None
    picture: str = ""
    width: int = 0
    height: int = 0


def picked(block: Block) -> list[Item]:
    """The products of a block that are the same for everybody, in their order. An archived product is never shown."""
    count = int(block["count"])
    match block["pick"]:
        case "chosen":
            return by_codes(block["codes"])
        case "new":
            rows = Product.objects.filter(archived_at=None).order_by("-created_at", "-pk")
            return items(rows.values_list("pk", flat=True)[:count])
        case _:
            return items(_selling(count))


def by_codes(codes: Sequence[str]) -> list[Item]:
    """The products with these codes, in the order of the codes; unknown ones are left out."""
    rows = dict(Product.objects.filter(code__in=codes, archived_at=None).values_list("code", "pk"))
    return items(rows[code] for code in codes if code in rows)


def items(ids: Iterable[int]) -> list[Item]:
    """The products with these ids, in their order."""
    wanted = list(ids)
    rows = {
        row.pk: row
        for row in Product.objects.filter(pk__in=wanted, archived_at=None).only("pk", "code", "name", "price")
    }
    pictures = _pictures([row.code for row in rows.values()])
    return [_item(rows[pk], pictures) for pk in wanted if pk in rows]


def _item(row: Product, pictures: dict[str, tuple[str, int, int]]) -> Item:
    token, width, height = pictures.get(row.code.casefold(), ("", 0, 0))
    return Item(row.pk, clean(row.code), clean(row.name), row.price, token, width, height)


def _pictures(codes: Collection[str]) -> dict[str, tuple[str, int, int]]:
    """(token, width, height) of the picture of each product, by its code in small letters; the newest one."""
    named = Q(pk__in=[])
    for code in codes:
        named |= Q(name__iexact=code)
    rows = Picture.objects.filter(named).order_by("pk").values_list("name", "token", "width", "height")
    return {name.casefold(): (token, width, height) for name, token, width, height in rows}


def _selling(count: int) -> list[int]:
    for days in NOW_DAYS:
        since = timezone.now() - dt.timedelta(days=days)
        found = list(
            OrderLine.objects.filter(
                order__placed_at__gte=since, order__cancelled_at=None, quantity__gt=0, is_service=False,
                product__archived_at=None, product__isnull=False,
            )
            .values("product")
            .annotate(orders=Count("order", distinct=True))
            .order_by("-orders", "product")
            .values_list("product", flat=True)[:count]
        )  # fmt: skip
        if len(found) >= count:
            break
    return found


def usual(customers: Collection[int], count: int) -> dict[int, list[int]]:
    """The ids of the products that stand in most of each customer's orders, at most COUNT."""
    rows = (
        OrderLine.objects.filter(
            order__in=Order.objects.filter(customer_id__in=customers, cancelled_at=None),
            is_service=False, product__isnull=False, product__archived_at=None, quantity__gt=0,
        )
        .values("order__customer_id", "product_id")
        .annotate(times=Count("pk"), pieces=Sum("quantity"))
        .order_by("order__customer_id", "-times", "-pieces", "product_id")
    )  # fmt: skip
    found: dict[int, list[int]] = {}
    row: Any
    for row in rows.iterator(chunk_size=2_000):
        kept = found.setdefault(row["order__customer_id"], [])
        if len(kept) < count:
            kept.append(row["product_id"])
    return found
