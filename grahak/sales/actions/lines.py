"""Lines as they are drafted on a form or by a programme, checked, and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grahak.catalogue.codes import is_service, service_codes
from grahak.catalogue.models import Product
from grahak.sales.models import Order, OrderLine
from grahak.sales.totals import Totals, line_amount, totals_of

LARGEST = Decimal(10) ** 11  # a line or a payment beyond this is a slip of the finger
MOST_LINES = 1000


@dataclass(frozen=True)
class LineDraft:
    """One line to write: an item, or a code or description alone. QUANTITY and TAX are positive on
    returns too; the return turns their sign. OF_ORDINAL: the line of the returned order that comes back."""

    quantity: Decimal
    unit_price: Decimal
    product: Product | None = None
    code: str = ""
    description: str = ""
    tax: Decimal = Decimal(0)
    of_ordinal: int | None = None

    @property
    def amount(self) -> Decimal:
        return line_amount(self.quantity, self.unit_price)


def wrong_with(draft: LineDraft) -> str:
    """What is wrong with a line, as a sentence, or nothing."""
    if draft.product is None and not draft.code.strip() and not draft.description.strip():
        return _("choose an item or write what it is.")
    if len(draft.code) > 60 or len(draft.description) > 200:
        return _("the code has at most 60 characters, the description 200.")
    if draft.quantity <= 0:
        return _("the quantity must be more than zero.")
    if draft.unit_price < 0:
        return _("the rate cannot be less than zero.")
    if draft.quantity > LARGEST or draft.unit_price > LARGEST or draft.amount > LARGEST:
        return _("the amount is too large.")
    if not 0 <= draft.tax <= draft.amount:
        return _("the tax must be between nothing and the whole amount.")
    return ""


def checked(drafts: Sequence[LineDraft]) -> None:
    """ValidationError under "lines" with one sentence a bad line, each naming its line."""
    if not drafts:
        raise ValidationError({"lines": _("Write at least one line.")})
    if len(drafts) > MOST_LINES:
        raise ValidationError({"lines": _("An order holds at most 1,000 lines.")})
    found = [(number, wrong_with(draft)) for number, draft in enumerate(drafts, 1)]
    wrong = [named(number, sentence) for number, sentence in found if sentence]
    if wrong:
        raise ValidationError({"lines": wrong})


def named(number: int, sentence: str) -> str:
    """ "Line 3: the quantity must be more than zero." """
    return _("Line %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}


def write_lines(order: Order, drafts: Sequence[LineDraft], *, sign: int = 1) -> Totals:
    """Replace an order's lines by these and set its sums on the instance (not saved)."""
    codes = service_codes()
    lines = [_line(order, ordinal, draft, codes, sign) for ordinal, draft in enumerate(drafts, 1)]
    order.lines.all().delete()
    OrderLine.objects.bulk_create(lines)
    totals = totals_of(lines)
    order.net, order.service, order.tax, order.total = totals.net, totals.service, totals.tax, totals.total
    return totals


def _line(order: Order, ordinal: int, draft: LineDraft, codes: frozenset[str], sign: int) -> OrderLine:
    code = " ".join((draft.code or (draft.product.code if draft.product else "")).split())
    description = " ".join((draft.description or (draft.product.name if draft.product else "")).split())
    return OrderLine(
        order=order,
        ordinal=ordinal,
        product=draft.product,
        code=code,
        description=description[:200],
        quantity=sign * draft.quantity,
        unit_price=draft.unit_price,
        tax=sign * draft.tax,
        amount=sign * draft.amount,
        is_service=is_service(code, codes),
        of_ordinal=draft.of_ordinal,
    )


def drafts_of(order: Order) -> list[LineDraft]:
    """The lines of an order as drafts, to write them again changed."""
    return [
        LineDraft(
            quantity=abs(line.quantity),
            unit_price=line.unit_price,
            product=line.product,
            code=line.code,
            description=line.description,
            tax=abs(line.tax),
            of_ordinal=line.of_ordinal,
        )
        for line in order.lines.select_related("product")
    ]
