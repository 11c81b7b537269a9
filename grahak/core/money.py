"""Money as people read it: grouping by lakh and crore or by thousand, a true minus, the currency's sign."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from grahak.core import business

SIGNS = {"INR": "₹", "PKR": "Rs", "GBP": "£", "USD": "$", "EUR": "€", "BDT": "৳", "NPR": "रू", "AED": "AED"}
PLACES = {"JPY": 0, "KWD": 3, "BHD": 3, "OMR": 3}


def currency() -> str:
    """The ISO code of the currency of account."""
    found = business.current()
    return found.currency if found else "INR"


def sign(code: str = "") -> str:
    """The short sign that stands before an amount."""
    return SIGNS.get(code or currency(), code or currency())


def grouped(digits: str, *, indian: bool) -> str:
    """Digits with separators: 12,34,567 or 1,234,567."""
    if len(digits) <= 3:
        return digits
    head, tail = digits[:-3], digits[-3:]
    step = 2 if indian else 3
    parts: list[str] = []
    while head:
        parts.insert(0, head[-step:])
        head = head[:-step]
    return ",".join([*parts, tail])


def figure(value: Decimal | int | None, places: int | None = 0) -> str:
    """A number set for reading, without currency. None is an en dash. PLACES None: the currency's own.
    Rounds half away from zero, as bills do."""
    if value is None:
        return "–"
    found = business.current()
    if places is None:
        places = PLACES.get(currency(), 2)
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, part = f"{abs(rounded):f}".partition(".")
    text = grouped(whole, indian=found is None or found.grouping == "indian")
    if part:
        text += "." + part
    return f"−{text}" if rounded < 0 else text


def written(value: Decimal | None, places: int | None = 0) -> str:
    """An amount with its sign: "₹ 1,23,456"."""
    return f"{sign()} {figure(value, places)}"


def short(value: Decimal) -> str:
    """For axes only: "4.2 lakh", "1.1 crore", "35 k" by the business's grouping, translated."""
    from django.utils.translation import gettext as _

    found = business.current()
    indian = found is None or found.grouping == "indian"
    steps = (
        ((Decimal(10**7), _("crore")), (Decimal(10**5), _("lakh")), (Decimal(1000), _("k")))
        if indian
        else ((Decimal(10**9), _("bn")), (Decimal(10**6), _("m")), (Decimal(1000), _("k")))
    )
    for size, word in steps:
        if abs(value) >= size:
            return f"{figure(value / size, 1).removesuffix('.0')} {word}"
    return figure(value)
