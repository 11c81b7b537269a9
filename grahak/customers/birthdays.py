"""Birthdays as people say them: a day and a month, and the year where they know it. Kept as RFC 6350 §6.2.5 writes
them: 1980-03-31, or --03-31 without a year."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.digits import to_ascii_digits
from grahak.core.parsing.months import month_numbers

_ISO: Final = re.compile(r"(\d{4}|-)-(\d\d)-(\d\d)")
_NUMBERS: Final = re.compile(r"(\d{1,2})\s*[./\-\s]\s*(\d{1,2})(?:\s*[./\-\s]\s*(\d{4}))?")
_WORDS: Final = re.compile(r"(\d{1,2})[\s.\-]*([^\d\s.,\-]{2,})[\s.,\-]*(\d{4})?")
_LEAP: Final = 2000  # a year that has 29 February


def read(typed: str) -> str:
    """The birthday as it is kept; "" for nothing. ValidationError for what is none."""
    text = " ".join(to_ascii_digits(typed).split())
    if not text:
        return ""
    year = month = day = 0
    if match := _ISO.fullmatch(text):
        year, month, day = int(match[1]) if match[1] != "-" else 0, int(match[2]), int(match[3])
    elif match := _NUMBERS.fullmatch(text):
        year, month, day = int(match[3] or 0), int(match[2]), int(match[1])
    elif match := _WORDS.fullmatch(text):
        year, month, day = int(match[3] or 0), month_numbers().get(match[2].casefold(), 0), int(match[1])
    try:
        found = dt.date(year or _LEAP, month, day)
    except ValueError:
        raise ValidationError(_("Write a birthday as 31 March or 31/3/1980.")) from None
    if year and (year < 1880 or found > business.today()):
        raise ValidationError(_("A birthday in this year cannot be."))
    return found.isoformat() if year else f"--{found:%m-%d}"


def shown(kept: str) -> str:
    """ "31 March", or "31 March 1980", in the reader's language."""
    if not kept:
        return ""
    if kept.startswith("--"):
        return date_format(dt.date.fromisoformat(f"{_LEAP}{kept[1:]}"), "j F")
    return date_format(dt.date.fromisoformat(kept), "j F Y")
