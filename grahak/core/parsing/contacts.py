"""Phone numbers and e-mail addresses as typed in shops: home country first, 091 and 0091, native digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from grahak.core.parsing.errors import Unreadable, sentence, shorten
from grahak.core.parsing.text import plain_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HOME_REGIONS = ("IN", "PK", "GB", "AE")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_EXTENSION = re.compile(r"\s*(?:ext|extn|x)\.?\s*\d{1,6}$", re.IGNORECASE)
_BETWEEN_PHONES = re.compile(r"\s*[;/,|\n]\s*|\s+(?:or|and|&)\s+", re.IGNORECASE)
_INSIDE_ANGLES = re.compile(r"<\s*([^<>\s]+)\s*>\s*$")


class Phone(NamedTuple):
    """A number read: `e164` ("+919825012345", or "" when not valid), and the code of a remark, if any."""

    e164: str
    valid: bool
    note: str
    typed: str
    region: str

    @property
    def message(self) -> StrOrPromise:
        if not self.note:
            return ""
        return sentence(self.note, {"text": shorten(self.typed), "digits": sum(map(str.isdigit, self.typed))})


def parse_phone(value: Any, regions: Sequence[str] = HOME_REGIONS) -> Phone:
    """A phone number in E.164, trying the countries of `regions` in order.

    A number that is in use in none of them comes back with `valid` False and a note (ask, don't drop it);
    one that fits a second country too says so. Understands "+91", "0091", "091" (the last only when the
    number is long enough: 091 is also Peshawar), native digits, and numbers that a spreadsheet made floats.
    Raises Unreadable if there is no phone number at all, or the spreadsheet has rounded it.
    """
    if isinstance(value, bool) or value is None:
        raise Unreadable("phone_blank")
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1e15:
            raise Unreadable("phone_rounded", value)
        value = int(value)
    return _read(str(value), tuple(regions))


def split_phones(text: str) -> list[str]:
    """The numbers in a cell that holds several ("98250 12345 / 98250 54321, 0261-2345678")."""
    whole = plain_text(text)
    parts = [part for part in _BETWEEN_PHONES.split(whole) if part]
    # "0261/2345678" is one number, and "98250 12345/46" means a second ending in 46: leave those to a person.
    if all(sum(map(str.isdigit, part)) >= 6 for part in parts):
        return parts
    return [whole]


def clean_email(value: Any) -> str:
    """The address in lower case, without "mailto:", name or brackets; syntax only, no look-up of the domain.

    Raises Unreadable for anything else, also for two addresses in one field.
    """
    text = plain_text(str(value)) if value is not None else ""
    text = text.removeprefix("mailto:")
    if found := _INSIDE_ANGLES.search(text):
        text = found[1]
    text = text.strip(" \t\r\n<>\"',;")
    if not text:
        raise Unreadable("email_blank")
    if text.count("@") > 1 and re.search(r"[\s,;/]", text):
        raise Unreadable("email_several", value)
    try:
        found_address = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Unreadable("email", value) from None
    return found_address.normalized.lower()


@lru_cache(maxsize=65_536)
def _read(typed: str, regions: tuple[str, ...]) -> Phone:
    text = plain_text(typed).lstrip("'").strip()
    if not text:
        raise Unreadable("phone_blank")
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("phone_rounded", typed)
    text = _EXTENSION.sub("", text.removeprefix("tel:"))
    text = re.sub(r"^\(\+\)|^\(\+(\d+)\)", r"+\1", text)
    text = re.sub(r"(\d)\.0$", r"\1", text)
    if re.search(r"[^\W\d_]{3,}", text):
        raise Unreadable("phone", typed)
    digits = re.sub(r"\D", "", text)
    if len(digits) < 5:
        raise Unreadable("phone", typed)
    if len(digits) > 17 or len(text) > 64:
        raise Unreadable("phone_long", typed)
    found = _candidates(text, digits, regions)
    if not found:
        return Phone("", False, "phone_invalid", typed, "")
    e164, region = found[0]
    several = {number for number, _ in found}
    return Phone(e164, True, "phone_elsewhere" if len(several) > 1 else "", typed, region)


def _candidates(text: str, digits: str, regions: tuple[str, ...]) -> list[tuple[str, str]]:
    """Valid readings, best first, each with its region."""
    if text.startswith("+"):
        attempts: list[tuple[str, str | None]] = [("+" + digits, None), ("+" + digits.lstrip("0"), None)]
    elif digits.startswith("00"):
        attempts = [("+" + digits[2:], None)]
    else:
        attempts = [(digits, region) for region in regions]
        codes = {region: str(phonenumbers.country_code_for_region(region)) for region in regions}
        bare = digits.lstrip("0")
        for code in codes.values():
            if bare.startswith(code) and len(bare) >= len(code) + 8:
                attempts.append(("+" + bare, None))
    found: list[tuple[str, str]] = []
    for attempt, region in attempts:
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            home = phonenumbers.region_code_for_number(number) or ""
            if (e164, home) not in found:
                found.append((e164, home))
    return found
