"""With whom a customer is shared, sharing it, ending that; and what is shared with me."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import SHARED, needs, scoped
from grahak.core.models import User
from grahak.core.rights import shares
from grahak.core.toasts import say
from grahak.customers.models import Customer
from grahak.customers.sharing import actions
from grahak.customers.sharing.forms import ShareForm
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, customer_for


@require_http_methods(["GET", "POST"])
@needs("customers.share")
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """The shares of a customer and a form for one more. Who may only see it can't let others change it."""
    user = cast(User, request.user)
    found = customer_for(request, pk, "customers.share")
    may_edit = scoped(Customer.objects.filter(pk=found.pk), user, "customers.edit", shared="pk").exists()
    form = ShareForm(request.POST or None, user=user, may_edit=may_edit)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.share_customer(found, by=user, **form.values())
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("Shared with %(name)s.") % {"name": made.whom})
            return redirect("customers:share", found.pk)
    past = found.shares.exclude(ended_at=None).select_related("user", "team", "by").order_by("-pk")[:20]
    context = {"customer": found, "form": form, "shares": actions.running(found), "past": past}
    status = 422 if form.errors else 200
    return render(request, "customers/sharing/share.html", context, status=status)


@require_POST
@needs("customers.share")
def end(request: HttpRequest, pk: int, share: int) -> HttpResponse:
    found = customer_for(request, pk, "customers.share")
    row = (
        found.shares.select_related("customer", "user", "team").filter(pk=share).first()
        if share <= LARGEST
        else None
    )
    if row is None:
        raise Http404
    actions.end_share(row, by=cast(User, request.user))
    say(request, _("No longer shared with %(name)s.") % {"name": row.whom})
    return redirect("customers:share", found.pk)


@require_GET
@needs("customers.view")
def shared_with_me(request: HttpRequest) -> HttpResponse:
    """The customers that are shared with this person or their teams."""
    lines = {one.pk: one for one in shares.lines(request.user, SHARED)}
    seen = Customer.objects.visible_to(request.user).active().filter(pk__in=list(lines)[-500:])  # type: ignore[arg-type]
    rows = [(row, lines[row.pk]) for row in seen.order_by("name_sort", "pk")]
    return render(request, "customers/sharing/shared.html", {"rows": rows})
