"""Reads Shopify's webhooks and the same objects of its Admin REST API.

Rules by Shopify's documentation of webhooks (HMAC over the raw body, base64) and of the Order, Refund, Customer
and Product resources. Amounts are in the shop's own currency (`currency`), not the buyer's.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grahak.connect.connectors.documents import (
    OTHER_LINE,
    SHIPPING_FROM,
    CustomerDoc,
    Document,
    GoneDoc,
    LineDoc,
    NothingDoc,
    OrderDoc,
    PartyDoc,
    PersonDoc,
    ProductDoc,
    RefundDoc,
    RefundLine,
    Statement,
    version_of,
)
from grahak.connect.connectors.fields import Fields

ORDER_TOPICS = (
    "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled",
    "orders/partially_fulfilled",
)  # fmt: skip
TOPICS = (
    *ORDER_TOPICS, "orders/delete", "refunds/create", "customers/create", "customers/update", "customers/delete",
    "products/create", "products/update", "products/delete", "app/uninstalled",
)  # fmt: skip
PRIVACY = {
    "customers/data_request": "data_request",
    "customers/redact": "redact",
    "shop/redact": "shop_redact",
    "app/uninstalled": "uninstalled",
}
NOTHING = Decimal(0)
PENNY = Decimal("0.01")


def signature_is_right(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """X-Shopify-Hmac-Sha256: base64 of HMAC-SHA256 of the raw body; compared in constant time."""
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, headers.get("X-Shopify-Hmac-Sha256", "").strip().encode())


def read(topic: str, payload: Any, *, told_at: str = "") -> list[Document]:
    """The documents of one message. Raises Unreadable naming the field."""
    noun, _, verb = topic.partition("/")
    data = Fields(payload)
    if topic in PRIVACY:
        return [_privacy(PRIVACY[topic], data)]
    if noun == "orders" and verb == "delete":
        return [GoneDoc("order", data.id())]
    if topic in ORDER_TOPICS:
        return [order(data, told_at)]
    if topic == "refunds/create":
        return [refund(data, data.id("order_id"), None)]
    if noun == "customers" and verb in ("create", "update", "enable", "disable"):
        return [CustomerDoc(party(data), _customer_version(data, told_at), data.moment("updated_at"))]
    if noun == "products" and verb in ("create", "update"):
        return products(data, told_at)
    if noun in ("customers", "products") and verb == "delete":
        return [GoneDoc(noun[:-1], data.id())]
    return [NothingDoc("topic")]


def _privacy(what: str, data: Fields) -> PersonDoc:
    whose = data.inner("customer")
    if whose is None:
        return PersonDoc(what)
    return PersonDoc(what, whose.id(needed=False), whose.text("email", 254).lower(), whose.text("phone", 40))


# Orders


def order(data: Fields, told_at: str = "") -> OrderDoc:
    """An order with the refunds it tells."""
    included = data.yes("taxes_included")
    refunds = [refund(one, data.id(), included) for one in data.each("refunds")]
    lines = _lines(data, included, refunds)
    cancelled_at = data.moment("cancelled_at")
    updated_at = data.moment("updated_at", needed=True)
    status = data.text("financial_status", 30)
    return OrderDoc(
        external_id=data.id(),
        number=data.text("name", 50) or f"#{data.text('order_number', 40) or data.id()}",
        placed_at=data.moment("processed_at") or data.when("created_at"),
        version=version_of(updated_at, told_at=told_at, rank=_rank(data, status, cancelled_at, refunds)),
        currency=data.text("currency", 10).upper(),
        party=_party_of_order(data),
        lines=lines,
        received=_received(data, status, lines),
        how=_how(data),
        note=data.text("note", 1000),
        cancelled_at=cancelled_at or (updated_at if status == "voided" else None),
        sent_at=max(
            (at for one in data.each("fulfillments") if (at := one.moment("created_at"))), default=None
        ),
        refunds=refunds,
        happened_at=updated_at,
    )


def _rank(data: Fields, status: str, cancelled_at: Any, refunds: list[RefundDoc]) -> int:
    """How far an order has come, for two changes within the same second."""
    paid = {"paid": 4, "partially_refunded": 4, "refunded": 4, "partially_paid": 2, "authorized": 1}
    sent = {"fulfilled": 2, "partial": 1}
    return (
        (40 if cancelled_at else 0)
        + min(len(refunds), 3) * 9
        + paid.get(status, 0)
        + sent.get(data.text("fulfillment_status", 20), 0)
    )


def _lines(data: Fields, included: bool, refunds: list[RefundDoc]) -> list[LineDoc]:
    lines = []
    for place, row in enumerate(data.each("line_items"), 1):
        quantity = row.amount("quantity", None) - _taken_off(row, refunds)
        if quantity <= 0:
            continue
        tax = sum((one.amount("price") for one in row.each("tax_lines")), NOTHING)
        shares = [one.amount("amount") for one in row.each("discount_allocations")]
        discount = sum(shares, NOTHING) if shares else row.amount("total_discount")
        sold = row.amount("quantity", None)
        amount = row.amount("price", None) * sold - discount - (tax if included else NOTHING)
        if quantity != sold:
            amount, tax = amount * quantity / sold, tax * quantity / sold
        variant, item = row.id("variant_id", needed=False), row.id("product_id", needed=False)
        lines.append(
            LineDoc(
                key=row.id(),
                ordinal=place,
                quantity=quantity,
                amount=amount,
                tax=tax,
                code=row.text("sku", 60) or (f"SHOPIFY-{variant or item}" if variant or item else ""),
                description=row.text("name") or row.text("title"),
                item=variant or (f"p{item}" if item else ""),
            )
        )
    return lines + _services(data, included, lines)


def _taken_off(row: Fields, refunds: list[RefundDoc]) -> Decimal:
    """How many were taken off a line by editing the order, beyond what its refunds account for."""
    now = row.maybe("current_quantity")
    if now is None:
        return NOTHING
    back = sum(
        (line.quantity for one in refunds for line in one.lines if line.key == row.id(needed=False)), NOTHING
    )
    return max(NOTHING, row.amount("quantity", None) - back - now)


def _services(data: Fields, included: bool, lines: list[LineDoc]) -> list[LineDoc]:
    """Shipping as service lines, and a tip."""
    found = []
    for place, row in enumerate(data.each("shipping_lines")):
        tax = sum((one.amount("price") for one in row.each("tax_lines")), NOTHING)
        price = row.maybe("discounted_price")
        amount = (price if price is not None else row.amount("price")) - (tax if included else NOTHING)
        if amount or tax:
            found.append(
                LineDoc(
                    f"s{row.id(needed=False) or place}", SHIPPING_FROM + place, Decimal(1), amount, tax,
                    "SHIPPING", row.text("title"), is_service=True,
                )
            )  # fmt: skip
    tip = data.amount("total_tip_received")
    told = sum((line.amount + line.tax for line in [*lines, *found]), NOTHING)
    if tip > 0 and abs(data.amount("total_price") - told - tip) < PENNY:
        found.append(LineDoc("tip", OTHER_LINE, Decimal(1), tip, code="TIP", is_service=True))
    return found


def _received(data: Fields, status: str, lines: list[LineDoc]) -> Decimal | None:
    """What was paid with the order, before anything was paid back; None: all of it."""
    if status in ("paid", "refunded", "partially_refunded", ""):
        return None
    if status == "partially_paid":
        whole = sum((line.amount + line.tax for line in lines), NOTHING)
        return max(NOTHING, whole - data.amount("total_outstanding"))
    return NOTHING


def _how(data: Fields) -> str:
    names = data.data.get("payment_gateway_names")
    told = " ".join(str(name) for name in names).casefold() if isinstance(names, list) else ""
    if "cash" in told or "cod" in told.split():
        return "cash"
    if "bank" in told:
        return "bank"
    if any(word in told for word in ("upi", "wallet", "paytm", "easypaisa", "jazzcash")):
        return "upi"
    return "card" if told else ""


def refund(data: Fields, order_id: str, included: bool | None) -> RefundDoc:
    """A refund: lines at the rate they were sold, shipping, and the money that went back. INCLUDED is not needed:
    the rate is taken from the order's own lines."""
    lines = [
        RefundLine(key=row.id("line_item_id"), quantity=row.amount("quantity", None))
        for row in data.each("refund_line_items")
    ]
    exact = False
    for row in data.each("order_adjustments"):
        if row.text("kind") == "shipping_refund":
            lines.append(
                RefundLine(
                    amount=abs(row.amount("amount")), tax=abs(row.amount("tax_amount")), code="SHIPPING",
                    is_service=True,
                )
            )  # fmt: skip
        else:
            exact = True
    money = sum(
        (
            row.amount("amount", None)
            for row in data.each("transactions")
            if row.text("kind") == "refund" and row.text("status") == "success"
        ),
        NOTHING,
    )
    at = data.moment("processed_at") or data.when("created_at")
    return RefundDoc(
        external_id=data.id(),
        order_id=order_id,
        at=at,
        version=version_of(at),
        lines=lines,
        money=money,
        exact=exact,
        note=data.text("note", 1000),
        happened_at=at,
    )


# Customers


def party(data: Fields) -> PartyDoc:
    """A customer's own record."""
    place = data.inner("default_address")
    found = PartyDoc(
        external_id=data.id(),
        name=_name(data),
        email=data.text("email", 254).lower(),
        phone=data.text("phone", 40),
        updated_at=data.moment("updated_at"),
        is_whole=data.has("updated_at"),
        statements=_statements(data),
    )
    return _placed(found, place)


def _party_of_order(data: Fields) -> PartyDoc | None:
    """Who ordered: the customer that the order tells, else whoever the bill is for; None for a sale to nobody."""
    bill = data.inner("billing_address") or data.inner("shipping_address")
    whose = data.inner("customer")
    found = party(whose) if whose is not None and whose.has("id") else PartyDoc()
    found.email = found.email or (data.text("contact_email", 254) or data.text("email", 254)).lower()
    found.phone = found.phone or data.text("phone", 40)
    if not found.is_whole or not found.city:
        found = _placed(found, bill)
    known = found.external_id or found.email or found.phone
    return found if known else None


def _name(data: Fields) -> str:
    return f"{data.text('first_name', 100)} {data.text('last_name', 100)}".strip()


def _placed(found: PartyDoc, place: Fields | None) -> PartyDoc:
    """With what an address tells, where it is not told yet."""
    if place is None:
        return found
    found.name = found.name or place.text("name") or _name(place)
    found.company = found.company or place.text("company")
    found.phone = found.phone or place.text("phone", 40)
    found.address = ", ".join(part for part in (place.text("address1"), place.text("address2")) if part)
    found.city, found.region = place.text("city", 80), place.text("province", 80)
    found.postcode = place.text("zip", 12)
    found.country = place.text("country_code", 2).upper()
    return found


def _statements(data: Fields) -> list[Statement]:
    """email_marketing_consent and sms_marketing_consent. "not_subscribed" is no statement: they never said."""
    found = []
    for channel in ("email", "sms"):
        consent = data.inner(f"{channel}_marketing_consent")
        if consent is None:
            continue
        state = consent.text("state", 30).lower()
        if state not in ("subscribed", "unsubscribed"):
            continue
        level = consent.text("opt_in_level", 30)
        how = f"Shopify: {state}" + (f", {level}" if level else "")
        found.append(
            Statement(channel, "offers", state == "subscribed", how, consent.moment("consent_updated_at"))
        )
    return found


def _customer_version(data: Fields, told_at: str) -> str:
    return version_of(data.moment("updated_at", needed=True), told_at=told_at)


# Items


def products(data: Fields, told_at: str = "") -> list[Document]:
    """One document a variant."""
    updated_at = data.moment("updated_at", needed=True)
    title, status = data.text("title"), data.text("status", 20)
    found: list[Document] = []
    for row in data.each("variants"):
        variant = row.text("title", 100)
        plain = variant in ("", "Default Title")
        found.append(
            ProductDoc(
                external_id=row.id(),
                version=version_of(updated_at, told_at=told_at),
                code=row.text("sku", 60) or f"SHOPIFY-{row.id()}",
                name=(title if plain else f"{title} – {variant}")[:200],
                price=row.maybe("price"),
                barcode=row.text("barcode", 60),
                category=data.text("product_type", 120),
                stock=row.maybe("inventory_quantity"),
                is_off=status in ("archived", "draft"),
                parent=data.id(),
                happened_at=updated_at,
            )
        )
    return found


ASKED = "~"  # told_at of what we asked the shop for ourselves: of one second, it is the newest


def told_at(headers: Mapping[str, str]) -> str:
    """When Shopify wrote the message, in a form that sorts; "" where it does not say."""
    text = headers.get("X-Shopify-Triggered-At", "")
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    except ValueError:
        return ""
