"""A task with everything it can have, a meeting, and what is done to many tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.forms import StyledForm
from grahak.core.models import Team, User
from grahak.customers.models import Contact, Customer, Priority, Repeat, TaskKind

BEFORE = (
    ("", _("No reminder")),
    ("0", _("At its time")),
    ("10", _("10 minutes before")),
    ("30", _("30 minutes before")),
    ("60", _("An hour before")),
    ("180", _("3 hours before")),
    ("1440", _("A day before")),
    ("10080", _("A week before")),
)
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class _WithCustomer(StyledForm):
    """Forms that may be about a customer: the box suggests, the hidden field holds who was chosen."""

    customer = forms.CharField(label=_("Customer"), required=False, max_length=200)
    customer_id = forms.IntegerField(required=False, widget=forms.HiddenInput())
    remind = forms.ChoiceField(label=_("Remind"), choices=BEFORE, required=False)
    remind_by_mail = forms.BooleanField(label=_("by e-mail too"), required=False)

    def __init__(self, *args: Any, user: Any, fixed: Customer | None = None, **kwargs: Any) -> None:
        self.user, self.fixed = user, fixed
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        told["customer"] = self.fixed or self._chosen(told)
        told["remind_before"] = int(told["remind"]) if told.get("remind") else None
        return told

    def _chosen(self, told: dict[str, Any]) -> Customer | None:
        pk, name = told.pop("customer_id", None), (told.get("customer") or "").strip()
        if not name:
            return None
        seen = Customer.objects.visible_to(self.user).active()
        found = seen.filter(pk=pk).first() if pk is not None and 0 < pk < 2**63 else None
        if found is None or found.name != name:
            alike = list(seen.filter(name__iexact=name)[:2])
            found = alike[0] if len(alike) == 1 else None
        if found is None:
            self.add_error("customer", _("Choose the customer from the list."))
        return found


class WorkForm(_WithCustomer):
    """A task."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=TaskKind.choices, initial=TaskKind.TASK, required=False)
    due_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput())
    due_time = forms.TimeField(label=_("At"), required=False, widget=TIME)
    priority = forms.TypedChoiceField(
        label=_("How urgent"), choices=Priority.choices, coerce=int, initial=0, required=False
    )
    repeat = forms.ChoiceField(label=_("Repeats"), choices=Repeat.choices, required=False)
    every = forms.IntegerField(
        label=_("Every how many"), required=False, min_value=1, max_value=99, initial=1,
        help_text=_("2 with “Every week”: every second week."),
    )  # fmt: skip
    assigned_to = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Who"), required=False, empty_label=_("me")
    )
    team = forms.ModelChoiceField(
        Team.objects.filter(archived_at=None), label=_("or a team"), required=False, empty_label="–"
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True), label=_("or several, each with a tick of their own"), required=False,
        widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip
    each = forms.BooleanField(label=_("Everybody of the team ticks for themselves"), required=False)
    steps = forms.CharField(
        label=_("Steps"), required=False, max_length=12_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("More about it"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def fields_of_task(self) -> dict[str, Any]:
        """What `edit_task` takes."""
        told = self.cleaned_data
        plain = ("title", "kind", "due_on", "due_time", "repeat", "team", "text", "each")
        fields = {name: told.get(name) for name in plain}
        fields["kind"] = told.get("kind") or TaskKind.TASK
        fields["priority"] = told.get("priority") or Priority.USUAL
        fields["every"] = told.get("every") or 1
        nobody = not told.get("team") and not told.get("people")
        fields["assigned_to"] = told.get("assigned_to") or (self.user if nobody else None)
        if told.get("people"):
            fields["assigned_to"] = None
        fields["steps"] = [line for line in (told.get("steps") or "").splitlines() if line.strip()]
        fields["people"] = list(told.get("people") or ())
        return fields


class MeetingForm(_WithCustomer):
    """A meeting or a visit."""

    title = forms.CharField(label=_("About"), max_length=200)
    is_visit = forms.BooleanField(label=_("A visit to the customer"), required=False)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput())
    begin = forms.TimeField(label=_("From"), widget=TIME)
    until = forms.TimeField(label=_("Until"), widget=TIME)
    last_day = forms.DateField(label=_("Last day, if another"), required=False, widget=forms.DateInput())
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True), label=_("Who comes"), required=False,
        widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What it is about"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def fields_of_meeting(self) -> dict[str, Any]:
        """What `edit_meeting` takes; hours are the shop's."""
        told, zone = self.cleaned_data, business.zone()
        last = told.get("last_day") or told["day"]
        return {
            "title": told["title"],
            "is_visit": told["is_visit"],
            "starts_at": dt.datetime.combine(told["day"], told["begin"], zone),
            "ends_at": dt.datetime.combine(last, told["until"], zone),
            "place": told["place"],
            "text": told["text"],
            "people": list(told["people"]) or [self.user],
        }


def contact_of(text: str, customer: Customer | None) -> Contact | None:
    """The contact of a link's ?contact=, if it is this customer's."""
    if customer is None or not text.isdecimal() or len(text) > 18:
        return None
    return Contact.objects.filter(customer=customer, pk=int(text)).first()
