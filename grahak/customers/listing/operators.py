"""The operators of list filters, one code and one phrase each, for every room that registers a filter."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.parsing import parse_decimal

IS: Final = ("is", _("is"))
NOT: Final = ("not", _("is not"))
MORE: Final = ("gt", _("more than"))
LESS: Final = ("lt", _("less than"))
WITHIN: Final = ("within", _("within the last"))
BEFORE: Final = ("before", _("longer ago than"))
YES: Final = ("yes", _("yes"))
NO: Final = ("no", _("no"))

COMPARISONS: Final = (MORE, LESS, IS)
AGES: Final = (WITHIN, BEFORE)
LOOKUPS: Final = {"gt": "gt", "lt": "lt", "is": "exact"}
MOST_DAYS: Final = 36_500


def whole_days(value: str) -> int:
    """A number of days from 0 to a hundred years; ValueError otherwise."""
    days = parse_decimal(value)
    if days != days.to_integral_value() or not 0 <= days <= MOST_DAYS:
        raise ValueError(value)
    return int(days)


def day_ago(value: str) -> dt.date:
    """The business day that many days before today."""
    today = business.today()
    days = whole_days(value)
    return today - dt.timedelta(days=min(days, today.toordinal() - 1))


def moment_ago(value: str) -> dt.datetime:
    """The first moment of that day."""
    return business.day_start(day_ago(value))


def compare(rows: Any, path: str, operator: str, value: str) -> Any:
    """ROWS whose PATH is more than, less than or exactly a typed number (grouping and native digits
    allowed)."""
    number: Decimal = parse_decimal(value)
    return rows.filter(**{f"{path}__{LOOKUPS[operator]}": number})


def age(rows: Any, path: str, operator: str, value: str) -> Any:
    """ROWS whose moment or day PATH is within, or before, a number of days."""
    field = rows.model._meta.get_field(path.split("__")[0])
    for part in path.split("__")[1:]:
        field = field.related_model._meta.get_field(part)
    since = moment_ago(value) if field.get_internal_type() == "DateTimeField" else day_ago(value)
    return rows.filter(**{f"{path}__{'gte' if operator == 'within' else 'lt'}": since})
