"""What shops tell us, in one form whatever the shop: orders, refunds, customers, items, payments, and what is
wrong with a message that can't be read.

Amounts are before tax and after discounts. A document is made by a reader (shopify, woocommerce, till) from one
message alone, without the database, so that any history of messages can be read in any order.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

SHIPPING_FROM = 900_001  # ordinals of shipping lines, as an import gives them
FEES_FROM = 800_001
OTHER_LINE = 990_001


class Unreadable(ValueError):
    """A message that does not say what it must: the FIELD by its path ("line_items[2].price"), and a code with
    values that is told in the reader's language."""

    def __init__(self, field: str, code: str, **params: Any) -> None:
        super().__init__(field, code, params)
        self.field, self.code, self.params = field, code, params


@dataclass
class Statement:
    """A yes or no to messages, as the shop keeps it."""

    channel: str
    purpose: str
    granted: bool
    how: str
    at: dt.datetime | None = None


@dataclass
class PartyDoc:
    """A customer as the shop tells them. EXTERNAL_ID empty: a guest, known by e-mail or phone only. IS_WHOLE:
    their own record; otherwise what an order says of them in passing."""

    external_id: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    updated_at: dt.datetime | None = None
    is_whole: bool = False
    statements: list[Statement] = field(default_factory=list)


@dataclass
class LineDoc:
    """One line. KEY names it within the order (a refund points at it), ITEM the shop's own item or variant."""

    key: str
    ordinal: int
    quantity: Decimal
    amount: Decimal
    tax: Decimal = Decimal(0)
    code: str = ""
    description: str = ""
    item: str = ""
    is_service: bool = False


@dataclass
class OrderDoc:
    """An order in one of its states. VERSION sorts (see `version_of`). RECEIVED None: all of it. REFUNDS are
    those that the message itself tells in full; KNOWN_REFUNDS, where the message lists every refund there is,
    their ids. SKIP: a draft that is no order yet."""

    external_id: str
    number: str
    placed_at: dt.datetime
    version: str
    currency: str
    party: PartyDoc | None
    lines: list[LineDoc]
    received: Decimal | None = None
    how: str = ""
    note: str = ""
    cancelled_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    refunds: list[RefundDoc] = field(default_factory=list)
    known_refunds: list[str] | None = None
    happened_at: dt.datetime | None = None
    skip: bool = False


@dataclass
class RefundLine:
    """What came back: of line KEY (empty: of no line), so many, or so much (AMOUNT and TAX, both positive)."""

    key: str = ""
    quantity: Decimal = Decimal(0)
    amount: Decimal | None = None
    tax: Decimal | None = None
    description: str = ""
    code: str = ""
    is_service: bool = False


@dataclass
class RefundDoc:
    """A refund or return. MONEY is what was paid back; EXACT: where it differs from the worth of the lines, the
    difference is given or kept for good (else it stays on the khata). ORDER_ID empty: of no known order."""

    external_id: str
    order_id: str
    at: dt.datetime
    version: str
    lines: list[RefundLine]
    money: Decimal | None = None
    exact: bool = False
    how: str = ""
    note: str = ""
    currency: str = ""
    party: PartyDoc | None = None
    cancelled: bool = False
    happened_at: dt.datetime | None = None


@dataclass
class ProductDoc:
    """An item or one variant of it."""

    external_id: str
    version: str
    code: str
    name: str
    price: Decimal | None = None
    barcode: str = ""
    category: str = ""
    stock: Decimal | None = None
    is_off: bool = False
    parent: str = ""
    happened_at: dt.datetime | None = None


@dataclass
class CustomerDoc:
    """A customer's own record."""

    party: PartyDoc
    version: str
    happened_at: dt.datetime | None = None


@dataclass
class PaymentDoc:
    """Money received from a customer (negative: paid back)."""

    external_id: str
    version: str
    party: PartyDoc
    amount: Decimal
    how: str
    at: dt.datetime
    currency: str = ""
    reference: str = ""
    cancelled: bool = False
    happened_at: dt.datetime | None = None


@dataclass
class GoneDoc:
    """An object that the shop deleted, and that counts no more."""

    kind: str
    external_id: str


@dataclass
class BackDoc:
    """An object that the shop brought back from its bin."""

    kind: str
    external_id: str


@dataclass
class PersonDoc:
    """Something that a person must do: WHAT is data_request, redact, shop_redact or uninstalled."""

    what: str
    external_id: str = ""
    email: str = ""
    phone: str = ""


@dataclass
class NothingDoc:
    """A message that we need not act on. WHY is a code: "topic", "draft", "ping"."""

    why: str


Document = (
    OrderDoc | RefundDoc | CustomerDoc | ProductDoc | PaymentDoc | GoneDoc | BackDoc | PersonDoc | NothingDoc
)


def version_of(moment: dt.datetime | None, *, told_at: str = "", rank: int = 0) -> str:
    """The head of a version, whose parts sort as text: the moment of the object's last change in UTC, then the
    moment of the message where the shop tells it, then how far the object has come (of two changes within one
    second the further one holds). `sealed` adds a digest, so that any two states of an object have an order,
    whatever came first."""
    changed = moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") if moment else "0"
    return f"{changed}|{told_at[:35] or '0'}|{rank:02d}"


def sealed(head: str, content: Any) -> str:
    """A whole version of HEAD and a digest of CONTENT."""
    told = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False)
    return f"{head}|{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def as_json(document: Any) -> dict[str, Any]:
    """A document as JSON keeps it."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(document), default=_plain))
    return plain


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def moment_from(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def amount_from(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def line_from(kept: dict[str, Any]) -> LineDoc:
    """A line that `as_json` kept."""
    numbers = {name: Decimal(kept[name]) for name in ("quantity", "amount", "tax")}
    return LineDoc(**(kept | numbers))


def order_from(kept: dict[str, Any]) -> OrderDoc:
    """An order that `as_json` kept (its person and refunds are kept elsewhere)."""
    moments = {name: moment_from(kept[name]) for name in ("cancelled_at", "sent_at", "happened_at")}
    placed = dt.datetime.fromisoformat(kept["placed_at"])
    values = (
        kept
        | moments
        | {
            "placed_at": placed,
            "received": amount_from(kept["received"]),
            "lines": [line_from(line) for line in kept["lines"]],
            "party": None,
            "refunds": [],
        }
    )
    return OrderDoc(**values)


def refund_from(kept: dict[str, Any]) -> RefundDoc:
    """A refund that `as_json` kept."""
    lines = []
    for line in kept["lines"]:
        amounts = {name: amount_from(line[name]) for name in ("amount", "tax")}
        lines.append(RefundLine(**(line | amounts | {"quantity": Decimal(line["quantity"])})))
    values = kept | {
        "at": dt.datetime.fromisoformat(kept["at"]),
        "happened_at": moment_from(kept["happened_at"]),
        "money": amount_from(kept["money"]),
        "lines": lines,
        "party": None,
    }
    return RefundDoc(**values)
