"""The mail account: how the shop sends, and a test that shows the server's own words."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grahak.channels import actions, setting_up
from grahak.channels.email import providers
from grahak.channels.email.accounts import Unreachable
from grahak.channels.email.backend import NotTaken
from grahak.channels.forms import SenderForm
from grahak.channels.models import Sender
from grahak.channels.secrets import Unsealable
from grahak.core import links
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say


@needs("channels.sender.edit")
@require_http_methods(["GET", "POST"])
def sender(request: HttpRequest) -> HttpResponse:
    """Edit and test. The demo's account is its mailbox and stays so."""
    found = Sender.objects.order_by("pk").first()
    if found is not None and found.is_mailbox:
        return render(request, "channels/sender.html", {"sender": found})
    user = cast(User, request.user)
    provider = _provider(request, found)
    form = SenderForm(
        request.POST or None,
        instance=Sender.objects.order_by("pk").first(),
        initial=_first(request),
        provider=provider,
    )
    failure = ""
    if request.method == "POST" and form.is_valid():
        kept = _keep(form, found, user)
        if "test" not in request.POST:
            say(request, _("Saved."))
            return redirect("channels:sender")
        failure = _test(kept, user)
        if not failure:
            say(request, _("Saved, and a test is on its way to %(address)s.") % {"address": user.email})
            return redirect("channels:sender")
        form = SenderForm(instance=Sender.objects.order_by("pk").first(), provider=provider)
        found = kept
    context = {
        "form": form,
        "sender": found,
        "failure": failure,
        "provider": provider,
        "providers": providers.choices(),
        "hook": setting_up.hook_address(found) if found and found.provider == provider else "",
        "is_public": links.origin().startswith("https://"),
    }
    return render(request, "channels/sender.html", context, status=422 if form.errors or failure else 200)


def _provider(request: HttpRequest, found: Sender | None) -> str:
    """What is being set up: chosen on the page, or what is in force."""
    chosen = request.POST.get("provider") or request.GET.get("provider") or (found.provider if found else "")
    return chosen if chosen in dict(providers.choices()) else providers.SMTP


def _keep(form: SenderForm, found: Sender | None, user: User) -> Sender:
    with transaction.atomic():
        was = found.provider if found else ""
        kept = actions.set_sender(by=user, **form.changes())
        setting_up.keep_keys(kept, form.keys(), by=user, anew=was != kept.provider)
    return Sender.objects.get(pk=kept.pk)


def _test(kept: Sender, user: User) -> str:
    """Send a test; gives "" or what went wrong."""
    try:
        actions.test_sender(kept, to=user.email, by=user)
    except (Unreachable, NotTaken, Unsealable, OSError) as error:
        return str(error) or type(error).__name__
    return ""


def _first(request: HttpRequest) -> dict[str, str]:
    shop = getattr(request, "business", None)
    return {"from_name": shop.name if shop else ""}
