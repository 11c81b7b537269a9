"""Connected shops and tills: the list with their health, setting one up, its page, reading what it holds."""

from __future__ import annotations

import json
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.channels.secrets import Unsealable
from grahak.connect.connectors import actions, doorstep, shopify, woocommerce
from grahak.connect.connectors.api.outbound import Unreachable
from grahak.connect.connectors.api.words import told
from grahak.connect.connectors.forms import BackfillForm, ConnectorForm
from grahak.connect.connectors.health import healths
from grahak.connect.connectors.models import Backfill, BackfillState, Connector, ConnectorKind
from grahak.core import links
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say


def connector_or_404(pk: int) -> Connector:
    return get_object_or_404(Connector.objects.select_related("branch", "by"), pk=pk)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_GET
@needs("connectors.view")
def connections(request: HttpRequest) -> HttpResponse:
    """The connections, those in use first, each with its health."""
    found = sorted(Connector.objects.select_related("branch"), key=lambda one: bool(one.ended_at))
    context = {"rows": healths(found), "kinds": ConnectorKind.choices}
    return render(request, "connect/connectors/connections.html", context)


@require_http_methods(["GET", "POST"])
@needs("connectors.edit")
def connect(request: HttpRequest) -> HttpResponse:
    """A new connection of the kind that the address names."""
    kind = request.GET.get("kind", "")
    if kind not in ConnectorKind.values:
        return redirect("connect:connections")
    form = ConnectorForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        made = actions.connect(
            kind,
            by=_person(request),
            sealed=form.sealed,
            source=form.cleaned_data.get("source", ""),
            **form.plain,
        )
        say(request, _("Kept. Now tell the shop where to send."))
        return redirect(made)
    label = ConnectorKind(kind).label
    context = {"form": form, "kind": kind, "label": label}
    return render(request, "connect/connectors/connect.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("connectors.view")
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """A connection: its health, its address and the steps in the shop, its back-fill; POST changes it."""
    found = connector_or_404(pk)
    if request.method == "POST" and not _person(request).can("connectors.edit"):
        raise Http404
    form = ConnectorForm(request.POST or None, kind=found.kind, connector=found)
    if request.method == "POST" and form.is_valid():
        actions.change(found, by=_person(request), sealed=form.sealed, **form.plain)
        say(request, _("Kept."))
        return redirect(found)
    return _page(request, found, form, BackfillForm())


def _page(request: HttpRequest, found: Connector, form: ConnectorForm, reading: BackfillForm) -> HttpResponse:
    doorstep.write_counts(found.pk)
    found.refresh_from_db(fields=["refused", "refused_at", "refused_why"])
    backfill = found.backfills.first()
    context = {
        "connector": found,
        "health": healths([found])[0],
        "form": form,
        "reading": reading,
        "url": links.absolute(found.hook_path),
        "secret": _shown_secret(found) if _person(request).can("connectors.edit") else "",
        "topics": {"shopify": shopify.TOPICS, "woocommerce": woocommerce.TOPICS}.get(found.kind, ()),
        "is_local": links.origin().startswith("http://"),
        **_progress(backfill),
    }
    status = 422 if form.errors or reading.errors else 200
    return render(request, "connect/connectors/connection.html", context, status=status)


def _shown_secret(found: Connector) -> str:
    """What the person must give the shop; a secret that the shop gave us is never shown again."""
    if found.kind == ConnectorKind.SHOPIFY or found.is_invented:
        return ""
    try:
        return found.secret
    except Unsealable:
        return ""


def _progress(backfill: Backfill | None) -> dict[str, Any]:
    if backfill is None:
        return {"backfill": None}
    whole = max(backfill.expected or 0, backfill.read, 1)
    bad = backfill.failed * 100 / whole
    fault = ""
    if backfill.fault:
        try:
            kept = json.loads(backfill.fault)
            fault = told(kept["code"], kept["params"])
        except (ValueError, KeyError):
            fault = backfill.fault
    return {
        "backfill": backfill,
        "moving": backfill.state == BackfillState.RUNNING,
        "good": f"{max(0.0, backfill.read * 100 / whole - bad):.1f}",
        "bad": f"{bad:.1f}",
        "done": min(100, backfill.read * 100 // whole),
        "fault": fault,
    }


@require_GET
@needs("connectors.view")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment of a back-fill under way; once it ended the whole page is drawn anew."""
    found = connector_or_404(pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(found)
    context = {"connector": found, **_progress(found.backfills.first())}
    response = render(request, "connect/connectors/_backfill.html", context)
    if not context.get("moving"):
        response["HX-Refresh"] = "true"
    return response


# What is done with it


@require_POST
@needs("connectors.edit")
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the shop something, to see whether address and keys are right."""
    found = connector_or_404(pk)
    try:
        name = actions.try_out(found)
    except Unreachable as error:
        say(request, str(error), tone="wrong")
    else:
        say(request, _("The shop answers: %(name)s.") % {"name": name})
    return redirect(found)


@require_POST
@needs("connectors.edit")
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the webhooks in the shop."""
    found = connector_or_404(pk)
    try:
        made = actions.register_webhooks(found, by=_person(request))
    except Unreachable as error:
        say(request, str(error), tone="wrong")
    else:
        words = ngettext(
            "%(n)s webhook is new in the shop.", "%(n)s webhooks are new in the shop.", len(made)
        )
        say(request, words % {"n": len(made)} if made else _("The shop has all its webhooks already."))
    return redirect(found)


@require_POST
@needs("connectors.edit")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what comes, work nothing."""
    found = connector_or_404(pk)
    actions.pause(found, by=_person(request))
    return redirect(found)


@require_POST
@needs("connectors.edit")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Work what came meanwhile."""
    found = connector_or_404(pk)
    actions.resume(found, by=_person(request))
    return redirect(found)


@require_POST
@needs("connectors.edit")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it for good; orders and customers stay."""
    found = connector_or_404(pk)
    actions.end(found, by=_person(request))
    say(request, _("The connection is ended. What came over it stays."))
    return redirect("connect:connections")


@require_POST
@needs("connectors.edit")
def read_shop(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a back-fill."""
    found = connector_or_404(pk)
    form = BackfillForm(request.POST)
    if not found.can_ask or not form.is_valid():
        return _page(request, found, ConnectorForm(kind=found.kind, connector=found), form)
    actions.start_backfill(found, by=_person(request), kinds=form.kinds, since=form.cleaned_data["since"])
    return redirect(found)


@require_POST
@needs("connectors.edit")
def stop_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a back-fill; what was taken over stays."""
    found = connector_or_404(pk)
    actions.stop_backfill(found, by=_person(request))
    return redirect(found)


@require_POST
@needs("connectors.edit")
def go_on_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with the last back-fill where it stopped."""
    found = connector_or_404(pk)
    last = found.backfills.first()
    if last is not None:
        actions.go_on(last, by=_person(request))
    return redirect(found)
