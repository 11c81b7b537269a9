"""How they can be reached: consent by channel and purpose, and whether there is an address or number."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.customers.models import CHANNELS, PURPOSES
from grahak.insight.segments import words
from grahak.insight.segments.context import Context
from grahak.insight.segments.fields import Field, Wrong
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows

HEADING = gettext_lazy("How to reach them")
STATES = [
    ("granted", gettext_lazy("agreed")),
    ("withdrawn", gettext_lazy("refused")),
    ("unsaid", gettext_lazy("never said")),
]
WAYS = [
    ("email", gettext_lazy("an e-mail address")),
    ("phone", gettext_lazy("a phone number")),
    ("whatsapp", gettext_lazy("a WhatsApp number")),
]


def _statements(args: Args, ctx: Context) -> Rows:
    rows = Rows(ctx, f"{ctx.table('consents')} s", "s.customer_id", ("s.is_current",))
    return rows.that(f"s.channel = {ctx.value(args['channel'])}", f"s.purpose = {ctx.value(args['purpose'])}")


def _consent(args: Args, ctx: Context) -> str:
    rows = _statements(args, ctx)
    if args["state"] == "unsaid":
        return rows.none()
    return rows.that(f"s.state = {ctx.value(args['state'])}").any()


def _says_consent(args: Args) -> str:
    sentence = {
        "granted": _("Agreed to %(purpose)s by %(channel)s"),
        "withdrawn": _("Refused %(purpose)s by %(channel)s"),
        "unsaid": _("Never said yes or no to %(purpose)s by %(channel)s"),
    }[args["state"]]
    return sentence % {
        "purpose": words.labels(PURPOSES, args["purpose"]),
        "channel": words.labels(CHANNELS, args["channel"]),
    }


def _consent_found(args: Args, value: Any) -> str:
    if not value:
        return _("nothing was said about it")
    return _("said: %(state)s") % {"state": words.labels(STATES, value)}


def _check_consent(args: Args) -> None:
    known = {"state": STATES, "channel": CHANNELS, "purpose": PURPOSES}
    for name, choices in known.items():
        if args[name] not in dict(choices):
            raise Wrong(_("“%(value)s” is not one of the choices.") % {"value": args[name][:40]})


def _ways(args: Args, ctx: Context) -> Rows:
    return Rows(
        ctx, f"{ctx.table('contact_ways')} w", "w.customer_id", (f"w.kind = {ctx.value(args['way'])}",)
    )


def _check_way(args: Args) -> None:
    if args["way"] not in dict(WAYS):
        raise Wrong(_("“%(value)s” is not one of the choices.") % {"value": args["way"][:40]})


add(
    Condition(
        "consent", HEADING, gettext_lazy("Consent"),
        (
            Field("state", "choice", gettext_lazy("What they said"), lambda: STATES, "granted"),
            Field("channel", "choice", gettext_lazy("Channel"), lambda: CHANNELS, "email"),
            Field("purpose", "choice", gettext_lazy("For what"), lambda: PURPOSES, "offers"),
        ),
        _consent, _says_consent,
        lambda args, ctx: _statements(args, ctx).figure("MIN(s.state)"), _consent_found,
        cost=1, order=15, check=_check_consent,
    ),
    Condition(
        "way", HEADING, gettext_lazy("Has an address or number"),
        (Field("way", "choice", gettext_lazy("What"), lambda: WAYS, "email"),),
        lambda args, ctx: _ways(args, ctx).any(),
        lambda args: _("Has %(what)s") % {"what": words.labels(WAYS, args["way"])},
        lambda args, ctx: _ways(args, ctx).figure("COUNT(*)"),
        lambda args, value: (
            _("has %(what)s") if value else _("does not have %(what)s")
        ) % {"what": words.labels(WAYS, args["way"])},
        cost=1, order=16, check=_check_way,
    ),
)  # fmt: skip
