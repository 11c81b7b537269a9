"""Numbers, dates, phones and e-mail addresses as people type them, in forms and in files.

Every reader returns an exact Python value or raises `Unreadable`, whose message quotes the text.
"""

from grahak.core.parsing.contacts import Phone, clean_email, parse_phone, split_phones
from grahak.core.parsing.dates import detect_day_first, parse_date
from grahak.core.parsing.errors import SENTENCES, Unreadable, sentence
from grahak.core.parsing.numbers import (
    Quantity,
    detect_decimal_mark,
    parse_balance,
    parse_decimal,
    parse_percent,
    parse_quantity,
)
from grahak.core.parsing.text import is_blank, plain_text

__all__ = [
    "SENTENCES",
    "Phone",
    "Quantity",
    "Unreadable",
    "clean_email",
    "detect_day_first",
    "detect_decimal_mark",
    "is_blank",
    "parse_balance",
    "parse_date",
    "parse_decimal",
    "parse_percent",
    "parse_phone",
    "parse_quantity",
    "plain_text",
    "sentence",
    "split_phones",
]
