"""The columns and filters that sales gives to the list of customers. All read the recounted figures; a
customer who was never counted shows dashes and no debt."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.registry import Column, Filter, registry
from grahak.core.rights.fields import declare_fields
from grahak.core.templatetags.ui import age_bar, amount, days_ago, due, gauge, rhythm
from grahak.customers.field_rights import SUBJECT
from grahak.customers.listing import columns as customer_columns
from grahak.customers.listing.operators import AGES, COMPARISONS, WITHIN, age, compare, whole_days
from grahak.sales.khata import figures_of, limit_of
from grahak.sales.models import CustomerFigures
from grahak.sales.reorder import due_condition, gap_words

QUIET = mark_safe('<span class="quiet">–</span>')
_SELECT = ("figures",)
_MONEY = {"balance", "credit_limit"}


def balance_cell(row: Any) -> SafeString:
    """What they owe, with how much of the limit that is."""
    closed = getattr(row, "closed_fields", ())
    balance, limit = figures_of(row).balance, None if "credit_limit" in closed else limit_of(row)
    if not balance and limit is None:
        return QUIET
    shown = amount(balance, "owed" if limit and limit.is_over else "")
    return shown + gauge(limit.used, limit.limit) if limit and balance > 0 else shown


def _gap_cell(row: Any) -> str:
    return escape(gap_words(figures_of(row).usual_gap)) or QUIET


def _money_cell(name: str) -> Any:
    def cell(row: Any) -> SafeString:
        value = getattr(figures_of(row), name)
        return amount(value) if value else QUIET

    return cell


def _rhythm_cell(row: Any) -> SafeString:
    figures = figures_of(row)
    return rhythm(figures.rhythm, figures.due_on) if figures.rhythm else SafeString("")


def _count_cell(row: Any) -> str:
    orders = figures_of(row).orders
    return str(orders) if orders else QUIET


def _total(name: str) -> Any:
    def total(customers: Any) -> SafeString:
        ids = customers.order_by().values("pk")
        found = CustomerFigures.objects.filter(customer__in=ids).aggregate(sum=Sum(name))["sum"]
        return amount(found or Decimal(0))

    return total


def _plain(name: str) -> Any:
    def value(row: Any) -> Any:
        found = getattr(figures_of(row), name)
        if isinstance(found, Decimal):
            return f"{found.quantize(Decimal('0.01')):f}"
        if isinstance(found, dt.datetime):
            return business.day_of(found).isoformat()
        return found.isoformat() if isinstance(found, dt.date) else found

    return value


def limit_badge(row: Any) -> SafeString:
    """Beside a name: near or over the limit. Only where the list has joined the figures."""
    if "figures" not in row._state.fields_cache or _MONEY & set(getattr(row, "closed_fields", ())):
        return SafeString("")
    limit = limit_of(row)
    if limit is None or not (limit.is_over or limit.is_near):
        return SafeString("")
    if limit.is_over:
        return format_html('<span class="badge badge--owed">{}</span>', gettext("Over limit"))
    return format_html('<span class="badge badge--wait">{}</span>', gettext("Near limit"))


def _compared(name: str) -> Any:
    def apply(rows: Any, operator: str, value: str) -> Any:
        return compare(rows, f"figures__{name}", operator, value)

    return apply


def _last_order(rows: Any, operator: str, value: str) -> Any:
    return age(rows, "figures__last_at", operator, value)


def _due(rows: Any, operator: str, value: str) -> Any:
    """Due by that many days from today or late, but not lapsed (sales.reorder)."""
    return rows.filter(due_condition(whole_days(value), "figures__"))


HANGINGS: tuple[Any, ...] = (
    Column(
        "balance", _("You will get"), balance_cell, sort="figures__balance", select=_SELECT, css="num",
        default=True, order=20, export=_plain("balance"), total=_total("balance"), keep=True,
        value="figures__balance",
        reads=("figures__balance", "credit_limit"),
    ),
    Column(
        "ages", _("Age of the debt"), lambda row: age_bar(figures_of(row).ages), select=_SELECT,
        css="wide-only ageing-cell", default=True, order=21, export=_plain("oldest_due"),
        value="figures__oldest_due",
        fields=("balance",),
        reads=("figures__ages",),
    ),
    Column(
        "net", _("Bought"), _money_cell("net"), sort="figures__net", select=_SELECT, css="num wide-only",
        default=True, order=30, export=_plain("net"), total=_total("net"),
        value="figures__net",
        reads=("figures__net",),
    ),
    Column(
        "orders", _("Orders"), _count_cell, sort="figures__orders", select=_SELECT, css="num wide-only",
        order=31, export=_plain("orders"), total=None,
        value="figures__orders",
        reads=("figures__orders",),
    ),
    Column(
        "average", _("Average order"), _money_cell("average"), select=_SELECT, css="num wide-only", order=32,
        export=_plain("average"),
        value="figures__average",
        fields=("net",),
        reads=("figures__average",),
    ),
    Column(
        "last_order", _("Last order"), lambda row: days_ago(figures_of(row).last_at), sort="figures__last_at",
        select=_SELECT, css="num wide-only", default=True, order=40, export=_plain("last_at"),
        value="figures__last_at",
        reads=("figures__last_at",),
    ),
    Column(
        "rhythm", _("Rhythm"), _rhythm_cell, select=_SELECT, css="wide-only", default=True, order=41,
        reads=("figures__rhythm", "figures__due_on"),
    ),
    Column(
        "gap", _("Usually"), _gap_cell, select=_SELECT, css="end wide-only", order=42, export=_plain("usual_gap"),
        value="figures__usual_gap",
        reads=("figures__usual_gap",),
    ),
    Column(
        "due", pgettext_lazy("order", "Next due"), lambda row: due(figures_of(row).due_on),
        sort="figures__due_on", select=_SELECT, css="end wide-only", default=True, order=43,
        export=_plain("due_on"),
        value="figures__due_on",
        reads=("figures__due_on",),
    ),
    Filter("balance", _("You will get"), COMPARISONS, _compared("balance"), kind="money", order=20),
    Filter("net", _("Bought"), COMPARISONS, _compared("net"), kind="money", order=30),
    Filter("orders", _("Orders"), COMPARISONS, _compared("orders"), kind="number", order=31),
    Filter("last_order", _("Last order"), AGES, _last_order, kind="days", order=40),
    Filter(
        "due", _("Due to reorder"), ((WITHIN[0], _("within the next")),), _due, kind="days", order=43
    ),
)  # fmt: skip


def register() -> None:
    """Hang them up. Who writes to many has no business with what customers owe."""
    declare_fields(
        SUBJECT,
        {
            "balance": _("What they owe, its age and the khata"),
            "net": _("What they bought in money, average order"),
            "orders": _("Number of orders, orders in the day book"),
        },
        figures=("balance", "net", "orders"),
        usually={"balance": {"marketer": "hidden"}},
    )
    customer_columns.badges.append(limit_badge)
    customer_columns.badges_read.update(("credit_limit", "figures__balance"))
    registry.add(*HANGINGS)
