"""The log of deliveries: what came, what became of it, what it said, and another try."""

from __future__ import annotations

import json
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from grahak.connect.connectors import actions
from grahak.connect.connectors.models import Delivery, DeliveryState
from grahak.connect.views.connectors import connector_or_404
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say

A_PAGE = 50
MOST_SHOWN = 100_000  # letters of a body on its page


def _chosen(request: HttpRequest, pk: int) -> tuple[Any, dict[str, str]]:
    """The deliveries that the address asks for."""
    chosen = {name: request.GET.get(name, "")[:60] for name in ("state", "topic", "q")}
    rows = Delivery.objects.filter(connector=pk)
    if chosen["state"] in DeliveryState.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["topic"]:
        rows = rows.filter(topic=chosen["topic"])
    if chosen["q"]:
        rows = rows.filter(object_id=chosen["q"].strip())
    return rows, chosen


@require_GET
@needs("connectors.view")
def deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest first, by state and topic."""
    connector = connector_or_404(pk)
    rows, chosen = _chosen(request, pk)
    listed = rows.defer("body").select_related("order", "customer", "product", "payment")
    page = Paginator(listed.order_by("-received_at", "-id"), A_PAGE).get_page(request.GET.get("page"))
    topics = Delivery.objects.filter(connector=pk).exclude(topic="").order_by("topic")
    context = {
        "connector": connector,
        "page": page,
        "chosen": chosen,
        "states": DeliveryState.choices,
        "topics": list(topics.values_list("topic", flat=True).distinct()[:60]),
        "failed": Delivery.objects.filter(connector=pk).failed().count(),
    }
    return render(request, "connect/connectors/deliveries.html", context)


@require_GET
@needs("connectors.view")
def delivery(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """One delivery: its fate and the very words that came."""
    connector = connector_or_404(pk)
    rows = Delivery.objects.select_related("order", "customer", "product", "payment")
    found = get_object_or_404(rows, pk=delivery, connector=pk)
    body = _pretty(bytes(found.body))
    context = {
        "connector": connector,
        "delivery": found,
        "body": body[:MOST_SHOWN],
        "is_cut": len(body) > MOST_SHOWN,
        "can_try": found.state not in (DeliveryState.WAITING, DeliveryState.PERSON) and bool(found.body),
    }
    return render(request, "connect/connectors/delivery.html", context)


def _pretty(body: bytes) -> str:
    """A body as text, JSON with its indents."""
    text = body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


@require_POST
@needs("connectors.edit")
def replay(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """Work one again."""
    found = get_object_or_404(Delivery, pk=delivery, connector=pk)
    if actions.replay(Delivery.objects.filter(pk=found.pk), by=cast(User, request.user)):
        say(request, _("It is worked again."))
    return redirect(found)


@require_POST
@needs("connectors.edit")
def replay_failed(request: HttpRequest, pk: int) -> HttpResponse:
    """Work all that failed again."""
    connector = connector_or_404(pk)
    many = actions.replay(Delivery.objects.filter(connector=pk).failed(), by=cast(User, request.user))
    words = ngettext("%(n)s delivery is worked again.", "%(n)s deliveries are worked again.", many)
    say(request, words % {"n": many})
    return redirect("connect:deliveries", pk=connector.pk)


@require_POST
@needs("connectors.edit")
def see_to(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """A person has seen to what the shop asked; erasing a customer is done here."""
    found = get_object_or_404(
        Delivery.objects.select_related("connector", "customer"), pk=delivery, connector=pk
    )
    is_erasing = found.code == "redact" and found.customer is not None
    actions.see_to(found, by=cast(User, request.user))
    say(request, _("The customer is erased.") if is_erasing else _("Noted as done."))
    return redirect(found)
