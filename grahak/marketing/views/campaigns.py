"""The list of messages to many, a campaign's report, the people behind each number, pause and stop."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.channels import ledger
from grahak.channels.models import Click, DispatchState, Message, MessageState
from grahak.channels.why import REASONS
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers.selection import selected
from grahak.marketing import actions
from grahak.marketing.models import Campaign
from grahak.marketing.report import sold
from grahak.marketing.segments import segment_named, segment_of
from grahak.marketing.views.doors import campaign_or_404
from grahak.sales.models import Order

MOVING = (DispatchState.FREEZING, DispatchState.SENDING)
ORDERS_SHOWN = 20


@needs("campaigns.view")
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Messages to many, the newest first."""
    page = Paginator(Campaign.objects.select_related("dispatch", "by"), 25).get_page(request.GET.get("page"))
    return render(request, "marketing/list.html", {"page": page})


@require_POST
@needs("campaigns.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """A draft to those ticked in a list, to a whole list, or to one customer."""
    chosen = selected(request)
    if chosen.query is None and not chosen.ids:
        raise Http404
    user: Any = request.user
    segment = segment_named(chosen.query or "")
    name = segment.name if segment else _("New message")
    campaign = actions.begin(by=user, name=name, customers=chosen.ids, query=chosen.query)
    return redirect("marketing:edit", pk=campaign.pk)


@needs("campaigns.view")
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft leads to its words; a sent one shows every one of its audience and what it sold."""
    found = campaign_or_404(pk)
    if found.dispatch is None:
        return redirect("marketing:edit", pk=pk)
    dispatch, counted = found.dispatch, ledger.tally(found.dispatch)
    context: dict[str, Any] = {
        "campaign": found,
        "segment": segment_of(found),
        "dispatch": dispatch,
        "tally": counted,
        "states": _states(counted),
        "moving": dispatch.state in MOVING,
        "done": counted.total - counted.still_open,
    }
    if request.htmx and request.htmx.target == "audience":  # type: ignore[attr-defined]
        response = render(request, "marketing/_audience.html", context)
        if not context["moving"]:
            response["HX-Refresh"] = "true"
        return response
    result = sold(found)
    people = Message.objects.filter(dispatch=dispatch).aggregate(
        opened=Count("pk", filter=Q(first_opened_at__isnull=False)),
        machine_opened=Count("pk", filter=Q(first_opened_at=None, machine_opened_at__isnull=False)),
        clicked=Count("pk", filter=Q(first_clicked_at__isnull=False)),
        stopped=Count("pk", filter=Q(unsubscribed_at__isnull=False)),
    )
    sent = counted[MessageState.SENT]
    context |= (
        people
        | {
            "sold": result,
            "orders": Order.objects.visible_to(request.user)  # type: ignore[arg-type]
            .filter(pk__in=result.order_ids[-ORDERS_SHOWN:])
            .select_related("customer")
            .order_by("-placed_at"),
            "bot_clicks": Click.objects.filter(message__dispatch=dispatch, bot=True).count(),
            "shares": {
                "opened": _share(people["opened"], sent),
                "clicked": _share(people["clicked"], sent),
                "stopped": _share(people["stopped"], sent),
                "buyers": _share(result.buyers, sent),
            },
        }
    )
    return render(request, "marketing/campaign.html", context)


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}" if whole else "0"


def _states(counted: ledger.Tally) -> list[dict[str, Any]]:
    """The audience by state with reasons, as the account is told: what is certain first."""
    order = [MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED, MessageState.UNKNOWN]
    order += [MessageState.WAITING, MessageState.CLAIMED, MessageState.ATTEMPTED]
    return [
        {
            "code": state.value,
            "label": state.label,
            "count": counted[state],
            "why": [(reason, REASONS.get(reason, reason), n) for reason, n in counted.why(state)],
        }
        for state in order
        if counted[state] or state in order[:4]
    ]


def _change(request: HttpRequest, pk: int, change: Any, told: str) -> HttpResponse:
    found = campaign_or_404(pk)
    if found.dispatch is None:
        raise Http404
    try:
        change(found.dispatch, by=request.user)
    except ledger.NotNow as error:
        say(request, str(error), tone="wait")
    else:
        say(request, told)
    return redirect(found)


@require_POST
@needs("campaigns.send")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop handing messages to the mail server until somebody goes on."""
    return _change(request, pk, ledger.pause, _("Paused. What was handed over already goes out."))


@require_POST
@needs("campaigns.send")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, ledger.resume, _("Going on."))


@require_POST
@needs("campaigns.send")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End it for good; who was still waiting is left out."""
    return _change(request, pk, ledger.stop, _("Stopped. Who was still waiting is left out."))


@require_POST
@needs("campaigns.edit")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the same people and words."""
    user: Any = request.user
    return redirect("marketing:edit", pk=actions.plan_next(campaign_or_404(pk), by=user).pk)


@require_POST
@needs("campaigns.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    user: Any = request.user
    try:
        actions.remove(campaign_or_404(pk), by=user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wrong")
        return redirect("marketing:campaign", pk=pk)
    say(request, _("The draft was thrown away."))
    return redirect("marketing:list")
