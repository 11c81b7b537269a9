"""The sentences that rules are read back in: windows, comparisons, names of what they refer to, figures found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from grahak.core import business
from grahak.core.money import figure, written

MOST_NAMED = 4


def money(amount: Any) -> str:
    """An amount of the shop's money, with paisa where there are any."""
    value = Decimal(str(amount))
    return written(value, 0 if value == value.to_integral_value() else None)


def number(value: Any) -> str:
    """A number with the decimals that it has."""
    found = Decimal(str(value)).normalize()
    return figure(found, max(0, -int(found.as_tuple().exponent)))


def day(value: Any) -> str:
    """A day, or the business day of a moment, as people write it."""
    if isinstance(value, dt.datetime):
        value = business.day_of(value if value.tzinfo else value.replace(tzinfo=dt.UTC))
    elif isinstance(value, str):
        value = parse_date(value[:10])
    return date_format(value, "DATE_FORMAT") if value else ""


def days(count: Any) -> str:
    return ngettext("%(n)s day", "%(n)s days", int(count)) % {"n": number(int(count))}


def times(count: Any) -> str:
    return ngettext("%(n)s time", "%(n)s times", int(count)) % {"n": number(int(count))}


def window(found: dict[str, Any] | None) -> str:
    """ "in the last 90 days"; "ever" where it is all the time."""
    kind = found["kind"] if found else "ever"
    if found is None or kind == "ever":
        return pgettext("window", "ever")
    if kind == "last":
        n = found["days"]
        if n == 0:
            return _("today")
        return ngettext("in the last %(n)s day", "in the last %(n)s days", n) % {"n": number(n)}
    if kind == "older":
        n = found["days"]
        return ngettext("longer ago than %(n)s day", "longer ago than %(n)s days", n) % {"n": number(n)}
    if kind == "before":
        return _("before %(day)s") % {"day": day(found["day"])}
    return _("from %(first)s to %(last)s") % {"first": day(found["from"]), "last": day(found["to"])}


def amount(of: str, value: Any) -> str:
    """A value in the words of what it is: money, per cent, days, a number."""
    if of == "money":
        return money(value)
    if of == "percent":
        return _("%(n)s %%") % {"n": number(value)}
    if of == "days":
        return days(value)
    return number(value)


def comparison(found: dict[str, Any], of: str = "number") -> str:
    """ "at least 2"."""
    low = amount(of, found["value"])
    if found["op"] == "between":
        return _("between %(low)s and %(high)s") % {"low": low, "high": amount(of, found["to"])}
    sentence = {"at_least": _("at least %(n)s"), "at_most": _("at most %(n)s"), "exactly": _("exactly %(n)s")}
    return sentence[found["op"]] % {"n": low}


def counted(found: dict[str, Any]) -> str:
    """ "at least 2 times"."""
    if found["op"] == "between":
        return _("between %(low)s and %(high)s times") % {
            "low": number(found["value"]),
            "high": number(found["to"]),
        }
    n = int(found["value"])
    sentence = {
        "at_least": ngettext("at least %(n)s time", "at least %(n)s times", n),
        "at_most": ngettext("at most %(n)s time", "at most %(n)s times", n),
        "exactly": ngettext("exactly %(n)s time", "exactly %(n)s times", n),
    }
    return sentence[found["op"]] % {"n": number(n)}


def is_never(found: dict[str, Any] | None) -> bool:
    """Whether a count asks for none at all."""
    return bool(found) and found["op"] in ("exactly", "at_most") and found["value"] == 0  # type: ignore[index]


def is_once(found: dict[str, Any] | None) -> bool:
    """Whether once is enough."""
    return not found or (found["op"] == "at_least" and found["value"] == 1)


def either(names: Iterable[Any]) -> str:
    """ "Candles, Lamps or Bags", at most four of them."""
    told = [str(name) for name in names]
    if len(told) > MOST_NAMED:
        more = len(told) - MOST_NAMED + 1
        told = [*told[: MOST_NAMED - 1], ngettext("%(n)s more", "%(n)s more", more) % {"n": number(more)}]
    if not told:
        return ""
    if len(told) == 1:
        return told[0]
    return _("%(first)s or %(last)s") % {"first": _(", ").join(told[:-1]), "last": told[-1]}


def rows(model: Any, ids: Any, column: str = "name") -> str:
    """The names of rows; what is gone is called so."""
    wanted = ids if isinstance(ids, list) else [ids]
    names = dict(model.objects.filter(pk__in=wanted).values_list("pk", column))
    return either(names.get(pk, _("(deleted)")) for pk in wanted)


def labels(choices: Iterable[tuple[str, Any]], codes: Any) -> str:
    """The labels of codes; the code where there is none."""
    known = {str(code): label for code, label in choices}
    return either(known.get(code, code) for code in (codes if isinstance(codes, list) else [codes]))


def scaled(value: Any, unit: int) -> Decimal:
    """What a fixed-point whole number of the records stands for; 0 for nothing."""
    return Decimal(int(value or 0)) / unit
