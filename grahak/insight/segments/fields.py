"""The blanks of a condition: what may be filled into each, and how it is checked and kept in the tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grahak.core.parsing import Unreadable, parse_decimal
from grahak.customers.text import one_line

MOST_DAYS: Final = 36_500
MOST_CHOICES: Final = 200
MOST_TEXT: Final = 200
LARGEST: Final = Decimal(10) ** 12

OPERATORS: Final[dict[str, Any]] = {
    "at_least": _("at least"),
    "at_most": _("at most"),
    "exactly": _("exactly"),
    "between": _("between"),
}
WINDOWS: Final[dict[str, Any]] = {
    "ever": _("ever"),
    "last": _("in the last … days"),
    "older": _("longer ago than … days"),
    "between": _("between two days"),
    "before": _("before a day"),
}
_PLACES: Final = {"money": Decimal("0.0001"), "quantity": Decimal("0.001"), "percent": Decimal("0.01")}
# Kinds whose value is the number of a row; several of them where Field.many
ROWS: Final = ("product", "category", "tag", "segment", "branch", "person", "dispatch")


class Wrong(ValueError):
    """What was filled in can't be taken; SENTENCE says why."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


@dataclass(frozen=True)
class Field:
    """A blank. KIND is one of choice, choices (several), number, money, quantity, percent, text, days, window, date,
    event (name of one), property (name of one), comparison, and ROWS; OF says what a comparison compares: number,
    money, quantity, percent or days. CHOICES() gives (code, label) pairs. An OPTIONAL one may be left empty and
    is then absent from the arguments. MANY: a list of rows, any of which will do."""

    name: str
    kind: str
    label: Any
    choices: Callable[[], Iterable[tuple[str, Any]]] | None = None
    default: Any = None
    optional: bool = False
    of: str = "number"
    many: bool = False

    def clean(self, raw: Any) -> Any:
        """RAW in the form that is kept in the tree; None where an optional one is empty. Raises Wrong."""
        if raw is None or raw == "" or raw == []:
            if self.optional:
                return None
            raise Wrong(_("“%(field)s” is empty.") % {"field": self.label})
        try:
            return _CLEANERS[self.kind](self, raw)
        except Wrong:
            raise
        except (Unreadable, ValueError, TypeError, KeyError, ArithmeticError):
            raise Wrong(_("“%(field)s” can’t be understood.") % {"field": self.label}) from None


def _decimal(raw: Any) -> Decimal:
    number = Decimal(str(raw)) if isinstance(raw, int | float | Decimal) else parse_decimal(str(raw))
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(raw)
    return number


def _whole(raw: Any, most: int = 10**9) -> int:
    number = _decimal(raw)
    if isinstance(raw, bool) or number != number.to_integral_value() or not 0 <= number <= most:
        raise ValueError(raw)
    return int(number)


def _amount(of: str, raw: Any) -> int | str:
    """Numbers and days are whole; the others decimals, kept as text so that JSON keeps them exact."""
    if of in ("number", "days"):
        return _whole(raw, MOST_DAYS if of == "days" else 10**9)
    number = _decimal(raw).quantize(_PLACES[of])
    return f"{number.normalize():f}"


def _day(raw: Any) -> str:
    return dt.date.fromisoformat(str(raw)).isoformat()


def _text(field: Field, raw: Any) -> str:
    text = one_line(raw) if isinstance(raw, str) else ""
    if not text or len(text) > MOST_TEXT:
        raise ValueError(raw)
    return text


def _choice(field: Field, raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > MOST_TEXT:
        raise ValueError(raw)
    return raw


def _choices(field: Field, raw: Any) -> list[str]:
    several = raw if isinstance(raw, list) else [raw]
    if len(several) > MOST_CHOICES:
        raise Wrong(
            _("“%(field)s” has more than %(most)s choices.") % {"field": field.label, "most": MOST_CHOICES}
        )
    return sorted({_choice(field, one) for one in several})


def _row(raw: Any) -> int:
    number = _whole(raw, 2**63 - 1) if not isinstance(raw, str) or raw.isdigit() else 0
    if number < 1:
        raise ValueError(raw)
    return number


def _rows(field: Field, raw: Any) -> int | list[int]:
    if not field.many:
        return _row(raw[0] if isinstance(raw, list) and len(raw) == 1 else raw)
    several = raw if isinstance(raw, list) else [raw]
    if len(several) > MOST_CHOICES:
        raise Wrong(
            _("“%(field)s” has more than %(most)s choices.") % {"field": field.label, "most": MOST_CHOICES}
        )
    return sorted({_row(one) for one in several})


def _window(field: Field, raw: Any) -> dict[str, Any]:
    kind = raw["kind"]
    if kind == "ever":
        return {"kind": "ever"}
    if kind in ("last", "older"):
        return {"kind": kind, "days": _whole(raw["days"], MOST_DAYS)}
    if kind == "before":
        return {"kind": kind, "day": _day(raw["day"])}
    if kind == "between":
        first, last = sorted((_day(raw["from"]), _day(raw["to"])))
        return {"kind": kind, "from": first, "to": last}
    raise ValueError(kind)


def _comparison(field: Field, raw: Any) -> dict[str, Any]:
    if raw["op"] not in OPERATORS:
        raise ValueError(raw["op"])
    value = _amount(field.of, raw["value"])
    if raw["op"] != "between":
        return {"op": raw["op"], "value": value}
    low, high = sorted((value, _amount(field.of, raw["to"])), key=lambda one: Decimal(str(one)))
    return {"op": "between", "value": low, "to": high}


_CLEANERS: Final[dict[str, Callable[[Field, Any], Any]]] = {
    "choice": _choice,
    "choices": _choices,
    "number": lambda field, raw: _amount("number", raw),
    "money": lambda field, raw: _amount("money", raw),
    "quantity": lambda field, raw: _amount("quantity", raw),
    "percent": lambda field, raw: _amount("percent", raw),
    "days": lambda field, raw: _amount("days", raw),
    "text": _text,
    "event": _text,
    "property": _text,
    "window": _window,
    "date": lambda field, raw: _day(raw),
    "comparison": _comparison,
} | dict.fromkeys(ROWS, _rows)
