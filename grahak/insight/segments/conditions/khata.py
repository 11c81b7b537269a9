"""The khata: what they owe, for how long, and how much of their credit is used."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.insight.segments import words
from grahak.insight.segments.conditions.orders import MONEY, money_found
from grahak.insight.segments.context import Context
from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import compared

HEADING = gettext_lazy("Khata")
USED = Field(
    "share", "comparison", gettext_lazy("Share"), default={"op": "at_least", "value": "80"}, of="percent"
)
AGE = Field("days", "comparison", gettext_lazy("Days"), default={"op": "at_least", "value": 30}, of="days")


def _used(args: Args, ctx: Context) -> str:
    share = compared("10000 * c.balance", args["share"], "percent", ctx, times="c.credit_limit")
    return f"c.credit_limit > 0 AND {share}"


def _overdue(column: str, args: Args, ctx: Context) -> str:
    return compared(column, args["days"], "days", ctx)


def _age(args: Args, ctx: Context) -> str:
    """Days since the oldest unpaid bill; not known where nothing is owed."""
    return compared(ctx.days_since("c.oldest_due"), args["days"], "days", ctx)


def _overdue_by(args: Args, ctx: Context) -> str:
    """Days that the oldest unpaid bill stands beyond the credit days; none given are none granted."""
    days = f"({ctx.days_since('c.oldest_due')} - COALESCE(c.credit_days, 0))"
    return compared(days, args["days"], "days", ctx)


def _figure(expression: Any) -> Any:
    return lambda args, ctx: f"SELECT {expression(ctx)} FROM {ctx.table('customers')} c"


def _days_found(args: Args, value: Any) -> str:
    return words.days(value) if value is not None else _("nothing is unpaid")


add(
    Condition(
        "balance", HEADING, gettext_lazy("Balance"),
        (MONEY,),
        lambda args, ctx: compared("c.balance", args["amount"], "money", ctx),
        lambda args: _("Owes %(amount)s") % {"amount": words.comparison(args["amount"], "money")},
        _figure(lambda ctx: "c.balance"), money_found(lambda: _("owes %(amount)s")),
        cost=0, order=50,
    ),
    Condition(
        "unpaid", HEADING, gettext_lazy("Oldest unpaid bill"),
        (AGE,),
        _age,
        lambda args: _("The oldest unpaid bill is %(days)s old") % {"days": words.comparison(args["days"], "days")},
        _figure(lambda ctx: ctx.days_since("c.oldest_due")), _days_found,
        cost=0, order=51,
    ),
    Condition(
        "overdue", HEADING, gettext_lazy("Overdue"),
        (AGE,),
        _overdue_by,
        lambda args: _("Overdue by %(days)s beyond the credit days") % {"days": words.comparison(args["days"], "days")},
        _figure(lambda ctx: f"{ctx.days_since('c.oldest_due')} - COALESCE(c.credit_days, 0)"), _days_found,
        cost=0, order=52,
    ),
    Condition(
        "credit", HEADING, gettext_lazy("Credit limit used"),
        (USED,),
        _used,
        lambda args: _("Has used %(share)s of the credit limit") % {
            "share": words.comparison(args["share"], "percent"),
        },
        _figure(lambda ctx: "CASE WHEN c.credit_limit > 0 THEN 100 * c.balance / c.credit_limit END"),
        lambda args, value: (
            _("has used %(n)s %%") % {"n": words.number(int(value))} if value is not None else _("has no credit limit")
        ),
        cost=0, order=53,
    ),
)  # fmt: skip
