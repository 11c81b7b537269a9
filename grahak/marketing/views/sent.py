"""The page of a campaign that was sent: while it goes its progress, then every one of its audience and what it sold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from grahak.channels import ledger
from grahak.channels.models import Dispatch, Message, MessageState
from grahak.channels.why import REASONS
from grahak.core.money import figure
from grahak.customers.views.parts import wants
from grahak.marketing import winner
from grahak.marketing.models import Campaign, HeldOut, Stage, WinnerBy
from grahak.marketing.views.report import report_context

MOVING = (Stage.COUNTING, Stage.SENDING, Stage.TESTING)
RESENDABLE = (Stage.DONE, Stage.SENDING, Stage.PAUSED, Stage.TESTING)
SURE = (MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED, MessageState.UNKNOWN)
A_WHILE = dt.timedelta(minutes=1)
OPEN = (MessageState.WAITING, MessageState.CLAIMED, MessageState.ATTEMPTED)


def sent_page(request: HttpRequest, found: Campaign) -> HttpResponse:
    """Progress, the audience that adds up, the report; the fragment "audience" alone while it is going."""
    context = audience_of(found)
    if wants(request, "audience"):
        response = render(request, "marketing/_audience.html", context)
        if not context["moving"]:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "marketing/sent.html", {**context, **report_of(request, found)})


def audience_of(found: Campaign) -> dict[str, Any]:
    """Every one of the audience by state and reason, and how far it is."""
    dispatch = found.dispatch
    assert dispatch is not None
    counted = ledger.tally(dispatch)
    return {
        "campaign": found,
        "stage": found.stage,
        "dispatch": dispatch,
        "tally": counted,
        "states": states(counted),
        "moving": found.stage in MOVING,
        "idle_until": _idle_until(dispatch) if found.stage in MOVING else None,
        "done": counted.total - counted.still_open,
        "held": HeldOut.objects.filter(campaign=found).count(),
        "exclusions": list(found.exclusions.order_by("-customers", "pk")),
        "may_resend": counted[MessageState.FAILED] > 0 and found.stage in RESENDABLE,
        **trial_of(found),
    }


def _idle_until(dispatch: Dispatch) -> dt.datetime | None:
    """When the next of those who wait has their turn, where nobody has it now: quiet hours, a pace, another try."""
    waiting = Message.objects.filter(dispatch=dispatch, state=MessageState.WAITING).order_by(
        "not_before", "id"
    )
    turn = waiting.values_list("not_before", flat=True).first()
    return turn if turn is not None and turn > timezone.now() + A_WHILE else None


def trial_of(found: Campaign) -> dict[str, Any]:
    """How the test of the variants stands, while there is one."""
    if not found.is_trying or found.stage not in (Stage.TESTING, Stage.PAUSED):
        return {"trial": None}
    standing = winner.standing(found)
    names = dict(found.variants.values_list("code", "name"))
    by_money = found.winner_by == WinnerBy.MONEY
    arms = [
        {
            "code": arm.code,
            "name": names.get(arm.code, ""),
            "n": arm.n,
            "hits": arm.hits,
            "value": figure(Decimal(str(round(arm.mean, 2))), 2) if by_money else f"{arm.mean * 100:.1f}%",
        }
        for arm in standing.arms
    ]
    return {"trial": standing, "trial_arms": arms}


def states(counted: ledger.Tally) -> list[dict[str, Any]]:
    """The audience by state with reasons, as the account is told: what is certain first."""
    return [
        {
            "code": state.value,
            "label": state.label,
            "count": counted[state],
            "why": [(reason, REASONS.get(reason, reason), n) for reason, n in counted.why(state)],
        }
        for state in (*SURE, *OPEN)
        if counted[state] or state in SURE
    ]


def report_of(request: HttpRequest, found: Campaign) -> dict[str, Any]:
    """What the report's template asks for."""
    return report_context(request, found)
