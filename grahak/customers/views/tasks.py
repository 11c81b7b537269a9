"""Tasks: the list with its filters, one task, and what is done to one or to many with one press."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core import business
from grahak.core.access import needs
from grahak.core.models import Team, User
from grahak.core.registry import registry
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.forms import TaskForm, WorkForm
from grahak.customers.forms.work import contact_of
from grahak.customers.models import Customer, Reminder, Task
from grahak.customers.search.find import find
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import customer_for, sentences, task_for, tasks_for
from grahak.customers.work.days import colleagues, waiting, with_rows
from grahak.customers.work.seen import leads

MOST = 200
SHELVES = {
    "mine": gettext_lazy("Mine"),
    "late": gettext_lazy("Late"),
    "given": gettext_lazy("Given to others"),
    "team": gettext_lazy("My team"),
    "all": gettext_lazy("Everybody’s"),
    "done": pgettext_lazy("tasks", "Done"),
}


def _rows(request: HttpRequest, of: str) -> Any:
    """The tasks of a shelf, in their order."""
    user: Any = request.user
    order = (F("due_on").asc(nulls_last=True), F("due_time").asc(nulls_last=True), "-priority", "pk")
    if of == "done":
        return tasks_for(request).filter(done_at__isnull=False).order_by("-done_at", "-pk")
    seen = tasks_for(request).filter(done_at=None).order_by(*order)
    match of:
        case "all":
            return seen
        case "late":
            return seen.filter(due_on__lt=business.today())
        case "given":
            return seen.filter(by=user).exclude(assigned_to=user)
        case "team":
            return waiting(user, "team").order_by(*order)
    return waiting(user).order_by(*order)


def _narrowed(request: HttpRequest, rows: Any) -> Any:
    """By ?who= (a colleague), ?in= (a team) and ?q= (words of the title)."""
    who, team, text = request.GET.get("who", ""), request.GET.get("in", ""), request.GET.get("q", "").strip()
    if who.isdecimal() and len(who) < 19:
        rows = rows.filter(Q(assigned_to=int(who)) | Q(people__person=int(who))).distinct()
    if team.isdecimal() and len(team) < 19:
        rows = rows.filter(Q(team=int(team)) | Q(assigned_to__team=int(team)))
    if text:
        rows = rows.filter(Q(title__icontains=text[:100]) | Q(customer__name__icontains=text[:100]))
    return rows


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def my_tasks(request: HttpRequest) -> HttpResponse:
    """A shelf of tasks (?of=), narrowed; a form to add one quickly."""
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_task(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            return go_back(request)
        except ValidationError as error:
            keep_errors(form, error)
    of = request.GET.get("of", "mine")
    of = of if of in SHELVES else "mine"
    shelves = [(code, label) for code, label in SHELVES.items() if code != "team" or leads(request.user)]
    context = {
        "form": form,
        "of": of,
        "shelves": shelves,
        "tasks": list(with_rows(_narrowed(request, _rows(request, of)))[:MOST]),
        "people": colleagues(request.user),
        "teams": list(Team.objects.filter(archived_at=None)),
        "most": MOST,
    }
    return render(request, "customers/tasks.html", context, status=422 if request.method == "POST" else 200)


def fixed(request: HttpRequest) -> Customer | None:
    """The customer of a link's ?customer=; 404 where this person may not see them."""
    asked = request.GET.get("customer", "")
    if not asked:
        return None
    if not asked.isdecimal():
        raise Http404
    return customer_for(request, int(asked), "customers.view")


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def add(request: HttpRequest) -> HttpResponse:
    """A task with everything it can have; ?customer=, ?contact= and ?on= fill in."""
    user: Any = request.user
    known = fixed(request)
    initial = {
        "due_on": parse_date_or_none(request.GET.get("on", "")),
        "kind": request.GET.get("kind", "task"),
    }
    form = WorkForm(request.POST or None, user=user, fixed=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.add_task(
                by=user,
                customer=told["customer"],
                contact=contact_of(request.GET.get("contact", ""), told["customer"]),
                remind_before=told["remind_before"],
                remind_by_mail=told["remind_by_mail"],
                **form.fields_of_task(),
            )
            say(request, _("Added: %(title)s") % {"title": made.title})
            return go_back(request, made)
        except ValidationError as error:
            keep_errors(form, error)
    context = {"form": form, "task": None, "customer": known}
    return render(request, "customers/task.html", context, status=422 if request.method == "POST" else 200)


def parse_date_or_none(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is to be done, by when, by whom, how often."""
    user: Any = request.user
    found = task_for(request, pk)
    reminder = Reminder.objects.filter(person=user, task=found, put_away_at=None).first()
    form = WorkForm(request.POST or None, user=user, fixed=found.customer, initial=_initial(found, reminder))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_task(found, by=user, **_posted(request, found, form))
            if "remind" in request.POST:
                told = form.cleaned_data
                actions.remind(found, user, before=told["remind_before"], by_mail=told["remind_by_mail"])
            say(request, _("Saved."))
            return go_back(request, found)
        except ValidationError as error:
            keep_errors(form, error)
    about = registry.abouts.get(found.about)
    context = {
        "task": found,
        "form": form,
        "customer": found.customer,
        "parts": list(found.people.select_related("person")) if found.each else [],
        "about": about([found.about_id]).get(found.about_id) if about and found.about_id else None,
    }
    return render(request, "customers/task.html", context, status=422 if request.method == "POST" else 200)


def _initial(found: Task, reminder: Reminder | None) -> dict[str, Any]:
    plain = ("title", "kind", "due_on", "due_time", "priority", "repeat", "every", "text", "each")
    initial = {name: getattr(found, name) for name in plain}
    initial |= {"assigned_to": found.assigned_to_id, "team": found.team_id}
    initial["people"] = [row.person_id for row in found.people.all()] if found.each else []
    initial["steps"] = "\n".join(step["text"] for step in found.steps)
    if reminder is not None and reminder.before is not None:
        initial |= {"remind": str(reminder.before), "remind_by_mail": reminder.by_mail}
    return initial


def _posted(request: HttpRequest, found: Task, form: WorkForm) -> dict[str, Any]:
    """Only what the form held: a short form (title, day) leaves the rest as it is. Ticked steps keep their tick."""
    fields = form.fields_of_task()
    if "kind" not in request.POST:
        short = {name: fields[name] for name in ("title", "due_on", "assigned_to")}
        return short if found.team is None and not found.each else {k: short[k] for k in ("title", "due_on")}
    ticked = {step["text"] for step in found.steps if step["done"]}
    fields["steps"] = [{"text": line, "done": line.strip() in ticked} for line in fields["steps"]]
    return fields


@require_POST
@needs("customers.view")
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a task off; the toast opens it again."""
    found = actions.finish_task(task_for(request, pk), by=request.user)  # type: ignore[arg-type]
    again = Task.objects.filter(after=found, done_at=None).values_list("due_on", flat=True).first()
    words = _("Done: %(title)s") % {"title": found.title}
    if found.done_at is None:
        words = _("Your part is done: %(title)s") % {"title": found.title}
    elif again is not None:
        from grahak.core.templatetags.ui import day

        words = _("Done: %(title)s. It comes back on %(day)s.") % {"title": found.title, "day": day(again)}
    say(request, words, undo=reverse("customers:task_open", args=[pk]))
    return go_back(request, found)


@require_POST
@needs("customers.view")
def open_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.reopen_task(task_for(request, pk), by=request.user)  # type: ignore[arg-type]
    say(request, _("Open again: %(title)s") % {"title": found.title})
    return go_back(request, found)


@require_POST
@needs("customers.view")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """To another day: ?on= or on=2026-11-24, by dragging, keys or buttons; the toast puts it back."""
    found = task_for(request, pk)
    day = parse_date_or_none(request.POST.get("on") or request.GET.get("on", ""))
    if day is None:
        raise Http404
    before = found.due_on
    actions.edit_task(found, by=request.user, due_on=day)  # type: ignore[arg-type]
    back = reverse("customers:task_move", args=[pk]) + f"?on={before.isoformat()}" if before else ""
    say(request, _("Moved: %(title)s") % {"title": found.title}, undo=back)
    return go_back(request, found)


@require_POST
@needs("customers.view")
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a step of a task, or open it again."""
    place = request.POST.get("place", "")
    if not place.isdecimal() or len(place) > 3:
        raise Http404
    try:
        done = request.POST.get("done") == "1"
        actions.tick_step(task_for(request, pk), int(place), done, by=request.user)  # type: ignore[arg-type]
    except IndexError:
        raise Http404 from None
    return redirect("customers:task", pk)


@require_POST
@needs("customers.view")
def many(request: HttpRequest) -> HttpResponse:
    """The chosen tasks: ticked off, given to somebody, or put to another day."""
    user: Any = request.user
    ids = [int(one) for one in request.POST.getlist("ids") if one.isdecimal() and len(one) < 19][:MOST]
    chosen = list(tasks_for(request).filter(pk__in=ids, done_at=None))
    try:
        if request.POST.get("do") == "done":
            closed = actions.finish_tasks(chosen, by=user)
            undo = reverse("customers:tasks_open") + "?ids=" + ",".join(map(str, closed))
            words = ngettext("%(n)s task done.", "%(n)s tasks done.", len(closed)) % {"n": len(closed)}
            say(request, words, undo=undo if closed else "")
            return go_back(request)
        count = actions.change_tasks(chosen, by=user, **_change(request))
        say(request, ngettext("%(n)s task changed.", "%(n)s tasks changed.", count) % {"n": count})
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    return go_back(request)


def _change(request: HttpRequest) -> dict[str, Any]:
    if request.POST.get("do") == "assign":
        kind, _sign, pk = request.POST.get("who", "").partition("-")
        known = pk.isdecimal() and len(pk) < 19
        if kind == "team" and known and (team := Team.objects.filter(pk=int(pk), archived_at=None).first()):
            return {"team": team, "assigned_to": None}
        if kind == "person" and known and (one := User.objects.filter(pk=int(pk), is_active=True).first()):
            return {"assigned_to": one, "team": None}
        raise ValidationError(_("Choose a colleague or a team."))
    day = parse_date_or_none(request.POST.get("on", ""))
    if request.POST.get("do") != "move" or day is None:
        raise ValidationError(_("Choose a day."))
    return {"due_on": day}


@require_POST
@needs("customers.view")
def open_many(request: HttpRequest) -> HttpResponse:
    """Undo: the tasks of ?ids= are open again."""
    ids = [int(one) for one in request.GET.get("ids", "").split(",") if one.isdecimal() and len(one) < 19]
    found = list(tasks_for(request).filter(pk__in=ids[:MOST], done_by=request.user))
    for one in found:
        actions.reopen_task(one, by=request.user)  # type: ignore[arg-type]
    say(
        request, ngettext("%(n)s task open again.", "%(n)s tasks open again.", len(found)) % {"n": len(found)}
    )
    return go_back(request)


@require_GET
@needs("customers.view")
def customer_choices(request: HttpRequest) -> HttpResponse:
    """Customers for what is typed so far, for the box of a task or meeting."""
    user: Any = request.user
    hits = [hit.pk for hit in find(user, request.GET.get("q", "")[:100], 8)]
    rows = Customer.objects.visible_to(user).in_bulk(hits)
    return render(
        request, "customers/work/_choices.html", {"customers": [rows[pk] for pk in hits if pk in rows]}
    )


def go_back(request: HttpRequest, found: Any = None, or_to: str = "") -> HttpResponse:
    """To where the press came from: a page of ours named by `next`, the customer's, else OR_TO or the list."""
    there = request.POST.get("next") or request.GET.get("next", "")
    if there.startswith("/") and url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return redirect(there)
    if request.POST.get("from") == "customer" and found is not None and found.customer_id:
        return redirect("customers:customer", found.customer_id)
    return redirect(or_to or "customers:tasks")
