"""The WhatsApp account: connect it, see how the number is doing, look at its templates, try one on a phone."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grahak.channels import connecting
from grahak.channels.account_forms import TryForm, WhatsAppForm
from grahak.channels.models import WhatsAppAccount, WhatsAppTemplate
from grahak.channels.renderers import Short
from grahak.channels.secrets import Unsealable
from grahak.channels.turns import Outcome
from grahak.channels.whatsapp import api, templates
from grahak.core import links
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say

EDIT = "channels.accounts.edit"


@needs(EDIT)
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Connect and change. What Meta says of the number is asked for when it is saved."""
    row = WhatsAppAccount.objects.order_by("pk").first()
    if row is not None and row.is_fake:
        return _page(request, row, None)
    form = WhatsAppForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        kept = connecting.set_whatsapp(by=cast(User, request.user), **form.changes())
        trouble = _checked(kept)
        if not trouble:
            say(request, _("Connected. Meta knows the number."))
            return redirect("channels:whatsapp")
        say(request, _("Saved, but Meta says: %(why)s") % {"why": trouble}, tone="wrong")
        return redirect("channels:whatsapp")
    fresh = WhatsAppAccount.objects.order_by("pk").first()
    return _page(request, fresh, form, status=422 if form.errors else 200)


def _page(
    request: HttpRequest,
    row: WhatsAppAccount | None,
    form: WhatsAppForm | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    usable = WhatsAppTemplate.objects.filter(gone_at=None, status__in=templates.USABLE)
    context = {
        "row": row,
        "form": form,
        "hook": links.absolute(f"/hooks/whatsapp/{row.hook_token}/") if row else "",
        "is_public": links.origin().startswith("https://"),
        "limit": api.TIERS.get(row.limit) if row else None,
        "usable": [one for one in usable if not templates.slots(one) and not templates.cannot_send(one)],
        "templates": WhatsAppTemplate.objects.filter(gone_at=None).count() if row else 0,
        "trying": more.pop("trying", None) or TryForm(initial={"number": getattr(request.user, "phone", "")}),
        **more,
    }
    return render(request, "channels/whatsapp/account.html", context, status=status)


def _checked(row: WhatsAppAccount) -> str:
    try:
        return connecting.check_whatsapp(row)
    except Unsealable as error:
        return str(error)


@needs(EDIT)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Ask Meta how the number is doing, and for its templates."""
    row = get_object_or_404(WhatsAppAccount.objects.order_by("pk")[:1])
    if trouble := _checked(row):
        say(request, trouble, tone="wrong")
    else:
        say(request, _("Asked Meta: number and templates are up to date."))
    return redirect("channels:templates" if "next" in request.POST else "channels:whatsapp")


@needs(EDIT)
@require_POST
def try_out(request: HttpRequest) -> HttpResponse:
    """Send a template without values, or a text within the 24 hours, to a phone of one's own."""
    row = get_object_or_404(WhatsAppAccount.objects.order_by("pk")[:1])
    form = TryForm(request.POST)
    chosen = _template(request.POST.get("which", ""))
    if form.is_valid() and chosen is None and not form.cleaned_data["text"].strip():
        form.add_error("text", _("Write a text, or choose a template."))
    if not form.is_valid():
        shape = None if row.is_fake else WhatsAppForm(instance=row)
        return _page(request, row, shape, status=422, trying=form)
    words = Short(0, form.cleaned_data["text"].strip())
    if chosen is not None:
        words = Short(0, templates.preview(chosen).text, chosen.language, chosen.name)
    user = cast(User, request.user)
    outcome = _tried(connecting.try_whatsapp, row, words, form.cleaned_data["number"], user)
    tell_outcome(request, outcome)
    return redirect("channels:whatsapp")


def _template(which: str) -> WhatsAppTemplate | None:
    usable = WhatsAppTemplate.objects.filter(gone_at=None, status__in=templates.USABLE)
    return (
        usable.filter(pk=int(which)).first()
        if which.isascii() and which.isdecimal() and len(which) < 19
        else None
    )


def _tried(way: Any, row: Any, words: Short, number: str, user: User) -> Outcome:
    try:
        return cast(Outcome, way(row, words, number, by=user))
    except Unsealable as error:
        return Outcome(0, "failed", detail=str(error))


def tell_outcome(request: HttpRequest, outcome: Outcome) -> None:
    """Say how a trial went, in the provider's words."""
    match outcome.result:
        case "sent":
            say(request, _("Taken. Look at the phone."))
        case "unknown":
            say(request, _("Nobody can tell: %(why)s") % {"why": outcome.detail}, tone="wait")
        case _:
            say(request, _("Not taken: %(why)s") % {"why": outcome.detail}, tone="wrong")


@needs(EDIT)
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The templates with their state at Meta, and how each reads."""
    rows = WhatsAppTemplate.objects.filter(gone_at=None).order_by("name", "language")[:500]
    listed = [
        {
            "row": row,
            "preview": templates.preview(row),
            "slots": templates.slots(row),
            "status": templates.STATUSES.get(row.status, row.status.lower()),
            "category": templates.CATEGORIES.get(row.category, row.category.lower()),
            "usable": row.status in templates.USABLE,
            "why": templates.cannot_send(row),
        }
        for row in rows
    ]
    context = {"listed": listed, "row": WhatsAppAccount.objects.order_by("pk").first()}
    return render(request, "channels/whatsapp/templates.html", context)
