"""Words of the sales pages that are said in more than one place."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grahak.core.money import figure
from grahak.core.templatetags.ui import day, gauge, quantity
from grahak.sales.finding import LastSale
from grahak.sales.khata import Limit, balance_words
from grahak.sales.reorder import gap_words

register = template.Library()


@register.simple_tag
def last_rate(last: LastSale | None) -> str:
    """ "last 620, 12 Oct": what a customer last paid for an item, and when."""
    if last is None:
        return ""
    places = 0 if last.unit_price == last.unit_price.to_integral_value() else 2
    return _("last %(rate)s × %(quantity)s, %(day)s") % {
        "rate": figure(last.unit_price, places),
        "quantity": quantity(last.quantity),
        "day": day(last.at),
    }


@register.simple_tag
def limit_gauge(limit: Limit) -> SafeString:
    """How much of a credit limit is used; red where it is passed."""
    return gauge(limit.used, limit.limit)


@register.simple_tag(name="balance_words")
def balance_in_words(balance: Decimal) -> str:
    """Which way a balance goes, in words."""
    return balance_words(balance)


@register.filter
def turned(amount: Decimal) -> Decimal:
    """The amount with its sign turned: what we owe, as a positive sum."""
    return -amount


@register.simple_tag(name="gap_words")
def gap_in_words(days: int | None) -> str:
    """ "every 21 days"."""
    return gap_words(days)
