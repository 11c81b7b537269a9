"""The mail account: how the shop sends, and a test that shows the server's own words."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grahak.channels import actions
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
    form = SenderForm(
        request.POST or None, instance=Sender.objects.order_by("pk").first(), initial=_first(request)
    )
    failure = ""
    if request.method == "POST" and form.is_valid():
        kept = actions.set_sender(by=user, **form.changes())
        if "test" not in request.POST:
            say(request, _("Saved."))
            return redirect("channels:sender")
        failure = _test(kept, user)
        if not failure:
            say(request, _("Saved, and a test is on its way to %(address)s.") % {"address": user.email})
            return redirect("channels:sender")
        form = SenderForm(instance=Sender.objects.order_by("pk").first())
        found = kept
    context = {
        "form": form,
        "sender": found,
        "failure": failure,
        "is_public": links.origin().startswith("https://"),
    }
    return render(request, "channels/sender.html", context, status=422 if form.errors or failure else 200)


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
