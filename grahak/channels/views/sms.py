"""The SMS account: how the gateway is asked, a trial on a phone, and how long a text is."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.channels import connecting
from grahak.channels.account_forms import SmsForm, TryForm
from grahak.channels.models import SmsAccount
from grahak.channels.renderers import Short
from grahak.channels.sms import segments, uses
from grahak.channels.sms.hooks import STATUSES
from grahak.channels.views.whatsapp import EDIT, _tried, tell_outcome
from grahak.core import links
from grahak.core.access import needs, signed_in
from grahak.core.models import User
from grahak.core.toasts import say

LONGEST = 5_000


@needs(EDIT)
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Set up and change."""
    row = SmsAccount.objects.order_by("pk").first()
    if row is not None and row.is_fake:
        return _page(request, row, None)
    form = SmsForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        connecting.set_sms(by=cast(User, request.user), **form.changes())
        say(request, _("Saved. Try it on your own phone before a campaign."))
        return redirect("channels:sms")
    return _page(request, SmsAccount.objects.order_by("pk").first(), form, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, row: SmsAccount | None, form: SmsForm | None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "row": row,
        "form": form,
        "hook": links.absolute(f"/hooks/sms/{row.hook_token}/") if row else "",
        "is_public": links.origin().startswith("https://"),
        "known": sorted(STATUSES),
        "trying": TryForm(initial={"number": getattr(request.user, "phone", "")}),
        **more,
    }
    return render(request, "channels/sms/account.html", context, status=status)


@needs(EDIT)
@require_POST
def try_out(request: HttpRequest) -> HttpResponse:
    """Send a text to a phone of one's own."""
    row = get_object_or_404(SmsAccount.objects.order_by("pk")[:1])
    form = TryForm(request.POST)
    if form.is_valid() and not form.cleaned_data["text"].strip():
        form.add_error("text", _("Write a text."))
    if not form.is_valid():
        return _page(request, row, None if row.is_fake else SmsForm(instance=row), status=422, trying=form)
    words = Short(0, form.cleaned_data["text"].strip(), template=form.cleaned_data["template"])
    number, user = form.cleaned_data["number"], cast(User, request.user)
    tell_outcome(request, _tried(connecting.try_sms, row, words, number, user))
    return redirect("channels:sms")


@signed_in
@require_POST
def meter(request: HttpRequest) -> HttpResponse:
    """How many segments a text takes and what they cost: the piece under the field while one types. Tags count as
    they are written; what a person's own values make of them is counted again for each."""
    text = request.POST.get("text", "")[:LONGEST]
    return render(request, "channels/sms/_meter.html", measured(text))


def measured(text: str, many: int = 0) -> dict[str, Any]:
    """What the meter says of TEXT, for MANY recipients (0: not known yet)."""
    row = SmsAccount.objects.order_by("pk").first()
    price = row.price if row else None
    return {
        "size": segments.size(text),
        "has_tags": "{{" in text or "{%" in text,
        "each": uses.cost(text, price),
        "all": uses.cost(text, price, many) if many else None,
        "many": many,
    }
