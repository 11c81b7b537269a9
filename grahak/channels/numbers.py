"""Phone numbers as SMS and WhatsApp are sent to: E.164, and for SMS of a kind that can get one."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from grahak.core.parsing import Unreadable, parse_phone
from grahak.customers.actions.contacts import regions

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NO_TEXTS = (PhoneNumberType.FIXED_LINE, PhoneNumberType.PAGER, PhoneNumberType.TOLL_FREE)


def fits(address: str) -> bool:
    """Whether it is a number in E.164 (ITU-T E.164: a plus, at most 15 digits)."""
    return E164.fullmatch(address) is not None


@lru_cache(maxsize=20_000)
def takes_texts(address: str) -> bool:
    """Whether an SMS to it can arrive: not to a landline, a pager or a free call number."""
    if not fits(address):
        return False
    try:
        return phonenumbers.number_type(phonenumbers.parse(address)) not in _NO_TEXTS
    except phonenumbers.NumberParseException:
        return False


def in_e164(typed: str) -> str:
    """A number as a provider names it with its plus: "919825012345" and "00919825012345" first of all, and as it is
    dialled in the shop's country; "" where it is none."""
    digits = "".join(char for char in typed if char in "0123456789")
    number = f"+{digits.removeprefix('00')}"
    if fits(number) and phonenumbers.is_valid_number(phonenumbers.parse(number)):
        return number
    try:
        read = parse_phone(typed, regions())
    except Unreadable:
        return ""
    return read.e164
