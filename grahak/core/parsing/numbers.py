"""Numbers as people type them: either grouping and decimal mark, four scripts, currency signs, Dr and Cr."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from grahak.core.parsing.errors import Unreadable
from grahak.core.parsing.text import plain_text

LIMIT = Decimal(10) ** 13
DecimalMark = Literal[".", ","]

_PLAIN = re.compile(r"-?\d{1,13}(?:\.\d{1,10})?", re.ASCII)
_CURRENCY = (
    r"(?:[₹£$€৳]|US\$|R[Ss]|rs|I?NR|inr|PKR|pkr|USD|usd|GBP|gbp|EUR|eur|AED|aed|NPR|npr|BDT|bdt|SAR|sar"
    r"|रु|रू|रुपये|रुपए|રૂ|રૂપિયા|روپے|روپیہ|ر|Rupees|rupees)\.?"
)
_WORDS: dict[str, int] = {
    **dict.fromkeys(("thousand", "hazar", "hazaar", "ہزار", "हजार", "हज़ार", "હજાર"), 3),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs", "لاکھ", "लाख", "લાખ"), 5),
    **dict.fromkeys(("million",), 6),
    **dict.fromkeys(("crore", "crores", "karod", "کروڑ", "करोड", "करोड़", "કરોડ"), 7),
}
_POWERS = {plain_text(word): power for word, power in _WORDS.items()}
_FORM = re.compile(
    rf"""(?P<open>\()?\s* (?P<s1>[-+−–])?\s* (?:{_CURRENCY})?\s* (?:{_CURRENCY})?\s* (?P<s2>[-+−–])?\s*
    (?P<body>(?=[.,]?\d)[\d.,'’٫٬\ ]*[\d.,])(?P<exp>[eE][+-]?\d{{1,3}})?\s*
    (?P<word>{"|".join(sorted(_POWERS, key=len, reverse=True))})?\s*
    (?:{_CURRENCY})?\s*(?:/[-=–]|only)?\s*(?P<s3>[-−–])?\s*(?P<close>\))?""",
    re.VERBOSE | re.IGNORECASE,
)
_OWES_US = (
    "dr", "debit", "debtor", "नाम", "नामे", "نام", "ઉધાર", "उधार", "ادھار", "बकाया", "बाकी", "بقایا", "બાકી",
    "to receive", "receivable", "you will get", "you'll get",
)  # fmt: skip
_WE_OWE = (
    "cr", "credit", "creditor", "जमा", "جمع", "જમા", "advance", "to pay", "payable", "you will give",
    "you'll give",
)  # fmt: skip
_SIDES = {plain_text(word): 1 for word in _OWES_US} | {plain_text(word): -1 for word in _WE_OWE}
_SIDE = "|".join(sorted(map(re.escape, _SIDES), key=len, reverse=True))
_SIDE_LAST = re.compile(rf"(?P<rest>.*?)\s*\(?\s*(?P<side>{_SIDE})\.?\s*\)?", re.IGNORECASE | re.DOTALL)
_SIDE_FIRST = re.compile(
    rf"\(?\s*(?P<side>{_SIDE})\s*[.:)]?\s*(?P<rest>[^\w].*|\d.*)", re.IGNORECASE | re.DOTALL
)


def parse_decimal(value: Any, *, decimal_mark: DecimalMark | None = None, words: bool = True) -> Decimal:
    """The number in a text or in a spreadsheet's cell, exact.

    `decimal_mark` says how this file or person writes fractions; without it "1,234" is read as grouped,
    "12,5" as a fraction, and of two different marks the last is the fraction's. Reads "₹ 1,23,456.50/-",
    "(1.234,56)", "500-", "۱۲۳", "3 lakh" (refused with `words=False`). Refuses NaN, infinity, wrong groups,
    and anything beyond ±10^13.
    """
    if isinstance(value, str):
        if decimal_mark != "," and _PLAIN.fullmatch(value):
            return Decimal(value)
        return _within(_read(value, decimal_mark, words), value)
    if isinstance(value, bool):
        raise Unreadable("number", value)
    if isinstance(value, int):
        return _within(Decimal(value), value)
    if isinstance(value, float):
        # A spreadsheet keeps 15 digits; the rest of a binary float is noise (0.1 + 0.2).
        return _within(Decimal(format(value, ".15g")), value)
    if isinstance(value, Decimal):
        return _within(value, value)
    if value is None:
        raise Unreadable("number_blank")
    raise Unreadable("number", value)


def parse_balance(value: Any, *, decimal_mark: DecimalMark | None = None, side: str = "") -> Decimal:
    """What a customer owes us: "4,82,500.00 Dr" is positive, "12,500 Cr" negative, bare numbers as they are.

    Knows the side's words of the four languages and of ledgers ("you will get", जमा). SIDE is the word from a
    column of its own. A minus together with a side is refused, because both readings are in use.
    """
    if side.strip():
        amount = parse_decimal(value, decimal_mark=decimal_mark)
        if amount < 0:
            raise Unreadable("number_signed_side", f"{value} {side}")
        word = plain_text(side).casefold().strip(" .()")
        if word not in _SIDES:
            raise Unreadable("side", side)
        return amount * _SIDES[word]
    if not isinstance(value, str):
        return parse_decimal(value, decimal_mark=decimal_mark)
    text = plain_text(value)
    found = _SIDE_LAST.fullmatch(text) or _SIDE_FIRST.fullmatch(text)
    if not found:
        return parse_decimal(value, decimal_mark=decimal_mark)
    try:
        number = parse_decimal(found["rest"].strip(" :"), decimal_mark=decimal_mark)
    except Unreadable as error:
        raise Unreadable(error.code, value) from None
    if number < 0:
        raise Unreadable("number_signed_side", value)
    return number * _SIDES[found["side"].casefold()]


def parse_percent(value: Any, *, decimal_mark: DecimalMark | None = None) -> Decimal:
    """A tax rate in percent, 0 to 100: "18", "18 %", "GST@18%", "IGST 5%". A bare 0.18 stays 0.18."""
    text: Any = value
    if isinstance(value, str):
        text = re.sub(r"^(?:[CSI]|UT)?GST\s*@?|^VAT\s*@?|[%٪]$", "", plain_text(value), flags=re.IGNORECASE)
        text = re.sub(r"[%٪]$", "", text.strip())
    try:
        rate = parse_decimal(text, decimal_mark=decimal_mark, words=False)
    except Unreadable:
        raise Unreadable("percent", value) from None
    if not 0 <= rate <= 100:
        raise Unreadable("percent", value)
    return rate


class Quantity(NamedTuple):
    number: Decimal
    unit: str


def parse_quantity(value: Any, *, decimal_mark: DecimalMark | None = None) -> Quantity:
    """A number with the unit registers print behind it ("12.00 Nos", "5 kg", "૨ ડઝન"); the unit may be ""."""
    if isinstance(value, str):
        text = plain_text(value)
        found = re.fullmatch(r"(?P<number>[-+−–(]?\s*[\d.,' ]*\d\)?)\s*(?P<unit>[^\d\s.,%][^\d]{0,20})", text)
        if found and found["unit"].casefold() not in _POWERS and not re.fullmatch(_CURRENCY, found["unit"]):
            number = found["number"]
            return Quantity(parse_decimal(number, decimal_mark=decimal_mark), found["unit"].strip(" ."))
    return Quantity(parse_decimal(value, decimal_mark=decimal_mark, words=False), "")


def detect_decimal_mark(samples: Iterable[object]) -> DecimalMark | None:
    """The mark a column writes its fractions with, or None if its values do not tell (or contradict)."""
    votes = {".": 0, ",": 0}
    for sample in samples:
        if not isinstance(sample, str):
            continue
        body = re.sub(r"[^\d.,]", "", plain_text(sample)).strip(".,")
        mark = _telling_mark(body)
        if mark:
            votes[mark] += 1
    if votes["."] > 9 * votes[","]:
        return "."
    if votes[","] > 9 * votes["."]:
        return ","
    return None


def _telling_mark(body: str) -> DecimalMark | None:
    points, commas = body.count("."), body.count(",")
    if points and commas:
        if points > 1 and commas > 1:
            return None
        return "." if body.rindex(".") > body.rindex(",") else ","
    if points > 1:
        return ","
    if commas > 1:
        return "."
    after = len(body) - 1 - max(body.rfind("."), body.rfind(","))
    if points and (after != 3 or body.startswith("0")):
        return "."
    if commas and (after != 3 or body.startswith("0")):
        return ","
    return None


def _within(number: Decimal, value: object) -> Decimal:
    if not number.is_finite():
        raise Unreadable("number", value)
    if abs(number) > LIMIT:
        raise Unreadable("number_huge", value)
    return number


def _read(value: str, mark: DecimalMark | None, words: bool) -> Decimal:
    text = plain_text(value)
    if not text:
        raise Unreadable("number_blank")
    found = _FORM.fullmatch(text) if len(text) <= 64 else None
    if not found:
        raise Unreadable(_why_not(text), value)
    signs = [found[name] for name in ("s1", "s2", "s3") if found[name]]
    bracketed = bool(found["open"])
    if bracketed != bool(found["close"]):
        raise Unreadable("number", value)
    if len(signs) + bracketed > 1:
        raise Unreadable("number_sign", value)
    digits = _without_groups(found["body"], mark)
    if digits is None:
        raise Unreadable("number_groups", value)
    number = Decimal(digits + (found["exp"] or "")) + 0  # written out: 120000, not 1.2E+5
    if found["word"]:
        if not words:
            raise Unreadable("number_words", value)
        number *= 10 ** _POWERS[found["word"].casefold()]
    return -number if bracketed or (signs and signs[0] != "+") else number


def _why_not(text: str) -> str:
    if re.fullmatch(r"[\d.,\s]+cr\.?", text, re.IGNORECASE):
        return "number_cr"
    if len(text) > 64 and re.fullmatch(r"[-+]?[\d.,]+", text):
        return "number_huge"
    return "number"


def _without_groups(body: str, mark: DecimalMark | None) -> str | None:
    """The digits with "." for the fraction, or None if the grouping is not one that people use."""
    body = body.replace("’", "'")
    decimal = mark if mark and "٫" not in body else _fraction_mark(body)
    if decimal and body.count(decimal) > 1:
        return None
    whole, _, fraction = body.partition(decimal) if decimal else (body, "", "")
    if fraction and not fraction.isdigit():
        return None
    separators = {character for character in whole if not character.isdigit()}
    if len(separators) > 1:
        return None
    if separators:
        groups = whole.split(separators.pop())
        if not _grouped_well(groups):
            return None
        whole = "".join(groups)
    return f"{whole or '0'}.{fraction}" if fraction else (whole or None)


def _fraction_mark(body: str) -> str | None:
    marks = [character for character in body if not character.isdigit()]
    if "٫" in marks:
        return "٫"
    if not marks:
        return None
    last = marks[-1]
    if last not in ".,":
        return None
    if len(set(marks)) > 1 or (last == "." and len(marks) == 1):
        return last
    before, _, after = body.rpartition(",")
    one_group = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return "," if last == "," and len(marks) == 1 and not one_group else None


def _grouped_well(groups: list[str]) -> bool:
    first, *middle, last = groups
    if len(last) != 3 or not first:
        return False
    western = len(first) <= 3 and all(len(group) == 3 for group in middle)
    indian = len(first) <= 2 and all(len(group) == 2 for group in middle)
    return western or indian
