"""The lines of a deal as they are typed: item, quantity, rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from grahak.core.parsing import Unreadable, parse_decimal
from grahak.sales.deals.actions import LineDraft
from grahak.sales.finding import goods
from grahak.sales.forms.lines import plain
from grahak.sales.models import Deal

MOST = 60


@dataclass
class Row:
    """One line of the form: what was typed, what it means, and what is WRONG with it."""

    item: str = ""
    product: str = ""
    quantity: str = ""
    rate: str = ""
    draft: LineDraft | None = None
    wrong: str = ""


def of(deal: Deal) -> list[Row]:
    """The rows of a deal's lines."""
    return [
        Row(line.description, str(line.product_id or ""), plain(line.quantity), plain(line.rate))
        for line in deal.lines.all()
    ]


def blank(there: int) -> list[Row]:
    """Empty rows to write on."""
    return [Row() for _number in range(max(2, 5 - there))]


def seen(given: QueryDict) -> int | None:
    """The version of the deal that the form was drawn of."""
    text = given.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def read(given: QueryDict) -> list[Row]:
    """The rows that were sent, without empty ones, each with its draft or what is wrong with it."""
    columns = [given.getlist(name)[:MOST] for name in ("item", "product", "quantity", "rate")]
    cells = zip(*(column + [""] * (MOST - len(column)) for column in columns), strict=True)
    rows = [Row(*(cell.strip()[:200] for cell in row)) for row in cells if any(part.strip() for part in row)]
    known = goods([(row.product, row.item) for row in rows])
    for number, row in enumerate(rows, 1):
        product = known.meant(row.product, row.item)
        row.product = str(product.pk) if product else ""
        try:
            quantity = parse_decimal(row.quantity) if row.quantity else Decimal(1)
            rate = parse_decimal(row.rate) if row.rate else (product.price if product else None) or Decimal(0)
        except Unreadable as error:
            row.wrong = _("Line %(n)s: %(fault)s") % {"n": number, "fault": error}
            continue
        row.draft = LineDraft(quantity, rate, product, row.item)
    return rows
