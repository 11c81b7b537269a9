"""The mailbox in which mail comes back, and what was found there that nobody could read."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.channels import setting_up
from grahak.channels.bounces import reader
from grahak.channels.contract import Unreachable
from grahak.channels.forms import BounceMailboxForm
from grahak.channels.models import BounceMailbox, Report, SetAside
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say

SHOWN = 50


@needs("channels.sender.edit")
@require_http_methods(["GET", "POST"])
def mailbox(request: HttpRequest) -> HttpResponse:
    """Set the mailbox up, try it, and see what could not be read."""
    box = BounceMailbox.objects.order_by("pk").first()
    form = BounceMailboxForm(request.POST or None, instance=BounceMailbox.objects.order_by("pk").first())
    failure = ""
    if request.method == "POST" and form.is_valid():
        box = setting_up.set_mailbox(by=cast(User, request.user), **form.changes())
        if "test" not in request.POST:
            say(request, _("Saved."))
            return redirect("channels:returned")
        try:
            many = reader.look(box)
        except Unreachable as error:
            failure = str(error)
            form = BounceMailboxForm(instance=BounceMailbox.objects.get(pk=box.pk))
        else:
            said = ngettext(
                "Saved. The mailbox can be read; there is %(many)s mail in the folder.",
                "Saved. The mailbox can be read; there are %(many)s mails in the folder.",
                many,
            )
            say(request, said % {"many": many})
            return redirect("channels:returned")
    day_ago = timezone.now() - dt.timedelta(days=1)
    context = {
        "form": form,
        "box": box,
        "failure": failure,
        "aside": SetAside.objects.filter(put_away_at=None).defer("content").order_by("-pk")[:SHOWN],
        "aside_many": SetAside.objects.filter(put_away_at=None).count(),
        "told_today": Report.objects.filter(provider="mailbox", taken_at__gte=day_ago).count(),
    }
    return render(request, "channels/returned.html", context, status=422 if form.errors or failure else 200)


@needs("channels.sender.edit")
@require_GET
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail that could not be read, as it came in."""
    row = get_object_or_404(SetAside, pk=pk)
    source = bytes(row.content)[:200_000].decode("utf-8", "replace")
    return render(request, "channels/aside.html", {"row": row, "source": source})


@needs("channels.sender.edit")
@require_POST
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the list."""
    setting_up.put_away(get_object_or_404(SetAside, pk=pk), by=cast(User, request.user))
    say(request, _("Put away."))
    return redirect("channels:returned")
