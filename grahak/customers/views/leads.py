"""Leads: the list and the board, one written down, one worked on."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs, scope_of, scoped
from grahak.core.keyset import page_of
from grahak.core.models import Team, User
from grahak.core.registry import registry
from grahak.core.toasts import say
from grahak.customers.duplicates import likely
from grahak.customers.leads import actions, hooks, question
from grahak.customers.leads.forms import ConvertForm, LeadFactsForm, LeadForm, LoseForm
from grahak.customers.models import Customer, Lead, LeadSource
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, customer_for, sentences, wants

BOARD = "customers.leads.board"  # whether this person looks at the board


def lead_for(request: HttpRequest, pk: int, action: str = "leads.edit") -> Lead:
    """The lead this person may do ACTION with; a stranger's is 404."""
    seen: Any = Lead.objects.visible_to(request.user)  # type: ignore[arg-type]
    rows = scoped(
        seen, request.user, action, owner="customer__owner", branch="customer__branch", shared="customer_id"
    )
    found = rows.select_related("customer", "source").filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return cast(Lead, found)


@require_GET
@needs("leads.view")
def lead_list(request: HttpRequest) -> HttpResponse:
    """The leads of a tab, the newest first; ?as=board shows them by state, and is remembered."""
    user = cast(User, request.user)
    if request.GET.get("as") in ("board", "list"):
        request.session[BOARD] = request.GET["as"] == "board"
    asked = question.Question.read(request.GET)
    as_board = bool(request.session.get(BOARD))
    counts = question.counts(asked, user)
    context: dict[str, Any] = {
        "asked": asked,
        "here": asked.address(),
        "counts": counts | {"chosen": counts[asked.tab]},
        "sources": list(LeadSource.objects.all()),
        "people": list(User.objects.filter(is_active=True).only("name")),
        "may_edit": scope_of(user, "leads.edit") is not None,
        "may_give": scope_of(user, "leads.give") is not None,
        "links": [link for link in hooks.LINKS if scope_of(user, link.action) is not None],
        "as_board": as_board,
    }
    if as_board:
        context["columns"] = question.board(asked, user)
    else:
        page = page_of(
            asked.rows(user).select_related("customer", "customer__owner", "customer__team", "source", "lost_reason"),
            ("-captured_at", "-id"),
            after=request.GET.get("after", ""), before=request.GET.get("before", ""), size=question.SIZE,
        )  # fmt: skip
        question.fill(page.rows)
        context |= {"page": page, "teams": list(Team.objects.filter(archived_at=None))}
    name = "customers/leads/_list.html" if wants(request, "leads") else "customers/leads/list.html"
    return render(request, name, context)


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def add(request: HttpRequest) -> HttpResponse:
    """Write a lead down; who may be here already stands beside it, and one press says that it is them."""
    user = cast(User, request.user)
    known = _known(request)
    initial = {name: request.GET[name][:200] for name in ("name", "phones") if name in request.GET}
    form = LeadForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            lead = actions.capture(by=user, customer=known, **form.values())
        except ValidationError as error:
            keep_errors(form, error)
        else:
            return _captured(request, lead)
    given = {name: str(value) for name, value in (request.POST or request.GET).items()}
    alike = _alike(user, given) if given.get("name") or given.get("phones") else []
    context = {"form": form, "likely": alike}
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/leads/add.html", context, status=status)


def _known(request: HttpRequest) -> Customer | None:
    """The customer whom "it is them" names."""
    number = request.POST.get("customer", "")
    return customer_for(request, int(number)) if question.is_number(number) else None


def _captured(request: HttpRequest, lead: Lead) -> HttpResponse:
    """Say who has it now."""
    customer = lead.customer
    who = customer.owner.name if customer.owner else customer.team.name if customer.team else ""
    words = {"name": customer.name, "who": who}
    text = _("“%(name)s” is written down, and goes to %(who)s.") if who else _("“%(name)s” is written down.")
    say(request, text % words)
    return redirect("customers:add_lead") if "another" in request.POST else redirect(customer)


def _alike(user: User, given: dict[str, str]) -> list[Any]:
    return list(
        likely(
            user, given.get("name", "")[:200], given.get("phones", "")[:200], given.get("emails", "")[:254]
        )
    )


@require_GET
@needs("leads.edit")
def likely_ones(request: HttpRequest) -> HttpResponse:
    """Who may be the one being written down."""
    given = {name: str(value) for name, value in request.GET.items()}
    context = {"likely": _alike(cast(User, request.user), given)}
    return render(request, "customers/leads/_likely.html", context)


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Source, what they want, what it may bring."""
    lead = lead_for(request, pk)
    initial = {name: getattr(lead, name) for name in ("source", "detail", "wants", "worth")}
    form = LeadFactsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.edit(lead, by=cast(User, request.user), **form.cleaned_data)
        say(request, _("Saved."))
        return redirect(lead.customer)
    context = {"lead": lead, "form": form, "title": _("Lead")}
    return render(request, "customers/leads/form.html", context, status=422 if form.errors else 200)


@require_POST
@needs("leads.edit")
def qualify(request: HttpRequest, pk: int) -> HttpResponse:
    """They will buy."""
    lead = lead_for(request, pk)
    try:
        actions.qualify(lead, by=cast(User, request.user))
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    else:
        say(request, _("“%(name)s” is a prospect now.") % {"name": lead.customer.name})
    return back(request, lead)


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """It came to nothing; the toast takes it back."""
    lead = lead_for(request, pk)
    form = LoseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.lose(
                lead, form.cleaned_data["reason"], by=cast(User, request.user), note=form.cleaned_data["note"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("“%(name)s” is put down as lost.") % {"name": lead.customer.name}
            say(request, words, undo=reverse("customers:reopen_lead", args=[pk]))
            return back(request, lead)
    context = {"lead": lead, "form": form, "title": _("Lost")}
    return render(request, "customers/leads/form.html", context, status=422 if form.errors else 200)


@require_POST
@needs("leads.edit")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """A lost lead is worked on again."""
    lead = lead_for(request, pk)
    try:
        actions.reopen(lead, by=cast(User, request.user))
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    else:
        say(request, _("“%(name)s” is open again.") % {"name": lead.customer.name})
    return back(request, lead)


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a customer of a lead: only what is missing is asked; then the first order, if there is one."""
    lead = lead_for(request, pk)
    customer, user = lead.customer, cast(User, request.user)
    form = ConvertForm(request.POST or None, customer=customer, user=user)
    order = _new_order(user, customer)
    if request.method == "POST" and form.is_valid():
        try:
            actions.convert(customer, by=user, **form.values())
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("“%(name)s” is a customer now.") % {"name": customer.name})
            return redirect(order if order and "order" in request.POST else customer)
    context = {"lead": lead, "form": form, "order": order}
    return render(request, "customers/leads/convert.html", context, status=422 if form.errors else 200)


def _new_order(user: User, customer: Customer) -> str:
    """Where an order of theirs is written, for who may; that room is above this one."""
    link = next((one for one in registry.new_links if one.url == "sales:new_order"), None)
    if link is None or scope_of(user, link.action) is None:
        return ""
    try:
        return f"{reverse(link.url)}?customer={customer.pk}"
    except NoReverseMatch:
        return ""


def back(request: HttpRequest, lead: Lead) -> HttpResponse:
    """To the list or board that a form was posted from, else to the customer."""
    if request.POST.get("from") == "leads":
        asked = question.Question.read(_query(request))
        return redirect(f"{reverse('customers:leads')}?{asked.address()}".rstrip("?"))
    return redirect(lead.customer)


def _query(request: HttpRequest) -> Any:
    from django.http import QueryDict

    return QueryDict(request.POST.get("query", "")[:500])
