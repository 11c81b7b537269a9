"""A deal's page, and what is known of it changed where it stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.actions import add_task, write_note
from grahak.customers.merging import named_by
from grahak.customers.models import Customer, Task
from grahak.sales.deals import actions, story
from grahak.sales.deals.access import deal_for, may_change, stage_for
from grahak.sales.deals.actions.editing import FIELDS
from grahak.sales.deals.board import ABOUT
from grahak.sales.deals.forms import DealForm, DealTaskForm
from grahak.sales.models import Deal, DealOrder, DealStage, Order, OrderKind, StageKind

FACTS = ("amount", "expected_on", "owner", "team", "branch", "contact")
ORDERS_SHOWN = 20


def _sent(request: HttpRequest) -> Any:
    """What the form was sent with, None where it is only asked for."""
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A new deal; ?customer= and ?stage= are filled in."""
    user: Any = request.user
    customer, stage = _asked_customer(request), _asked_stage(request, user)
    form = DealForm(
        _sent(request),
        user=user,
        customer=customer,
        initial=DealForm.start(customer, stage, user),
    )
    if request.method == "POST" and form.is_valid():
        try:
            deal = _add(form, user)
        except ValidationError as wrong:
            form.explain(wrong)
        else:
            say(
                request,
                _("“%s” is written down.") % deal.title,
                link=deal.get_absolute_url(),
                label=_("Look"),
            )
            back = request.POST.get("back", "")
            return redirect(
                deal.customer if back == "customer" else deal.pipeline if back == "board" else deal
            )
    context = {
        "form": form,
        "customer": customer,
        "back": request.GET.get("back", request.POST.get("back", "")),
    }
    return render(request, "sales/deals/new.html", context, status=422 if form.errors else 200)


def _asked_customer(request: HttpRequest) -> Customer | None:
    asked = request.GET.get("customer", "")
    if not asked:
        return None
    user: Any = request.user
    found = named_by(Customer.objects.served_by(user), asked)
    if found is None or found.archived_at is not None:
        raise Http404
    return found


def _asked_stage(request: HttpRequest, user: User) -> DealStage | None:
    asked = request.GET.get("stage", "")
    if asked:
        return stage_for(asked)
    last = request.session.get("deals.pipeline")
    rows = DealStage.objects.filter(kind=StageKind.OPEN, pipeline__archived_at=None)
    found = rows.filter(pipeline_id=last).first() if isinstance(last, int) else None
    return found or rows.order_by("pipeline__position", "pipeline_id", "position").first()


def _add(form: DealForm, user: User) -> Deal:
    data = form.cleaned_data
    draft = actions.DealDraft(
        customer=data["customer"],
        title=data["title"],
        stage=data["stage"],
        amount=data.get("amount") or Decimal(0),
        expected_on=data.get("expected_on"),
        contact=data.get("contact"),
        owner=data.get("owner") or user,
        team=data.get("team"),
        branch=data.get("branch") if scope_of(user, "deals.edit") == "all" else user.branch,
        note=data.get("note", ""),
    )
    return actions.add_deal(draft, by=user, once=data.get("once", ""))


@require_http_methods(["GET"])
@needs("deals.view")
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, the bar of stages, what is to be done, its orders, and all that happened."""
    user: Any = request.user
    found = deal_for(request, pk)
    may_edit = may_change(user, found)
    links = list(
        found.order_links.exclude(state=DealOrder.State.REFUSED)
        .select_related("order")
        .order_by("-order__placed_at")
    )
    context = {
        "deal": found,
        "stages": list(found.pipeline.stages.all()),
        "lines": list(found.lines.select_related("product")),
        "facts": [fact_of(found, name) for name in FACTS],
        "linked": [one.order for one in links if one.state == DealOrder.State.LINKED],
        "offered": [one.order for one in links if one.state == DealOrder.State.OFFERED],
        "tasks": list(_tasks(found)),
        "task_form": DealTaskForm(),
        "entries": story.of(found, user),
        "may_edit": may_edit,
        "days": story.days_in_stage(found),
        "rotten": story.is_rotten(found),
    }
    return render(request, "sales/deals/deal.html", context)


def _tasks(found: Deal) -> Any:
    rows = Task.objects.filter(about=ABOUT, about_id=found.pk).select_related("assigned_to")
    return rows.order_by(F("done_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "pk")[:20]


def fact_of(found: Deal, name: str) -> dict[str, Any]:
    """A fact of the deal: name, label, value."""
    label = Deal._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return {"name": name, "label": label, "value": getattr(found, name)}


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All of it in one form."""
    user: Any = request.user
    found = deal_for(request, pk, "deals.edit")
    form = DealForm(_sent(request), user=user, deal=found, initial=DealForm.of(found))
    if request.method == "POST" and form.is_valid():
        names = FIELDS & set(form.fields)
        try:
            fields = {name: form.cleaned_data[name] for name in names}
            actions.edit_deal(found, by=user, seen=form.cleaned_data["seen"], **fields)
        except ValidationError as wrong:
            form.explain(wrong)
        else:
            say(request, _("Saved."))
            return redirect(found)
    return render(
        request, "sales/deals/edit.html", {"form": form, "deal": found}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def fact(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """One fact changed where it stands: asked for, its field; sent, the line anew."""
    user: Any = request.user
    found = deal_for(request, pk, "deals.edit")
    form = DealForm(_sent(request), user=user, deal=found, initial=DealForm.of(found))
    if field not in FACTS or field not in form.fields:
        raise Http404
    for name in set(form.fields) - {field, "seen"}:
        del form.fields[name]
    whole = not request.htmx  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            value = form.cleaned_data[field]
            found = actions.edit_deal(found, by=user, seen=form.cleaned_data.get("seen"), **{field: value})
        except ValidationError as wrong:
            form.explain(wrong)
        else:
            return redirect(found) if whole else _line(request, deal_for(request, pk), field)
    if "cancel" in request.GET and not whole:
        return _line(request, found, field)
    context = {"deal": found, "field": field, "form": form, "bound": form[field]}
    template = "sales/deals/fact.html" if whole else "sales/deals/_fact_form.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _line(request: HttpRequest, found: Deal, field: str) -> HttpResponse:
    context = {"deal": found, "fact": fact_of(found, field), "may_edit": True}
    return render(request, "sales/deals/_fact.html", context)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """What the deal is made of, as lines; its amount becomes their sum."""
    from grahak.sales.deals import lines as sheet

    user: Any = request.user
    found = deal_for(request, pk, "deals.edit")
    rows = sheet.of(found)
    wrong: list[str] = []
    if request.method == "POST":
        rows = sheet.read(request.POST)
        wrong = [row.wrong for row in rows if row.wrong]
        if not wrong:
            drafts = [row.draft for row in rows if row.draft is not None]
            try:
                actions.set_lines(found, drafts, by=user, seen=sheet.seen(request.POST))
            except ValidationError as refused:
                wrong = refused.messages
            else:
                say(request, _("Saved."))
                return redirect(found)
    context = {"deal": found, "rows": [*rows, *sheet.blank(len(rows))], "wrong": wrong}
    return render(request, "sales/deals/lines.html", context, status=422 if wrong else 200)


@require_POST
@needs("deals.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a deal that should never have been written."""
    found = deal_for(request, pk, "deals.edit")
    pipeline, title = found.pipeline, found.title
    actions.remove_deal(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%s” is removed.") % title)
    return redirect(pipeline if pipeline.archived_at is None else reverse("deals:list"))


@require_POST
@needs("deals.edit")
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Something to do for this deal."""
    user: Any = request.user
    found = deal_for(request, pk, "deals.edit")
    form = DealTaskForm(request.POST)
    if not form.is_valid():
        wrong = " ".join(str(sentence) for errors in form.errors.values() for sentence in errors)
        say(request, wrong, tone="wrong")
        return redirect(found)
    added = add_task(
        by=user, title=form.cleaned_data["title"], customer=found.customer, due_on=form.cleaned_data["due_on"],
        assigned_to=found.owner or user, about=ABOUT, about_id=found.pk,
    )  # fmt: skip
    say(request, _("Task: %s") % added.title)
    return redirect(found)


@require_POST
@needs("deals.edit")
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A note in the customer's day book, which this page shows too."""
    found = deal_for(request, pk, "deals.edit")
    try:
        write_note(found.customer, request.POST.get("text", ""), by=request.user)  # type: ignore[arg-type]
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
    return redirect(found)


def orders_to_link(found: Deal, user: User) -> list[Order]:
    """The customer's latest orders that came of no deal, which this person may see."""
    rows = Order.objects.visible_to(user).filter(
        customer=found.customer, kind=OrderKind.SALE, cancelled_at=None
    )
    linked = DealOrder.objects.filter(order__customer=found.customer, state=DealOrder.State.LINKED)
    return list(rows.exclude(pk__in=linked.values("order_id")).order_by("-placed_at", "-pk")[:ORDERS_SHOWN])
