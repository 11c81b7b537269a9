"""Reads WooCommerce's webhooks and the same objects of its REST API (wc/v3).

Rules by WooCommerce's REST documentation: X-WC-Webhook-Signature is base64 of HMAC-SHA256 of the raw body; line
totals are always without tax; moments ending in _gmt are UTC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grahak.connect.connectors.documents import (
    FEES_FROM,
    OTHER_LINE,
    SHIPPING_FROM,
    BackDoc,
    CustomerDoc,
    Document,
    GoneDoc,
    LineDoc,
    NothingDoc,
    OrderDoc,
    PartyDoc,
    ProductDoc,
    RefundDoc,
    RefundLine,
    Statement,
    Unreadable,
    version_of,
)
from grahak.connect.connectors.fields import Fields

TOPICS = tuple(
    f"{noun}.{verb}"
    for noun in ("order", "customer", "product")
    for verb in ("created", "updated", "deleted", "restored")
    if (noun, verb) != ("customer", "restored")
)
NOUNS = ("order", "customer", "product")
DRAFTS = ("auto-draft", "checkout-draft", "draft")
CANCELLED = ("cancelled", "failed", "trash")
PAID = ("processing", "completed", "refunded")
RANKS = {
    "pending": 1,
    "on-hold": 2,
    "processing": 3,
    "completed": 5,
    "refunded": 7,
    "failed": 8,
    "cancelled": 9,
}
CONSENT_KEYS = (
    "mailchimp_woocommerce_is_subscribed", "marketing_opt_in", "accepts_marketing", "newsletter_opt_in",
    "_wc_marketing_opt_in",
)  # fmt: skip
YES, NO = ("1", "yes", "true", "on"), ("0", "no", "false", "off")
NOTHING = Decimal(0)
PENNY = Decimal("0.01")


def signature_is_right(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """X-WC-Webhook-Signature: base64 of HMAC-SHA256 of the raw body; compared in constant time."""
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, headers.get("X-WC-Webhook-Signature", "").strip().encode())


def is_ping(body: bytes, headers: Mapping[str, str]) -> bool:
    """The unsigned "webhook_id=12" that WooCommerce posts when a webhook is made: it is answered, never kept."""
    head, _, number = body.partition(b"=")
    return head == b"webhook_id" and number.isdigit() and len(number) < 20


def read(topic: str, payload: Any) -> list[Document]:
    """The documents of one message. Raises Unreadable naming the field."""
    noun, _, verb = topic.partition(".")
    if noun not in NOUNS or verb not in ("created", "updated", "deleted", "restored"):
        return [NothingDoc("topic")]
    data = Fields(payload)
    if verb == "deleted":
        return [GoneDoc(noun, data.id())]
    back: list[Document] = [BackDoc(noun, data.id())] if verb == "restored" else []
    if noun == "order":
        return [*back, order(data)]
    if noun == "customer":
        moment = data.moment("date_modified_gmt") or data.moment("date_created_gmt")
        return [CustomerDoc(party(data), version_of(moment), moment)]
    return [*back, product(data)]


# Orders


def order(data: Fields) -> OrderDoc:
    """An order. Its refunds are told as sums only; `refund` reads their lines, which the shop gives when asked."""
    status = data.text("status", 30)
    if not status:
        raise Unreadable("status", "missing")
    modified = data.moment("date_modified_gmt") or data.when("date_created_gmt")
    paid = bool(data.moment("date_paid_gmt")) or (
        status in PAID and not (status == "processing" and data.text("payment_method") == "cod")
    )
    summaries = [_summary(row, data.id(), modified) for row in data.each("refunds")]
    return OrderDoc(
        external_id=data.id(),
        number=data.text("number", 50) or data.id(),
        placed_at=data.when("date_created_gmt"),
        version=version_of(modified, rank=RANKS.get(status, 4) * 4 + min(len(summaries), 3)),
        currency=data.text("currency", 10).upper(),
        party=_party_of_order(data, modified),
        lines=_lines(data),
        received=None if paid else NOTHING,
        how={"cod": "cash", "bacs": "bank", "cheque": "cheque"}.get(
            data.text("payment_method", 40), "card" if data.has("payment_method") else ""
        ),
        note=data.text("customer_note", 1000),
        cancelled_at=modified if status in CANCELLED else None,
        sent_at=data.moment("date_completed_gmt") if status == "completed" else None,
        refunds=summaries,
        known_refunds=[one.external_id for one in summaries],
        happened_at=modified,
        skip=status in DRAFTS,
    )


def _lines(data: Fields) -> list[LineDoc]:
    lines = []
    for place, row in enumerate(data.each("line_items"), 1):
        quantity = row.amount("quantity", None)
        if quantity <= 0:
            continue
        item = row.id("variation_id", needed=False) or row.id("product_id", needed=False)
        lines.append(
            LineDoc(
                key=row.id(),
                ordinal=place,
                quantity=quantity,
                amount=row.amount("total", None),
                tax=row.amount("total_tax"),
                code=row.text("sku", 60) or (f"WOO-{item}" if item else ""),
                description=row.text("name"),
                item=item,
            )
        )
    for group, first, code in (
        ("fee_lines", FEES_FROM, "FEE"),
        ("shipping_lines", SHIPPING_FROM, "SHIPPING"),
    ):
        for place, row in enumerate(data.each(group)):
            amount, tax = row.amount("total"), row.amount("total_tax")
            if amount or tax:
                name = row.text("name") or row.text("method_title")
                lines.append(
                    LineDoc(row.id(), first + place, Decimal(1), amount, tax, code, name, is_service=True)
                )
    whole = data.maybe("total")
    rest = NOTHING if whole is None else whole - sum((line.amount + line.tax for line in lines), NOTHING)
    if lines and abs(rest) >= PENNY:
        lines.append(LineDoc("other", OTHER_LINE, Decimal(1), rest, code="OTHER", is_service=True))
    return lines


def _summary(data: Fields, order_id: str, modified: Any) -> RefundDoc:
    """A refund as its order tells it: a sum and no lines."""
    worth = abs(data.amount("total", None))
    return RefundDoc(
        external_id=data.id(),
        order_id=order_id,
        at=modified,
        version=version_of(None, rank=0),
        lines=[],
        money=worth,
        exact=True,
        note=data.text("reason", 1000),
        happened_at=modified,
    )


def refund(payload: Any, order_id: str) -> RefundDoc:
    """A refund with its lines, as GET /orders/{id}/refunds tells it."""
    data = Fields(payload)
    lines = []
    for group, code in (("line_items", ""), ("fee_lines", "FEE"), ("shipping_lines", "SHIPPING")):
        for row in data.each(group):
            amount, tax, quantity = (
                abs(row.amount("total")),
                abs(row.amount("total_tax")),
                row.amount("quantity"),
            )
            if not (amount or tax or quantity):
                continue
            of = _meta(row, ("_refunded_item_id",))
            lines.append(
                RefundLine(
                    key=of,
                    quantity=abs(quantity),
                    amount=amount,
                    tax=tax,
                    description=row.text("name") or row.text("method_title"),
                    code=row.text("sku", 60) or code,
                    is_service=bool(code),
                )
            )
    at = data.when("date_created_gmt")
    return RefundDoc(
        external_id=data.id(),
        order_id=order_id,
        at=at,
        version=version_of(at, rank=1),
        lines=lines,
        money=abs(data.amount("amount", None)),
        exact=True,
        note=data.text("reason", 1000),
        happened_at=at,
    )


def _meta(data: Fields, keys: tuple[str, ...]) -> str:
    """The value of the first of these keys in meta_data."""
    for row in data.each("meta_data"):
        if row.text("key", 100) in keys and not isinstance(row.data.get("value"), dict | list):
            return row.text("value", 100)
    return ""


# Customers


def party(data: Fields) -> PartyDoc:
    """A customer's own record: an account of the shop."""
    modified = data.moment("date_modified_gmt") or data.moment("date_created_gmt")
    found = PartyDoc(
        external_id=data.id(),
        name=_name(data),
        email=data.text("email", 254).lower(),
        updated_at=modified,
        is_whole=True,
        statements=_statements(data, modified),
    )
    return _placed(found, data.inner("billing"))


def _party_of_order(data: Fields, modified: Any) -> PartyDoc | None:
    """Who ordered; None for a sale to nobody (a till's plugin)."""
    found = PartyDoc(
        external_id=data.id("customer_id", needed=False),
        updated_at=modified,
        statements=_statements(data, modified),
    )
    found = _placed(found, data.inner("billing"))
    return found if found.external_id or found.email or found.phone else None


def _name(data: Fields) -> str:
    return f"{data.text('first_name', 100)} {data.text('last_name', 100)}".strip()


def _placed(found: PartyDoc, bill: Fields | None) -> PartyDoc:
    if bill is None:
        return found
    found.name = found.name or _name(bill)
    found.company = bill.text("company")
    found.email = found.email or bill.text("email", 254).lower()
    found.phone = bill.text("phone", 40)
    found.address = ", ".join(part for part in (bill.text("address_1"), bill.text("address_2")) if part)
    found.city, found.region = bill.text("city", 80), bill.text("state", 80)
    found.postcode, found.country = bill.text("postcode", 12), bill.text("country", 2).upper()
    return found


def _statements(data: Fields, modified: Any) -> list[Statement]:
    """What newsletter plugins keep beside a customer or an order."""
    for row in data.each("meta_data"):
        key, value = row.text("key", 100), row.data.get("value")
        if key in CONSENT_KEYS and not isinstance(value, dict | list):
            told = row.text("value", 10).lower()
            if told in YES or told in NO:
                return [Statement("email", "offers", told in YES, f"WooCommerce: {key} = {told}", modified)]
    return []


# Items


def product(data: Fields) -> Document:
    """An item or a variation; what is only a cover for its variations is left out."""
    if data.text("type", 20) in ("variable", "grouped"):
        return NothingDoc("not_sold")
    moment = data.moment("date_modified_gmt") or data.when("date_created_gmt")
    shelf = next(iter(data.each("categories")), None)
    return ProductDoc(
        external_id=data.id(),
        version=version_of(moment),
        code=data.text("sku", 60) or f"WOO-{data.id()}",
        name=data.text("name") or data.text("sku") or data.id(),
        price=data.maybe("regular_price") if data.has("regular_price") else data.maybe("price"),
        barcode=data.text("global_unique_id", 60),
        category=shelf.text("name", 120) if shelf else "",
        stock=data.maybe("stock_quantity"),
        is_off=data.text("status", 20) in ("draft", "trash", "private"),
        parent=data.id("parent_id", needed=False),
        happened_at=moment,
    )
