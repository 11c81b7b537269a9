"""Reads the messages of tills and other programmes, in a form of our own that docs/connectors.md describes.

A message is signed (X-Grahak-Signature: t=SECONDS,v1=HEX, where HEX is HMAC-SHA256 of "SECONDS.BODY") and not older
than five minutes, or bears the key itself (Authorization: Bearer KEY).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grahak.connect.connectors.documents import (
    CustomerDoc,
    Document,
    GoneDoc,
    LineDoc,
    OrderDoc,
    PartyDoc,
    PaymentDoc,
    ProductDoc,
    RefundDoc,
    RefundLine,
    Statement,
    Unreadable,
    version_of,
)
from grahak.connect.connectors.fields import Fields
from grahak.customers.models import CHANNELS, PURPOSES

CLOCK_MAY_DIFFER = 300  # seconds
TYPES = ("sale", "return", "payment", "customer", "product")
HOWS = ("cash", "upi", "bank", "cheque", "card", "other")
NOTHING = Decimal(0)


def signature_is_right(
    secret: str, body: bytes, headers: Mapping[str, str], *, now: float | None = None
) -> bool:
    """By signature and clock, or by the key as a bearer; compared in constant time."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return hmac.compare_digest(secret.encode(), key.strip().encode())
    parts = dict(
        part.strip().split("=", 1) for part in headers.get("X-Grahak-Signature", "").split(",") if "=" in part
    )
    stamp = parts.get("t", "")
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    right = hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    return right and abs((time.time() if now is None else now) - int(stamp)) <= CLOCK_MAY_DIFFER


def read(payload: Any) -> list[Document]:
    """The documents of one message. Raises Unreadable naming the field."""
    data = Fields(payload)
    kind = data.text("type", 20)
    if kind not in TYPES:
        raise Unreadable("type", "type", text=kind)
    if data.yes("deleted"):
        return [GoneDoc({"sale": "order", "return": "refund"}.get(kind, kind), data.id())]
    readers: dict[str, Any] = {
        "sale": _sale, "return": _return, "payment": _payment, "customer": _customer, "product": _product
    }  # fmt: skip
    return [readers[kind](data)]


def _version(data: Fields) -> str:
    """`version` (a whole number that grows) or `updated_at`; without either the message is the only one."""
    number = data.maybe("version")
    if number is not None:
        if number != number.to_integral_value() or number < 0:
            raise Unreadable("version", "not_number", text=str(number))
        return f"v{int(number):020d}"
    return version_of(data.moment("updated_at"))


def _party(data: Fields | None) -> PartyDoc | None:
    if data is None:
        return None
    found = PartyDoc(
        external_id=data.id(needed=False),
        name=data.text("name"),
        company=data.text("company"),
        email=data.text("email", 254).lower(),
        phone=data.text("phone", 40),
        address=data.text("address", 400),
        city=data.text("city", 80),
        region=data.text("region", 80),
        postcode=data.text("postcode", 12),
        country=data.text("country", 2).upper(),
    )
    for row in data.each("consents"):
        channel, purpose = row.text("channel", 20), row.text("purpose", 20) or "offers"
        if channel not in dict(CHANNELS):
            raise Unreadable(row.at("channel"), "channel", text=channel)
        if purpose not in dict(PURPOSES):
            raise Unreadable(row.at("purpose"), "channel", text=purpose)
        how = row.text("how") or "Till"
        found.statements.append(Statement(channel, purpose, row.yes("granted"), how, row.moment("at")))
    return found if found.external_id or found.email or found.phone else None


def _how(data: Fields) -> str:
    how = data.text("how", 20).lower()
    if how and how not in HOWS:
        raise Unreadable("how", "how", text=how)
    return how


def _lines(data: Fields) -> list[LineDoc]:
    lines = []
    for place, row in enumerate(data.each("lines"), 1):
        quantity = row.amount("quantity", Decimal(1))
        if quantity <= 0:
            raise Unreadable(
                row.at("quantity"), "nothing" if not quantity else "negative", text=str(quantity)
            )
        amount = row.amount("unit_price", None) * quantity - row.amount("discount")
        lines.append(
            LineDoc(
                key=str(place),
                ordinal=place,
                quantity=quantity,
                amount=amount,
                tax=row.amount("tax"),
                code=row.text("code", 60),
                description=row.text("name"),
                item=row.text("code", 60).upper(),
                is_service=row.yes("service"),
            )
        )
    return lines


def _sale(data: Fields) -> OrderDoc:
    at = data.when("at")
    lines = _lines(data)
    if not lines:
        raise Unreadable("lines", "no_lines")
    party = _party(data.inner("customer"))
    if party is not None:
        party.updated_at = data.moment("updated_at") or at
    cancelled = data.yes("cancelled")
    updated_at = data.moment("updated_at")
    return OrderDoc(
        external_id=data.id(),
        number=data.text("number", 50) or data.id(),
        placed_at=at,
        version=_version(data),
        currency=data.text("currency", 10).upper(),
        party=party,
        lines=lines,
        received=data.maybe("received"),
        how=_how(data),
        note=data.text("note", 1000),
        cancelled_at=(updated_at or at) if cancelled else None,
        happened_at=updated_at or at,
    )


def _return(data: Fields) -> RefundDoc:
    at = data.when("at")
    lines = []
    for row in data.each("lines"):
        quantity = row.amount("quantity", Decimal(1))
        if quantity <= 0:
            raise Unreadable(
                row.at("quantity"), "nothing" if not quantity else "negative", text=str(quantity)
            )
        price = row.maybe("unit_price")
        lines.append(
            RefundLine(
                key=row.text("line", 20),
                quantity=quantity,
                amount=None if price is None else price * quantity,
                tax=row.maybe("tax"),
                description=row.text("name"),
                code=row.text("code", 60),
                is_service=row.yes("service"),
            )
        )
    if not lines:
        raise Unreadable("lines", "no_lines")
    return RefundDoc(
        external_id=data.id(),
        order_id=data.id("of", needed=False),
        at=at,
        version=_version(data),
        lines=lines,
        money=data.maybe("refunded"),
        how=_how(data),
        note=data.text("note", 1000),
        currency=data.text("currency", 10).upper(),
        party=_party(data.inner("customer")),
        cancelled=data.yes("cancelled"),
        happened_at=data.moment("updated_at") or at,
    )


def _payment(data: Fields) -> PaymentDoc:
    party = _party(data.inner("customer"))
    if party is None:
        raise Unreadable("customer", "missing")
    return PaymentDoc(
        external_id=data.id(),
        version=_version(data),
        party=party,
        amount=data.amount("amount", None),
        how=_how(data) or "cash",
        at=data.when("at"),
        currency=data.text("currency", 10).upper(),
        reference=data.text("reference", 80),
        cancelled=data.yes("cancelled"),
        happened_at=data.moment("updated_at") or data.moment("at"),
    )


def _customer(data: Fields) -> CustomerDoc:
    data.id()
    party = _party(data)
    assert party is not None
    party.is_whole, party.updated_at = True, data.moment("updated_at")
    return CustomerDoc(party, _version(data), data.moment("updated_at"))


def _product(data: Fields) -> ProductDoc:
    code = data.text("code", 60) or data.id()
    moment: dt.datetime | None = data.moment("updated_at")
    return ProductDoc(
        external_id=code.upper(),
        version=_version(data),
        code=code,
        name=data.text("name") or code,
        price=data.maybe("price"),
        barcode=data.text("barcode", 60),
        category=data.text("category", 120),
        stock=data.maybe("stock"),
        is_off=data.yes("archived"),
        happened_at=moment,
    )
