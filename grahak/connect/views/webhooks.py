"""Outgoing webhooks: the addresses, one of them with its log, what was sent and what came back."""

from __future__ import annotations

import json
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.channels.secrets import Unsealable
from grahak.connect.webhooks import actions, kinds, signing
from grahak.connect.webhooks.forms import EndpointForm, SinceForm
from grahak.connect.webhooks.models import Endpoint, Off, Telling, TellingState
from grahak.core.access import needs
from grahak.core.keyset import page_of
from grahak.core.models import User
from grahak.core.toasts import say

A_PAGE = 50


def endpoint_or_404(pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.kept().select_related("branch", "by"), pk=pk)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_http_methods(["GET", "POST"])
@needs("webhooks.edit")
def webhooks(request: HttpRequest) -> HttpResponse:
    """The addresses, and a new one."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, _secret = actions.add(by=_person(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            say(request, _("Kept. Give the receiver the secret, then try it."))
            return redirect(endpoint)
    rows = [_health(one) for one in Endpoint.objects.kept().select_related("branch")]
    context = {"form": form, "rows": rows}
    return render(request, "connect/webhooks/webhooks.html", context, status=422 if form.errors else 200)


def _health(endpoint: Endpoint) -> dict[str, Any]:
    tellings = Telling.objects.filter(endpoint=endpoint)
    return {
        "endpoint": endpoint,
        "waiting": tellings.filter(state=TellingState.WAITING).count(),
        "failed": tellings.filter(state=TellingState.FAILED).count(),
        "labels": [kinds.label(name) for name in endpoint.events],
    }


@require_http_methods(["GET", "POST"])
@needs("webhooks.edit")
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """An address: its secret, what it is told, its log; POST changes it."""
    endpoint = endpoint_or_404(pk)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(endpoint, by=_person(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            say(request, _("Kept."))
            return redirect(endpoint)
    return _page(request, endpoint, form, SinceForm())


def _page(request: HttpRequest, endpoint: Endpoint, form: Any, since: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = Telling.objects.filter(endpoint=endpoint).defer("body")
    if state in TellingState.values:
        rows = rows.filter(state=state)
    before, after = request.GET.get("before", "")[:200], request.GET.get("after", "")[:200]
    page = page_of(rows, ["-id"], after=after, before=before, size=A_PAGE)
    for row in page.rows:
        row.label = kinds.label(row.event)  # type: ignore[attr-defined]
    try:
        secret = signing.secret_of(endpoint)
    except Unsealable:
        secret = ""
    context = _health(endpoint) | {
        "form": form,
        "since": since,
        "page": page,
        "state": state,
        "states": TellingState.choices,
        "secret": secret,
    }
    status = 422 if form.errors or since.errors else 200
    answer = render(request, "connect/webhooks/webhook.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@needs("webhooks.edit")
def telling(request: HttpRequest, pk: int, telling: int) -> HttpResponse:
    """One message: the very bytes, and each attempt with what came back."""
    endpoint = endpoint_or_404(pk)
    found = get_object_or_404(Telling, pk=telling, endpoint=endpoint)
    context = {
        "endpoint": endpoint,
        "telling": found,
        "label": kinds.label(found.event),
        "attempts": found.log.all(),
        "body": json.dumps(json.loads(found.body), indent=2, ensure_ascii=False),
    }
    return render(request, "connect/webhooks/telling.html", context)


@require_POST
@needs("webhooks.edit")
def ping(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that says nothing; its page shows what comes back."""
    endpoint = endpoint_or_404(pk)
    if endpoint.off:
        say(request, _("It is switched off: switch it on first."), tone="wait")
        return redirect(endpoint)
    made = actions.ping(endpoint, by=_person(request))
    say(request, _("On its way. Look again in a moment."))
    return redirect(made)


@require_POST
@needs("webhooks.edit")
def replay(request: HttpRequest, pk: int, telling: int) -> HttpResponse:
    """Send one again."""
    found = get_object_or_404(Telling, pk=telling, endpoint=endpoint_or_404(pk))
    if actions.replay(found, by=_person(request)):
        say(request, _("It is sent again."))
    return redirect(found)


@require_POST
@needs("webhooks.edit")
def replay_since(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell everything since a day again that was not received."""
    endpoint = endpoint_or_404(pk)
    since = SinceForm(request.POST)
    if not since.is_valid():
        return _page(request, endpoint, EndpointForm(endpoint=endpoint), since)
    many = actions.replay_since(endpoint, since.cleaned_data["since"], by=_person(request))
    words = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", many)
    say(request, words % {"n": many})
    return redirect(endpoint)


@require_POST
@needs("webhooks.edit")
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret; both sign for a day."""
    endpoint = endpoint_or_404(pk)
    actions.rotate(endpoint, by=_person(request))
    say(
        request,
        _("A new secret. The old one signs beside it for a day: give the receiver the new one until then."),
    )
    return redirect(endpoint)


@require_POST
@needs("webhooks.edit")
def switch(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Off, on again, or off the list."""
    endpoint = endpoint_or_404(pk)
    person = _person(request)
    match to:
        case "off":
            actions.switch_off(endpoint.pk, Off.PAUSED, by=person)
            say(request, _("Nothing is sent to it now. What happens is kept for thirty days."))
        case "on":
            actions.switch_on(endpoint, by=person)
            say(request, _("It is told again from now on. Below it can be told what it missed."))
        case "end":
            actions.end(endpoint, by=person)
            say(request, _("Removed."))
            return redirect("connect:webhooks")
        case _:
            raise Http404
    return redirect(endpoint)
