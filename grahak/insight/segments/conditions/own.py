"""Fields that the shop invented: text and lists, numbers and money, dates, and whether anything is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.customers import custom
from grahak.customers.models import CustomKind
from grahak.insight.segments import words
from grahak.insight.segments.context import MONEY_UNIT, Context, Known
from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, compared, day_within

HEADING = gettext_lazy("Fields of your own")


def of_kinds(*kinds: str) -> Callable[[], Iterable[tuple[str, Any]]]:
    """The fields in use of these kinds, for a choice."""
    return lambda: [(one.code, one.name) for one in custom.fields() if not kinds or one.kind in kinds]


def _which(*kinds: str) -> Field:
    return Field("field", "choice", gettext_lazy("Field"), of_kinds(*kinds))


def _values(args: Args, ctx: Context) -> Rows:
    return Rows(
        ctx, f"{ctx.table('own_values')} v", "v.customer_id", (f"v.field = {ctx.value(args['field'])}",)
    )


def _name(args: Args) -> str:
    return words.labels(of_kinds()(), args["field"])


def _text(args: Args, ctx: Context) -> Known:
    return _values(args, ctx).that(f"v.text = {ctx.value(args['text'])}").any()


def _number(args: Args, ctx: Context) -> Known:
    return _values(args, ctx).that(compared("v.number", args["amount"], "money", ctx)).any()


def _day(args: Args, ctx: Context) -> Known:
    return _values(args, ctx).that(*(day_within("v.day", args["window"], ctx) or ["v.day IS NOT NULL"])).any()


def _figure(column: str) -> Callable[[Args, Context], str]:
    return lambda args, ctx: _values(args, ctx).figure(f"MIN(v.{column})")


def _found(say: Callable[[Any], str]) -> Callable[[Args, Any], str]:
    def actual(args: Args, value: Any) -> str:
        found = say(value) if value is not None and value != "" else _("not written down")
        return _("%(field)s: %(value)s") % {"field": _name(args), "value": found}

    return actual


def _numbers(code: str, label: Any, kind: str, of: str, order: int) -> Condition:
    say = words.money if kind == CustomKind.MONEY else words.number
    amount = Field("amount", "comparison", label, default={"op": "at_least", "value": "1"}, of=of)
    return Condition(
        code, HEADING, label, (_which(kind), amount), _number,
        lambda args: _("%(field)s is %(amount)s") % {
            "field": _name(args), "amount": words.comparison(args["amount"], of if of == "money" else "number")},
        _figure("number"), _found(lambda value: say(words.scaled(value, MONEY_UNIT))), cost=1, order=order,
    )  # fmt: skip


add(
    Condition(
        "own_text", HEADING, gettext_lazy("A text or a word of a list"),
        (_which(CustomKind.TEXT, CustomKind.CHOICE, CustomKind.CHOICES, CustomKind.CUSTOMER),
         Field("text", "text", gettext_lazy("Text"))),
        _text,
        lambda args: _("%(field)s is “%(text)s”") % {"field": _name(args), "text": args["text"]},
        _figure("text"), _found(str), cost=1, order=95,
    ),
    _numbers("own_number", gettext_lazy("A number"), CustomKind.NUMBER, "quantity", 96),
    _numbers("own_money", gettext_lazy("An amount of money"), CustomKind.MONEY, "money", 97),
    Condition(
        "own_day", HEADING, gettext_lazy("A date"),
        (_which(CustomKind.DATE),
         Field("window", "window", gettext_lazy("When"), default={"kind": "last", "days": 30})),
        _day,
        lambda args: _("%(field)s lies %(window)s") % {"field": _name(args), "window": words.window(args["window"])},
        _figure("day"), _found(words.day), cost=1, order=98,
    ),
    Condition(
        "own_known", HEADING, gettext_lazy("Is written down"),
        (_which(),),
        lambda args, ctx: _values(args, ctx).any(),
        lambda args: _("%(field)s is written down") % {"field": _name(args)},
        cost=1, order=99,
    ),
)  # fmt: skip
