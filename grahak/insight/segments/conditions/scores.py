"""Standing among other customers: RFM class and scores; and being in another segment or list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.insight.models import Segment
from grahak.insight.rfm import CLASSES
from grahak.insight.segments import words
from grahak.insight.segments.context import Context, Known
from grahak.insight.segments.fields import Field, Wrong
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, compared
from grahak.insight.segments.tree import TreeError

HEADING = gettext_lazy("Standing")
MARKS = [
    ("recency", gettext_lazy("recency")),
    ("frequency", gettext_lazy("frequency")),
    ("monetary", gettext_lazy("money")),
]
DEEPEST = 6


def _scores(ctx: Context) -> Rows:
    return Rows(ctx, f"{ctx.table('scores')} s", "s.customer_id")


def classes() -> list[tuple[str, Any]]:
    return [(one.code, one.label) for one in CLASSES.values()]


def _class(args: Args, ctx: Context) -> str:
    return _scores(ctx).that(f"s.rfm_class IN {ctx.values(args['classes'])}").any()


def _mark(args: Args, ctx: Context) -> str:
    return _scores(ctx).that(compared(f"s.{args['mark']}", args["score"], "number", ctx)).any()


def _check_mark(args: Args) -> None:
    if args["mark"] not in dict(MARKS):
        raise Wrong(_("“%(value)s” is not one of the choices.") % {"value": args["mark"][:40]})


def _check_classes(args: Args) -> None:
    unknown = set(args["classes"]) - set(CLASSES)
    if unknown:
        raise Wrong(_("“%(value)s” is not one of the choices.") % {"value": min(unknown)[:40]})


def _not_scored(value: Any, sentence: str, **names: Any) -> str:
    return sentence % names if value else _("not scored: never ordered")


def _member(args: Args, ctx: Context) -> str:
    """A list kept by hand is looked up; a segment that follows rules is decided by them, here and now."""
    pk = args["segment"]
    if ctx.segments is None or ctx.write is None:
        raise LookupError(pk)
    if pk in ctx.inside or len(ctx.inside) >= DEEPEST:
        raise TreeError(_("These rules lead back to this segment itself, through a segment that they name."))
    tree = ctx.segments(pk)
    if tree is None:
        kept = Rows(ctx, f"{ctx.table('segment_membership')} x", "x.customer_id")
        return kept.that(f"x.segment_id = {ctx.value(pk)}").any()
    before, ctx.inside = ctx.inside, (*ctx.inside, pk)
    try:
        inner = ctx.write(tree.root, ctx)
    finally:
        ctx.inside = before
    return Known(f"({inner})") if isinstance(inner, Known) else f"({inner})"


def _membership_figure(args: Args, ctx: Context) -> str:
    kept = Rows(ctx, f"{ctx.table('segment_membership')} x", "x.customer_id")
    return kept.that(f"x.segment_id = {ctx.value(args['segment'])}").figure("MIN(x.entered_at)")


add(
    Condition(
        "rfm_class", HEADING, gettext_lazy("Class"),
        (Field("classes", "choices", gettext_lazy("Class"), classes),),
        _class,
        lambda args: _("Is of the class %(names)s") % {"names": words.labels(classes(), args["classes"])},
        lambda args, ctx: _scores(ctx).figure("MIN(s.rfm_class)"),
        lambda args, value: _not_scored(value, _("is of the class %(name)s"), name=words.labels(classes(), value)),
        cost=1, order=45, check=_check_classes,
    ),
    Condition(
        "rfm_score", HEADING, gettext_lazy("Score from 1 to 5"),
        (
            Field("mark", "choice", gettext_lazy("Which"), lambda: MARKS, "recency"),
            Field("score", "comparison", gettext_lazy("Score"), default={"op": "at_least", "value": 4}),
        ),
        _mark,
        lambda args: _("Scores %(score)s for %(mark)s") % {
            "score": words.comparison(args["score"]), "mark": words.labels(MARKS, args["mark"]),
        },
        lambda args, ctx: _scores(ctx).figure(f"MIN(s.{args['mark']})"),
        lambda args, value: _not_scored(value, _("scores %(n)s of 5"), n=value),
        cost=1, order=46, check=_check_mark,
    ),
    Condition(
        "segment", HEADING, gettext_lazy("Is in a segment or list"),
        (Field("segment", "segment", gettext_lazy("Segment or list")),),
        _member,
        lambda args: _("Is in “%(name)s”") % {"name": words.rows(Segment, args["segment"])},
        _membership_figure,
        lambda args, value: _("in it since %(day)s") % {"day": words.day(value)} if value else _("is not in it"),
        cost=3, order=47,
    ),
)  # fmt: skip
