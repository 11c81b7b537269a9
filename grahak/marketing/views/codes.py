"""The coupon codes of a campaign: how many there are and how many nobody has taken; new ones pasted or uploaded, also
while it is on its way and they run short."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.refusals import Refusal
from grahak.core.toasts import say
from grahak.marketing.letters import codes
from grahak.marketing.models import Campaign
from grahak.marketing.views.doors import campaign_or_404


@require_http_methods(["GET", "POST"])
@needs("campaigns.edit")
def coupon_codes(request: HttpRequest, pk: int) -> HttpResponse:
    """The list; POST brings codes in, or throws the free ones away."""
    found = campaign_or_404(pk)
    problem = ""
    if request.method == "POST":
        problem = _clear(request, found) if request.POST.get("do") == "clear" else _add(request, found)
        if not problem:
            return redirect("marketing:codes", pk=pk)
    every, free = codes.counts(found)
    context = {
        "campaign": found,
        "every": every,
        "free": free,
        "problem": problem,
        "typed": request.POST.get("codes", "") if problem else "",
    }
    return render(request, "marketing/codes.html", context, status=422 if problem else 200)


def _add(request: HttpRequest, campaign: Campaign) -> str:
    """Bring in what was pasted and sent; gives what is wrong, or nothing."""
    file = request.FILES.get("file")
    try:
        new, bad = codes.read(request.POST.get("codes", ""))
        if file is not None:
            more, worse = codes.read_file(file.read(codes.MOST_BYTES + 1))
            new, bad = [*new, *more], [*bad, *worse]
        if not new:
            return _("Write or upload at least one code.")
        added = codes.add(campaign, new, by=cast(User, request.user), bad=bad)
    except Refusal as refusal:
        return str(refusal)
    told = ngettext("%(n)s code is here.", "%(n)s codes are here.", added.new) % {"n": added.new}
    if added.again:
        told += " " + ngettext("%(n)s was here before.", "%(n)s were here before.", added.again) % {
            "n": added.again
        }
    if added.bad:
        told += " " + _("Not taken: %(codes)s.") % {"codes": ", ".join(added.bad[:5])}
    say(request, told, tone="wait" if added.bad else "done")
    return ""


def _clear(request: HttpRequest, campaign: Campaign) -> str:
    gone = codes.clear(campaign, by=cast(User, request.user))
    say(request, ngettext("%(n)s free code is gone.", "%(n)s free codes are gone.", gone) % {"n": gone})
    return ""
