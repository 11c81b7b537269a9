"""Meetings and visits: added, changed, moved, held with what came of them, called off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core import business
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.forms import MeetingForm
from grahak.customers.forms.work import contact_of
from grahak.customers.models import Meeting, Reminder
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, sentences
from grahak.customers.views.tasks import fixed, go_back, parse_date_or_none
from grahak.customers.work.seen import meetings_of


def meeting_for(request: HttpRequest, pk: int) -> Meeting:
    """The meeting if this person may see it, else 404."""
    rows = meetings_of(request.user).select_related("customer", "by")
    found = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def add(request: HttpRequest) -> HttpResponse:
    """?customer=, ?contact= and ?on= fill in."""
    user: Any = request.user
    known = fixed(request)
    begin = (timezone.localtime(timezone.now(), business.zone()) + dt.timedelta(hours=1)).replace(minute=0)
    initial: dict[str, Any] = {
        "day": parse_date_or_none(request.GET.get("on", "")) or business.today(),
        "begin": begin.time(),
        "until": (begin + dt.timedelta(hours=1)).time(),
        "people": [user.pk],
        "is_visit": known is not None,
        "remind": "30",
    }
    if known is not None:
        initial["place"] = ", ".join(part for part in (known.area, known.city) if part)
    form = MeetingForm(request.POST or None, user=user, fixed=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.add_meeting(
                by=user,
                customer=told["customer"],
                contact=contact_of(request.GET.get("contact", ""), told["customer"]),
                remind_before=told["remind_before"],
                remind_by_mail=told["remind_by_mail"],
                **form.fields_of_meeting(),
            )
            say(request, _("In the calendar: %(title)s") % {"title": made.title})
            return redirect("customers:meeting", made.pk)
        except ValidationError as error:
            _keep(form, error)
    context = {"form": form, "meeting": None, "customer": known}
    return render(
        request, "customers/work/meeting.html", context, status=422 if request.method == "POST" else 200
    )


def _keep(form: Any, error: ValidationError) -> None:
    """The form's own names for what an action complains of."""
    if hasattr(error, "error_dict") and "ends_at" in error.error_dict:
        error = ValidationError({"until": error.error_dict["ends_at"]})
    keep_errors(form, error)


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Change it; write down what came of it."""
    user: Any = request.user
    found = meeting_for(request, pk)
    zone = business.zone()
    starts, ends = found.starts_at.astimezone(zone), found.ends_at.astimezone(zone)
    reminder = Reminder.objects.filter(person=user, meeting=found, put_away_at=None).first()
    initial = {
        "title": found.title, "is_visit": found.is_visit, "day": starts.date(), "begin": starts.time(),
        "until": ends.time(), "last_day": ends.date() if ends.date() != starts.date() else None,
        "place": found.place, "text": found.text, "people": [one.pk for one in found.people.all()],
        "remind": str(reminder.before) if reminder is not None and reminder.before is not None else "",
        "remind_by_mail": reminder is not None and reminder.by_mail,
    }  # fmt: skip
    form = MeetingForm(request.POST or None, user=user, fixed=found.customer, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.edit_meeting(found, by=user, **form.fields_of_meeting())
            actions.remind(found, user, before=told["remind_before"], by_mail=told["remind_by_mail"])
            say(request, _("Saved."))
            return redirect("customers:meeting", pk)
        except ValidationError as error:
            _keep(form, error)
    context = {"form": form, "meeting": found, "customer": found.customer}
    return render(
        request, "customers/work/meeting.html", context, status=422 if request.method == "POST" else 200
    )


@require_POST
@needs("customers.view")
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """It took place; what came of it."""
    found = meeting_for(request, pk)
    try:
        actions.hold_meeting(found, by=request.user, notes=request.POST.get("notes", ""))  # type: ignore[arg-type]
        undo = reverse("customers:meeting_open", args=[pk])
        say(request, _("Took place: %(title)s") % {"title": found.title}, undo=undo)
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    return go_back(request, found, or_to=reverse("customers:meeting", args=[pk]))


@require_POST
@needs("customers.view")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.cancel_meeting(meeting_for(request, pk), by=request.user)  # type: ignore[arg-type]
    undo = reverse("customers:meeting_open", args=[pk])
    say(request, _("Called off: %(title)s") % {"title": found.title}, undo=undo)
    return go_back(request, found, or_to=reverse("customers:calendar"))


@require_POST
@needs("customers.view")
def open_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.reopen_meeting(meeting_for(request, pk), by=request.user)  # type: ignore[arg-type]
    say(request, _("Back in the calendar: %(title)s") % {"title": found.title})
    return go_back(request, found, or_to=reverse("customers:meeting", args=[pk]))


@require_POST
@needs("customers.view")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """To another day at the same hour by the shop's clock; the toast puts it back."""
    found = meeting_for(request, pk)
    day = parse_date_or_none(request.POST.get("on") or request.GET.get("on", ""))
    if day is None:
        raise Http404
    zone = business.zone()
    starts, ends = found.starts_at.astimezone(zone), found.ends_at.astimezone(zone)
    days = day - starts.date()
    actions.edit_meeting(
        found,
        by=request.user,  # type: ignore[arg-type]
        starts_at=dt.datetime.combine(day, starts.time(), zone),
        ends_at=dt.datetime.combine(ends.date() + days, ends.time(), zone),
    )
    back = reverse("customers:meeting_move", args=[pk]) + f"?on={starts.date().isoformat()}"
    say(request, _("Moved: %(title)s") % {"title": found.title}, undo=back)
    return go_back(request, found, or_to=reverse("customers:calendar"))
