"""The files of an export that a shop can bring into Grahak again: customers, items and orders, headed as the import
knows the columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from grahak.catalogue.models import Product
from grahak.core import business
from grahak.core.bulk import pieces
from grahak.core.csv_guard import guard
from grahak.customers import custom
from grahak.customers.models import Contact, Customer, CustomerTag, CustomKind, ExternalRef, Identity
from grahak.sales.models import Order, OrderLine

STEP: Final = 1000
CUSTOMERS: Final = (
    "Customer code", "Customer name", "Contact person", "Phone", "WhatsApp", "Email", "Customer type", "Tags",
    "Language", "GSTIN", "Address", "Area", "City", "State", "PIN code", "Country", "Credit limit", "Credit days",
    "Salesman", "Branch", "Customer since",
)  # fmt: skip
PRODUCTS: Final = (
    "Item code", "Item name", "Category", "Unit", "Sale price", "Purchase price", "Tax rate", "Stock", "Barcode",
)  # fmt: skip
ORDERS: Final = (
    "Order number", "Order date", "Customer code", "Customer name", "Line no", "Item code", "Item name", "Quantity",
    "Unit price", "Line tax", "Received", "Salesman", "Branch", "Note", "Currency",
)  # fmt: skip
Rows = Iterator[list[str]]


def code_of(pk: int) -> str:
    """What an export calls a customer; the same in both files, so that orders find their customers again."""
    return f"G{pk}"


def _stretches(rows: Any) -> Iterator[list[Any]]:
    last = 0
    while step := list(rows.filter(pk__gt=last).order_by("pk")[:STEP]):
        yield step
        last = step[-1].pk


def _plain(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def customers() -> Rows:
    """Those in use, with the main contact's reach and the shop's own fields."""
    own = [field for field in custom.fields() if field.kind != CustomKind.CUSTOMER]
    yield [*CUSTOMERS, *(field.name for field in own)]
    for step in _stretches(Customer.objects.filter(archived_at=None).select_related("owner", "branch")):
        ids = [one.pk for one in step]
        names, reach, tags, refs = _beside(ids)
        values = custom.values_of(ids) if own else {}
        for one in step:
            found = reach.get(one.pk, {})
            yield [
                refs.get(one.pk) or code_of(one.pk),
                guard(one.name),
                guard(names.get(one.pk, "")),
                ", ".join(found.get("phone", [])),
                "".join(found.get("whatsapp", [])[:1]),
                ", ".join(found.get("email", [])),
                one.kind,
                guard(", ".join(tags.get(one.pk, []))),
                one.language,
                one.tax_id,
                guard(one.address),
                guard(one.area),
                guard(one.city),
                guard(one.region),
                one.postcode,
                one.country,
                _plain(one.credit_limit),
                "" if one.credit_days is None else str(one.credit_days),
                guard(one.owner.name) if one.owner else "",
                guard(one.branch.name) if one.branch else "",
                one.since.isoformat() if one.since else "",
                *(guard(custom.plain(field, values.get(one.pk, {}).get(field.code))) for field in own),
            ]


def _beside(ids: list[int]) -> tuple[dict[int, str], dict[int, Any], dict[int, list[str]], dict[int, str]]:
    names = dict(Contact.objects.filter(customer__in=ids, is_primary=True).values_list("customer_id", "name"))
    reach: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    known = Identity.objects.filter(contact__customer__in=ids, contact__is_primary=True).order_by("pk")
    for pk, kind, value in known.values_list("contact__customer_id", "kind", "value"):
        reach[pk][kind].append(value)
    tags: dict[int, list[str]] = defaultdict(list)
    for pk, name in CustomerTag.objects.filter(customer__in=ids).values_list("customer_id", "tag__name"):
        tags[pk].append(name)
    refs: dict[int, str] = {}
    for pk, external_id in (
        ExternalRef.objects.filter(customer__in=ids).order_by("-pk").values_list("customer_id", "external_id")
    ):
        refs[pk] = external_id
    return names, reach, tags, refs


def products() -> Rows:
    """Items in use."""
    yield list(PRODUCTS)
    for step in _stretches(Product.objects.filter(archived_at=None).select_related("category")):
        for one in step:
            yield [
                guard(one.code),
                guard(one.name),
                guard(one.category.name) if one.category else "",
                one.unit,
                _plain(one.price),
                _plain(one.cost),
                _plain(one.tax_rate),
                _plain(one.stock),
                one.barcode,
            ]


def orders() -> Rows:
    """Orders and returns that were not cancelled, a row a line; a return has negative quantities."""
    yield list(ORDERS)
    shop = business.current()
    currency, zone = (shop.currency if shop else ""), business.zone()
    rows = Order.objects.filter(cancelled_at=None).select_related("customer", "taken_by", "branch")
    for step in _stretches(rows):
        lines: dict[int, list[OrderLine]] = defaultdict(list)
        for some in pieces([one.pk for one in step]):
            for line in OrderLine.objects.filter(order__in=some).order_by("order_id", "ordinal"):
                lines[line.order_id].append(line)
        codes = _beside([one.customer_id for one in step if one.customer_id])[3]
        for order in step:
            for line in lines[order.pk]:
                yield [
                    guard(order.number),
                    order.placed_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
                    (codes.get(order.customer_id) or code_of(order.customer_id)) if order.customer_id else "",
                    guard(order.customer.name) if order.customer else "",
                    str(line.ordinal),
                    guard(line.code),
                    guard(line.description),
                    _plain(line.quantity),
                    _plain(line.unit_price),
                    _plain(line.tax),
                    _plain(order.received),
                    guard(order.taken_by.name) if order.taken_by else "",
                    guard(order.branch.name) if order.branch else "",
                    guard(order.note),
                    currency,
                ]


FILES: Final = {"customers": customers, "products": products, "orders": orders}
