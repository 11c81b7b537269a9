"""What they did on the web, in an app or at a till, as events tell it, and their visits. Robots are left out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.core.parsing import Unreadable, parse_decimal
from grahak.customers.models import EventSum
from grahak.insight.segments import words
from grahak.insight.segments.conditions.orders import COUNT, ONCE, TIMES, WINDOW, how_often
from grahak.insight.segments.context import Context
from grahak.insight.segments.fields import Field, Wrong
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, events, visits, within

HEADING = gettext_lazy("What they did")
MOST_CHOICES = 300
LEAPS = [
    ("is", gettext_lazy("is")),
    ("at_least", gettext_lazy("at least")),
    ("at_most", gettext_lazy("at most")),
    ("contains", gettext_lazy("contains")),
]
_KEY = re.compile(r"[^\"\\\x00-\x1f]{1,80}")


def event_names() -> list[tuple[str, Any]]:
    """The names of events seen, found by leaping through the index of sums."""
    found = EventSum.objects.filter(subject="").order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in found[:MOST_CHOICES]]


def _number(text: str) -> float | None:
    try:
        return float(parse_decimal(text))
    except (Unreadable, ValueError, OverflowError):
        return None


def _done(args: Args, ctx: Context) -> Rows:
    rows = events(ctx).that(f"e.name = {ctx.value(args['event'])}")
    if args.get("subject"):
        rows = rows.that(f"e.subject = {ctx.value(args['subject'])}")
    if args.get("property"):
        rows = rows.that(_property(args, ctx))
    return rows.that(*within("e.at", args["window"], ctx))


def _property(args: Args, ctx: Context) -> str:
    name, sign, value = args["property"], args.get("sign", "is"), args["value"]
    number = _number(value)
    if sign == "contains":
        return ctx.contains(ctx.property_text("e.properties", name), value)
    if sign in ("at_least", "at_most"):
        operator = ">=" if sign == "at_least" else "<="
        return f"{ctx.property_number('e.properties', name)} {operator} {ctx.value(number)}"
    text = f"{ctx.property_text('e.properties', name)} = {ctx.value(value)}"
    if number is None:
        return text
    return f"({text} OR {ctx.property_number('e.properties', name)} = {ctx.value(number)})"


def _check(args: Args) -> None:
    if not args.get("property"):
        if args.get("value"):
            raise Wrong(_("A value needs the property that it is of."))
        args.pop("sign", None)
        return
    if not _KEY.fullmatch(args["property"]):
        raise Wrong(_("“%(field)s” can’t be understood.") % {"field": _("Property")})
    if not args.get("value"):
        raise Wrong(_("“%(field)s” is empty.") % {"field": _("Value")})
    sign = args.setdefault("sign", "is")
    if sign not in dict(LEAPS):
        raise Wrong(_("“%(value)s” is not one of the choices.") % {"value": sign[:40]})
    if sign in ("at_least", "at_most"):
        number = _number(args["value"])
        if number is None or abs(Decimal(number)) > 10**15:
            raise Wrong(_("“%(field)s” is not a number.") % {"field": args["value"]})


def _says(args: Args) -> str:
    if args.get("property"):
        what = _("%(event)s (%(property)s %(sign)s %(value)s)") % {
            "event": args["event"], "property": args["property"],
            "sign": words.labels(LEAPS, args["sign"]), "value": args["value"],
        }  # fmt: skip
    else:
        what = args["event"]
    if args.get("subject"):
        what = _("%(event)s of “%(subject)s”") % {"event": what, "subject": args["subject"]}
    return how_often(
        _("Did “%(what)s” %(times)s %(window)s"),
        _("Did not do “%(what)s” %(window)s"),
        _("Did “%(what)s” %(window)s"),
        args,
        what=what,
    )


def _did_found(args: Args, value: Any) -> str:
    n = int(value or 0)
    return ngettext("did it %(n)s time %(window)s", "did it %(n)s times %(window)s", n) % {
        "n": words.number(n), "window": words.window(args["window"]),
    }  # fmt: skip


def _visited(args: Args, ctx: Context) -> Rows:
    return visits(ctx).that(*within("v.started_at", args["window"], ctx))


def _visits_found(args: Args, value: Any) -> str:
    n = int(value or 0)
    return ngettext("visited %(n)s time %(window)s", "visited %(n)s times %(window)s", n) % {
        "n": words.number(n), "window": words.window(args["window"]),
    }  # fmt: skip


add(
    Condition(
        "did", HEADING, gettext_lazy("Did something"),
        (
            Field("event", "event", gettext_lazy("What"), event_names),
            WINDOW,
            TIMES,
            Field("subject", "text", gettext_lazy("To what: an item’s number, a page"), optional=True),
            Field("property", "property", gettext_lazy("With the property"), optional=True),
            Field("sign", "choice", gettext_lazy("Compared"), lambda: LEAPS, optional=True),
            Field("value", "text", gettext_lazy("Value"), optional=True),
        ),
        lambda args, ctx: _done(args, ctx).compare(COUNT, args.get("times") or ONCE), _says,
        lambda args, ctx: _done(args, ctx).figure(COUNT), _did_found,
        cost=4, order=70, check=_check,
    ),
    Condition(
        "visits", HEADING, gettext_lazy("Visited the web shop"),
        (WINDOW, TIMES),
        lambda args, ctx: _visited(args, ctx).compare(COUNT, args.get("times") or ONCE),
        lambda args: how_often(
            _("Visited the web shop %(times)s %(window)s"), _("Did not visit the web shop %(window)s"),
            _("Visited the web shop %(window)s"), args,
        ),
        lambda args, ctx: _visited(args, ctx).figure(COUNT), _visits_found,
        cost=4, order=71,
    ),
)  # fmt: skip
