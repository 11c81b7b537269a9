"""Numbers of orders written here: SO-000123, returns RT-000012, each series counted up, none given twice."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grahak.core.models import Setting
from grahak.sales.models import Order, OrderKind

SERIES = {OrderKind.SALE: "SO", OrderKind.RETURN: "RT"}
HAND = "hand"


def take_number(kind: str) -> str:
    """The next free number of a series. Inside a transaction: whoever wants one too waits until it ends."""
    series = SERIES[OrderKind(kind)]
    Setting.objects.get_or_create(name=f"sales.numbers.{series}", defaults={"value": 1})
    row = Setting.objects.select_for_update().get(name=f"sales.numbers.{series}")
    following = int(row.value)
    while Order.objects.filter(source=HAND, number=f"{series}-{following:06d}").exists():
        following += 1
    row.value = following + 1
    row.save()
    return f"{series}-{following:06d}"


def checked_number(number: str, *, source: str = HAND) -> str:
    """A number that a person chose; ValidationError if it is taken or too long."""
    kept = " ".join(number.split())
    if len(kept) > 60:
        raise ValidationError({"number": _("A number has at most 60 characters.")})
    if Order.objects.filter(source=source, number=kept).exists():
        raise ValidationError({"number": _("There is already an order %s.") % kept})
    return kept
