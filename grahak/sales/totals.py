"""What the lines of an order add up to: one rule for orders written by hand, imported or edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from grahak.core import money

UNIT = Decimal("0.0001")


class Summable(Protocol):
    """What is summed: an OrderLine, or anything with these."""

    amount: Decimal
    tax: Decimal
    is_service: bool


@dataclass(frozen=True)
class Totals:
    """NET: product lines before tax (net revenue). SERVICE: service and fee lines before tax. TAX: of all
    lines. TOTAL: what is to be paid, NET + SERVICE + TAX rounded to the currency's smallest coin."""

    net: Decimal
    service: Decimal
    tax: Decimal
    total: Decimal

    @property
    def rounding(self) -> Decimal:
        """What the rounding of the total added or took away."""
        return self.total - self.net - self.service - self.tax


def coins(amount: Decimal) -> Decimal:
    """An amount in whole smallest coins of the currency (paise), halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-money.PLACES.get(money.currency(), 2)), ROUND_HALF_UP)


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity × unit price, to the ten-thousandth that is kept, halves away from zero."""
    return (quantity * unit_price).quantize(UNIT, ROUND_HALF_UP)


def line_tax(amount: Decimal, rate: Decimal) -> Decimal:
    """RATE per cent of a line's amount, in whole coins."""
    return coins(amount * rate / 100)


def totals_of(lines: Iterable[Summable]) -> Totals:
    """The totals of an order with these lines. A return's lines are negative, and so are its totals."""
    net = service = tax = Decimal(0)
    for line in lines:
        if line.is_service:
            service += line.amount
        else:
            net += line.amount
        tax += line.tax
    return Totals(net, service, tax, coins(net + service + tax))
