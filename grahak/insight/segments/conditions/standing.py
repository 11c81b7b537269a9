"""Where they are in their life with the shop: stage, lapse risk, and the opportunities found for them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.insight.lifecycle import STAGES
from grahak.insight.models import OpportunityKind
from grahak.insight.segments import words
from grahak.insight.segments.context import Context
from grahak.insight.segments.fields import Field, Wrong
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, compared

HEADING = gettext_lazy("Standing")


def _stages(ctx: Context) -> Rows:
    return Rows(ctx, f"{ctx.table('stages')} l", "l.customer_id")


def stages() -> list[tuple[str, Any]]:
    return [(one.code, one.label) for one in STAGES.values()]


def kinds() -> list[tuple[str, Any]]:
    return list(OpportunityKind.choices)


def _known(name: str, choices: list[tuple[str, Any]], args: Args) -> None:
    unknown = set(args[name]) - {code for code, _label in choices}
    if unknown:
        raise Wrong(_("“%(value)s” is not one of the choices.") % {"value": min(unknown)[:40]})


def _stage(args: Args, ctx: Context) -> str:
    return _stages(ctx).that(f"l.stage IN {ctx.values(args['stages'])}").any()


def _risk(args: Args, ctx: Context) -> str:
    return _stages(ctx).that(compared("l.risk", args["risk"], "number", ctx)).any()


def _waiting(ctx: Context) -> Rows:
    found = Rows(ctx, f"{ctx.table('opportunities')} p", "p.customer_id")
    return found.that(f"p.state IN {ctx.values(['open', 'taken'])}")


def _opportunity(args: Args, ctx: Context) -> str:
    return _waiting(ctx).that(f"p.kind IN {ctx.values(args['kinds'])}").any()


add(
    Condition(
        "stage", HEADING, gettext_lazy("Stage"),
        (Field("stages", "choices", gettext_lazy("Stage"), stages),),
        _stage,
        lambda args: _("Is in the stage %(names)s") % {"names": words.labels(stages(), args["stages"])},
        lambda args, ctx: _stages(ctx).figure("MIN(l.stage)"),
        lambda args, value: _("is in the stage %(name)s") % {"name": words.labels(stages(), value)}
        if value else _("never ordered"),
        cost=1, order=43, check=lambda args: _known("stages", stages(), args),
    ),
    Condition(
        "lapse_risk", HEADING, gettext_lazy("Lapse risk in per cent"),
        (Field("risk", "comparison", gettext_lazy("Lapse risk in per cent"), default={"op": "at_least", "value": 50}),),
        _risk,
        lambda args: _("Lapse risk is %(risk)s per cent") % {"risk": words.comparison(args["risk"])},
        lambda args, ctx: _stages(ctx).figure("MIN(l.risk)"),
        lambda args, value: _("lapse risk is %(n)s per cent") % {"n": value}
        if value is not None else _("never ordered"),
        cost=1, order=44,
    ),
    Condition(
        "opportunity", HEADING, gettext_lazy("Has an opportunity"),
        (Field("kinds", "choices", gettext_lazy("Kind"), kinds),),
        _opportunity,
        lambda args: _("Has an opportunity: %(names)s") % {"names": words.labels(kinds(), args["kinds"])},
        lambda args, ctx: _waiting(ctx).that(f"p.kind IN {ctx.values(args['kinds'])}").figure("COUNT(*)"),
        lambda args, value: _("has %(n)s of them") % {"n": value or 0},
        cost=2, order=48, check=lambda args: _known("kinds", kinds(), args),
    ),
)  # fmt: skip
