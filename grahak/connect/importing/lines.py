"""Reads rows of an order file into drafts: one row a line, or one row an order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grahak.connect.importing.cells import MONEY, QUANTITY, CellError, Cells
from grahak.connect.importing.shop import Shop
from grahak.connect.reading import heading_key

RETURN_WORDS = {
    "return",
    "creditnote",
    "refund",
    "crnote",
    "salereturn",
    "salesreturn",
    "واپسی",
    "वापसी",
    "પરત",
}
PAID_WORDS = {"paid", "completed", "complete", "processing", "refunded", "partially_refunded", "received"}
UNPAID_WORDS = {"pending", "unpaid", "authorized", "on-hold", "credit", "due", "voided"}
Key = tuple[str, str, str]  # how the customer is named: (kind, value, name beside an e-mail or phone)
SHIPPING_ORDINAL = 900_001
HEAD_TEXTS = {"customer_name": 200, "city": 80, "country": 80, "note": 2000, "salesman": 120, "branch": 120}
HEAD_AMOUNTS = ("order_discount", "order_tax", "shipping", "received_amount", "refunded_amount")


@dataclass(slots=True)
class Line:
    """One line in database units."""

    row: int
    ordinal: int
    code: str
    description: str
    quantity: int
    price: int
    amount: int
    tax: int
    is_service: bool


@dataclass(slots=True)
class Draft:
    """An order as the file tells it, before it is known whether it is new."""

    number: str
    customer_key: Key | None
    placed_at: dt.datetime
    head: Sequence[Any]
    rows: list[tuple[int, Sequence[Any]]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    customer_id: int | None = None
    is_return: bool = False
    is_cancelled: bool = False
    signature: tuple[Any, ...] = ()


class LineReader:
    """Turns rows into lines of drafts. OPTIONS as in reading.presets.Options, as JSON."""

    def __init__(self, cells: Cells, shop: Shop, options: dict[str, Any]) -> None:
        self.cells, self.shop, self.options = cells, shop, options
        self.cancel_prefix = str(options.get("cancelled_prefix") or "")
        self.carries = bool(options.get("order_columns_on_first_row"))
        self.words: dict[str, str] = options.get("kind_words") or {}
        self.word_fields = [field for field in ("kind", "payment_status") if field in cells.at]
        heads = ("ordered_at", "customer_external_id", "customer_email", "customer_phone", "customer_name")
        self.head_places = [place for name in heads for place in cells.at.get(name, ())]
        self.has_discounts = "line_discount" in cells.at
        priced = {"quantity", "unit_price", "line_total"} & set(cells.at)
        self.has_lines = bool(priced) and options.get("rows_are") != "totals"
        self.ordinals: dict[tuple[str, Any], int] = {}

    def number(self, values: Sequence[Any]) -> str:
        return self.cells.text(values, "order_number", 60)

    def customer_key(self, values: Sequence[Any]) -> Key | None:
        """How the row names its customer: by code, e-mail, phone or name, in this order of trust."""
        cells = self.cells
        code = cells.text(values, "customer_external_id", 100)
        if code:
            return "ref", code, ""
        name = cells.text(values, "customer_name")
        email = cells.email(values, "customer_email")
        if email:
            return "email", email, name
        phone, _typed = cells.phone(values, "customer_phone")
        if phone:
            return "phone", phone, name
        return ("name", name, "") if name else None

    def draft(self, number: str, values: Sequence[Any]) -> Draft:
        """The order that this (its first) row begins."""
        cells = self.cells
        placed = cells.moment(values, "ordered_at")
        if placed is None:
            raise CellError("ordered_at", "missing")
        currency = cells.text(values, "currency", 10).upper()
        if currency and currency != self.shop.currency:
            raise CellError("currency", "currency", text=currency, own=self.shop.currency)
        self._check_head(values)
        effect = self.effect(values)
        return Draft(
            number,
            self.customer_key(values),
            placed,
            values,
            is_return=effect == "return" or self._prefixed(number),
            is_cancelled=effect == "cancelled" or cells.raw(values, "cancelled_at") is not None,
        )

    def _check_head(self, values: Sequence[Any]) -> None:
        """Read every cell that only the order's first row gives, so that a bad one refuses that row."""
        cells = self.cells
        for name, most in HEAD_TEXTS.items():
            cells.text(values, name, most)
        for name in HEAD_AMOUNTS:
            cells.units(values, name, MONEY)
        cells.phone(values, "customer_phone")
        cells.email(values, "customer_email")
        cells.moment(values, "cancelled_at")

    def effect(self, values: Sequence[Any]) -> str:
        """What the words of a row make of it: "sale", "return", "cancelled" or "ignore". A shop's "refunded"
        without an amount takes the whole order back, as if it had been cancelled."""
        for name in self.word_fields:
            word = heading_key(self.cells.text(values, name, 80))
            if not word:
                continue
            if word in ("refunded", "wcrefunded"):
                if "refunded_amount" not in self.cells.at:
                    return "cancelled"
                continue
            effect = self.words.get(word) or ("return" if name == "kind" and word in RETURN_WORDS else "sale")
            if effect != "sale":
                return effect
        return "sale"

    def _prefixed(self, number: str) -> bool:
        prefix = self.cancel_prefix
        return bool(prefix) and number.startswith(prefix) and number[len(prefix) :][:1].isdigit()

    def next_ordinal(self, number: str, customer_key: Key | None) -> int:
        """The place of a line among the lines of its order in this file: 1, 2, …"""
        key = (number, customer_key[:2] if customer_key else None)
        place = self.ordinals.get(key, 0) + 1
        self.ordinals[key] = place
        return place

    def line(self, draft: Draft, row: int, values: Sequence[Any], ordinal: int) -> Line | None:
        """The line of a row; None where the row only repeats the order. Raises CellError."""
        cells = self.cells
        if not self.has_lines:
            return self._whole_order(draft, row, values, ordinal)
        code = cells.text(values, "product_code", 60).upper()
        description = cells.text(values, "product_name")
        quantity = cells.units(values, "quantity", QUANTITY)
        price = cells.units(values, "unit_price", MONEY)
        total = cells.units(values, "line_total", MONEY) if price is None else None
        if quantity is None and price is None and total is None and not code and not description:
            return None
        if quantity is None:
            quantity = QUANTITY
        if quantity == 0:
            raise CellError("quantity", "quantity_zero")
        if price is not None:
            amount = _times(quantity, price)
        elif total is not None:
            amount = total if quantity > 0 or total < 0 else -total
            price = _divided(amount, quantity)
        else:
            raise CellError("unit_price", "price_missing")
        discount = cells.units(values, "line_discount", MONEY) if self.has_discounts else 0
        if discount:
            amount -= abs(discount) if amount >= 0 else -abs(discount)
            price = _divided(amount, quantity)
        tax = cells.units(values, "line_tax", MONEY) or 0
        if draft.is_return and quantity > 0:
            quantity, amount, tax = -quantity, -amount, -abs(tax)
        return Line(
            row, ordinal, code, description, quantity, price, amount, tax, code in self.shop.service_codes
        )

    def _whole_order(self, draft: Draft, row: int, values: Sequence[Any], ordinal: int) -> Line:
        cells = self.cells
        total = cells.units(values, "order_total", MONEY)
        if total is None:
            raise CellError("order_total", "price_missing")
        net = (
            total
            - (cells.units(values, "order_tax", MONEY) or 0)
            - (cells.units(values, "shipping", MONEY) or 0)
        )
        if draft.is_return and net > 0:
            net = -net
        quantity = -QUANTITY if net < 0 else QUANTITY
        return Line(row, ordinal, "", "", quantity, abs(net), net, 0, False)


def finish(draft: Draft, cells: Cells, *, has_lines: bool) -> None:
    """Spread the order's discount and tax over its lines and add shipping as a service line."""
    goods = [line for line in draft.lines if not line.is_service]
    sign = -1 if draft.is_return else 1
    discount = abs(cells.units(draft.head, "order_discount", MONEY) or 0)
    if discount and goods and has_lines:
        for line, part in zip(goods, spread(discount, [abs(line.amount) for line in goods]), strict=True):
            line.amount -= part if line.amount >= 0 else -part
            line.price = _divided(line.amount, line.quantity)
    tax = abs(cells.units(draft.head, "order_tax", MONEY) or 0)
    if tax and goods and not any(line.tax for line in goods):
        for line, part in zip(goods, spread(tax, [abs(line.amount) for line in goods]), strict=True):
            line.tax = sign * part
    shipping = abs(cells.units(draft.head, "shipping", MONEY) or 0)
    if shipping:
        draft.lines.append(
            Line(
                draft.rows[0][0],
                SHIPPING_ORDINAL,
                "SHIPPING",
                "",
                sign * QUANTITY,
                shipping,
                sign * shipping,
                0,
                True,
            )
        )


def spread(total: int, weights: list[int]) -> list[int]:
    """Share TOTAL in proportion; the parts add up exactly, the last takes the rest."""
    whole = sum(weights) or len(weights)
    parts, given, weight = [], 0, 0
    for share in weights if sum(weights) else [1] * len(weights):
        weight += share
        upto = total * weight // whole
        parts.append(upto - given)
        given = upto
    return parts


def _times(quantity: int, price: int) -> int:
    product = quantity * price
    return (
        (product + QUANTITY // 2) // QUANTITY if product >= 0 else -((-product + QUANTITY // 2) // QUANTITY)
    )


def _divided(amount: int, quantity: int) -> int:
    return round(amount * QUANTITY / quantity) if quantity else 0
