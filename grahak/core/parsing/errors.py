"""The one error of all readers: a code and its values, told in the language of whoever reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "number": _("“{text}” is not a number."),
    "number_blank": _("A number is missing."),
    "number_groups": _("“{text}” has its commas or points in the wrong places."),
    "number_huge": _("“{text}” is too big: the limit is 10,000,000,000,000 (ten lakh crore)."),
    "number_words": _("“{text}” is written in words: write it in digits."),
    "number_cr": _("“{text}” could mean crore or credit: write it in digits."),
    "number_sign": _("“{text}” has two signs: is it more or less than nothing?"),
    "number_signed_side": _("“{text}” has both a minus and a Dr or Cr: which is meant?"),
    "side": _("“{text}” is neither Dr nor Cr."),
    "percent": _("“{text}” is not a percentage from 0 to 100."),
    "date": _("“{text}” is not a date."),
    "date_blank": _("A date is missing."),
    "date_order_day": _("“{text}” is not a date when the day comes first."),
    "date_order_month": _("“{text}” is not a date when the month comes first."),
    "date_year": _("“{text}” has no year."),
    "date_impossible": _("There is no such day as “{text}”."),
    "date_time": _("“{text}” has an impossible time of day."),
    "date_old": _("“{text}” is before 1970."),
    "date_far": _("“{text}” is more than a year ahead."),
    "phone": _("“{text}” is not a phone number."),
    "phone_blank": _("A phone number is missing."),
    "phone_rounded": _("“{text}” was rounded by the spreadsheet: its last digits are lost."),
    "phone_long": _("“{text}” has too many digits for a phone number."),
    "phone_invalid": _("“{text}” ({digits} digits) is not a number in use in the countries you sell in."),
    "phone_elsewhere": _("“{text}” would also be a number in another country."),
    "email": _("“{text}” is not an e-mail address."),
    "email_blank": _("An e-mail address is missing."),
    "email_several": _("“{text}” holds more than one e-mail address: keep one."),
}
_SHOWN = 60


def shorten(text: object) -> str:
    """At most 60 characters of what was typed, on one line, to quote in a sentence."""
    try:
        line = " ".join(str(text).split())
    except ValueError:  # an integer of thousands of digits, which Python declines to write out
        return "…"
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def sentence(code: str, params: dict[str, Any]) -> StrOrPromise:
    """The message for a stored code and its values, in the language of whoever reads it."""
    return format_lazy(SENTENCES[code], **params)


class Unreadable(ValueError):
    """What was typed cannot be read. `code` and `params` can be stored; `message` is translated on show."""

    def __init__(self, code: str, text: object = "") -> None:
        super().__init__(code, shorten(text))
        self.code = code
        self.params: dict[str, Any] = {"text": shorten(text)}

    @property
    def message(self) -> StrOrPromise:
        return sentence(self.code, self.params)

    def __str__(self) -> str:
        return str(self.message)
