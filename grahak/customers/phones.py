"""Phones as they are read, rung and written to."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from grahak.core import business


@lru_cache(maxsize=50_000)
def shown_phone(value: str, shown: str = "") -> str:
    """A number in E.164 set for reading ("+91 98250 41276"); what was typed where it is no such number."""
    if not value.startswith("+"):
        return shown or value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return shown or value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def call_link(value: str) -> str:
    """A tel: address. A number that is not international is dialled as typed."""
    if business.is_demo():
        return "tel:"
    return "tel:" + "".join(char for char in value if char in "+0123456789")


def chat_link(value: str) -> str:
    """Click to chat on WhatsApp: https://wa.me/ and the digits; "" for a number without its country."""
    if business.is_demo():
        return "https://wa.me/"
    return f"https://wa.me/{value[1:]}" if value.startswith("+") and value[1:].isdigit() else ""
