"""Their rhythm: the usual gap between orders, the day the next is due, silence, lapse."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.insight.segments import words
from grahak.insight.segments.context import Context
from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import compared

HEADING = gettext_lazy("Their rhythm")
DAYS = Field("days", "days", gettext_lazy("Days"), default=7)
GAP = Field("gap", "comparison", gettext_lazy("Days"), default={"op": "at_most", "value": 30}, of="days")
SILENCE = Field(
    "share", "comparison", gettext_lazy("Silence in per cent of the usual gap"),
    default={"op": "at_least", "value": "150"}, of="percent",
)  # fmt: skip


def _column(column: str) -> Any:
    return lambda args, ctx: f"SELECT {column} FROM {ctx.table('customers')} c"


def _late(args: Args, ctx: Context) -> str:
    """Late by N days or more, and not so late as to count as lapsed."""
    late = ctx.day(lambda today: today - dt.timedelta(days=args["days"]))
    return f"c.due_on <= {late} AND c.lapses_on >= {ctx.day(lambda today: today)}"


def _due(args: Args, ctx: Context) -> str:
    """Due from today until N days ahead."""
    last = ctx.day(lambda today: today + dt.timedelta(days=args["days"]))
    return f"c.due_on >= {ctx.day(lambda today: today)} AND c.due_on <= {last}"


def _lapsed(args: Args, ctx: Context) -> str:
    return f"c.lapses_on < {ctx.day(lambda today: today)}"


def _silent(args: Args, ctx: Context) -> str:
    """Days since the last order day, as a part of the usual gap; the last order day is the due day less the gap."""
    silence = f"({ctx.days_since('c.due_on')} + c.usual_gap)"
    return f"c.usual_gap > 0 AND {compared(f'10000 * {silence}', args['share'], 'percent', ctx, times='c.usual_gap')}"


def _silence_figure(args: Args, ctx: Context) -> str:
    silence = f"({ctx.days_since('c.due_on')} + c.usual_gap)"
    return f"SELECT CASE WHEN c.usual_gap > 0 THEN 100 * {silence} / c.usual_gap END FROM {ctx.table('customers')} c"


def _due_found(args: Args, value: Any) -> str:
    return _("due on %(day)s") % {"day": words.day(value)} if value else _("no rhythm is known yet")


add(
    Condition(
        "gap", HEADING, gettext_lazy("Usual gap between orders"),
        (GAP,),
        lambda args, ctx: compared("c.usual_gap", args["gap"], "days", ctx),
        lambda args: _("The usual gap between orders is %(gap)s") % {"gap": words.comparison(args["gap"], "days")},
        _column("c.usual_gap"),
        lambda args, value: (
            _("the usual gap is %(days)s") % {"days": words.days(value)} if value is not None
            else _("no rhythm is known yet")
        ),
        cost=0, order=40,
    ),
    Condition(
        "silence", HEADING, gettext_lazy("Silent for longer than usual"),
        (SILENCE,),
        _silent,
        lambda args: _("Silent for %(share)s of the usual gap") % {"share": words.comparison(args["share"], "percent")},
        _silence_figure,
        lambda args, value: (
            _("silent for %(n)s %% of the usual gap") % {"n": words.number(int(value))} if value is not None
            else _("no rhythm is known yet")
        ),
        cost=0, order=41,
    ),
    Condition(
        "due", HEADING, gettext_lazy("Due to order soon"),
        (DAYS,),
        _due,
        lambda args: _("The next order is due within %(days)s") % {"days": words.days(args["days"])},
        _column("c.due_on"), _due_found,
        cost=0, order=42,
    ),
    Condition(
        "late", HEADING, gettext_lazy("Late with the next order"),
        (DAYS,),
        _late,
        lambda args: _("Late with the next order by at least %(days)s, but not lapsed") % {
            "days": words.days(args["days"]),
        },
        _column("c.due_on"), _due_found,
        cost=0, order=43,
    ),
    Condition(
        "lapsed", HEADING, gettext_lazy("Lapsed"),
        (),
        _lapsed,
        lambda args: _("Lapsed: silent for more than twice the usual gap"),
        _column("c.lapses_on"),
        lambda args, value: (
            _("counts as lapsed after %(day)s") % {"day": words.day(value)} if value else _("no rhythm is known yet")
        ),
        cost=0, order=44,
    ),
)  # fmt: skip
