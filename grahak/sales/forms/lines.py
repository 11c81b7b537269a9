"""The line grid of an order sheet: what was typed, what it means, and what is wrong with it, cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from grahak.catalogue.codes import folded
from grahak.catalogue.models import Product
from grahak.core.parsing import Unreadable, parse_decimal, parse_quantity
from grahak.customers.models import Customer
from grahak.sales.actions.lines import LARGEST, LineDraft, named, wrong_with
from grahak.sales.finding import Goods, LastSale, goods, last_sales
from grahak.sales.models import Order
from grahak.sales.totals import line_amount, line_tax

MOST_LINES = 1000
_CELL = re.compile(r"item-(\d{1,4})")


@dataclass
class SheetLine:
    """One line of the grid as typed. NUMBER is what the person sees beside it; WRONG a sentence without
    the number; CELL the name of the cell it is about."""

    number: int
    item: str = ""
    product: str = ""
    quantity: str = ""
    rate: str = ""
    tax: str = ""
    kept_tax: Decimal | None = None
    draft: LineDraft | None = None
    last: LastSale | None = None
    wrong: str = ""
    cell: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.item.strip() or self.quantity.strip() or self.rate.strip())

    @property
    def error(self) -> str:
        return named(self.number, self.wrong) if self.wrong else ""

    @property
    def amount(self) -> Decimal | None:
        return self.draft.amount if self.draft else None


def blank_lines(first: int, many: int) -> list[SheetLine]:
    """Empty lines to write on, so that the sheet works without a script."""
    return [SheetLine(number) for number in range(first, first + many)]


def lines_of(order: Order) -> list[SheetLine]:
    """The lines of an order as they stand on the sheet."""
    found = []
    for line in order.lines.select_related("product"):
        rate = line.tax * 100 / line.amount if line.amount else Decimal(0)
        found.append(
            SheetLine(
                number=line.ordinal,
                item=line.description or line.code,
                product=str(line.product_id or ""),
                quantity=plain(abs(line.quantity)),
                rate=plain(line.unit_price),
                tax=plain(rate.quantize(Decimal("0.01"))) if rate else "",
                draft=LineDraft(quantity=abs(line.quantity), unit_price=line.unit_price, description="-"),
            )
        )
    return found


def plain(number: Decimal) -> str:
    """A number as one would type it: no idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_lines(data: QueryDict, customer: Customer | None, *, before: Order | None = None) -> list[SheetLine]:
    """The lines that were typed, each with its draft or what is wrong with it; blank ones left out.
    BEFORE is the order being edited: a line of it that was not touched keeps its code, description and
    exact tax."""
    numbers = sorted({int(match[1]) for key in data if (match := _CELL.fullmatch(key))})[:MOST_LINES]
    lines = [
        SheetLine(
            number=position,
            item=data.get(f"item-{index}", "")[:260],
            product=data.get(f"product-{index}", "")[:18],
            quantity=data.get(f"quantity-{index}", "")[:80],
            rate=data.get(f"rate-{index}", "")[:80],
            tax=data.get(f"tax-{index}", "")[:40],
        )
        for position, index in enumerate(numbers, 1)
    ]
    lines = [line for line in lines if not line.is_blank]
    found = goods((line.product, line.item) for line in lines)
    kept = {_key(line): line.draft for line in _drafted(before)} if before else {}
    products = [found.meant(line.product, line.item) for line in lines]
    last = last_sales(customer, [product.pk for product in products if product])
    for line, product in zip(lines, products, strict=True):
        line.last = last.get(product.pk) if product else None
        line.draft = kept.get(_key(line)) or _draft(line, product, found)
    return lines


def _key(line: SheetLine) -> tuple[str, ...]:
    return (
        " ".join(line.item.split()),
        line.product,
        line.quantity.strip(),
        line.rate.strip(),
        line.tax.strip(),
    )


def _drafted(order: Order) -> list[SheetLine]:
    """The order's lines with drafts that write them again exactly."""
    found = lines_of(order)
    for line, row in zip(found, order.lines.select_related("product"), strict=True):
        line.draft = LineDraft(
            quantity=row.quantity,
            unit_price=row.unit_price,
            product=row.product,
            code=row.code,
            description=row.description,
            tax=row.tax,
        )
    return found


def _draft(line: SheetLine, product: Product | None, found: Goods) -> LineDraft | None:
    """The draft of one line; None with line.wrong and line.cell set where it cannot be."""
    text = " ".join(line.item.split())
    service = found.services.get(folded(text)) if product is None else None
    if not text:
        return _refuse(line, "item", _("choose an item or write what it is."))
    quantity = _number(line, "quantity")
    if quantity is None:
        return None
    rate = _rate(line, product)
    if rate is None:
        return None
    percent = Decimal(0)
    if line.tax.strip():
        read = _number(line, "tax")
        if read is None:
            return None
        if not 0 <= read <= 100:
            return _refuse(line, "tax", _("the tax must be between 0 and 100 %."))
        percent = read
    if not 0 < quantity <= LARGEST:
        return _refuse(line, "quantity", _("the quantity must be more than zero."))
    if not 0 <= rate <= LARGEST:
        return _refuse(line, "rate", _("the rate cannot be less than zero."))
    draft = LineDraft(
        quantity=quantity,
        unit_price=rate,
        product=product,
        code=product.code if product else (folded(text) if service else ""),
        description=product.name if product else (service or text),
        tax=line_tax(line_amount(quantity, rate), percent),
    )
    wrong = wrong_with(draft)
    return _refuse(line, "item", wrong) if wrong else draft


def _rate(line: SheetLine, product: Product | None) -> Decimal | None:
    """The rate typed; where none is, the last one this customer paid, else the item's price."""
    if line.rate.strip():
        return _number(line, "rate")
    rate = line.last.unit_price if line.last else (product.price if product else None)
    if rate is None and product is None:
        return _refuse(
            line,
            "item",
            _("no item is called “%s”: choose one from the list, or write its rate too.") % line.item[:60],
        )
    if rate is None:
        return _refuse(line, "rate", _("the rate is missing."))
    line.rate = plain(rate)
    return rate


def _number(line: SheetLine, cell: str) -> Decimal | None:
    typed: str = getattr(line, cell)
    if not typed.strip():
        return _refuse(line, cell, _("the quantity is missing."))
    try:
        if cell == "quantity":
            number = parse_quantity(typed).number
            return number.quantize(Decimal("0.001"))
        return parse_decimal(typed).quantize(Decimal("0.0001"))
    except Unreadable as error:
        return _refuse(line, cell, str(error))


def _refuse(line: SheetLine, cell: str, sentence: str) -> Any:
    line.wrong, line.cell = sentence, cell
    return None
