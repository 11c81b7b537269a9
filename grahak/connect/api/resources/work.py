"""What colleagues say and do about customers: consents, notes, tasks, the timeline."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.api import rights
from grahak.connect.api.fields import BOOL, DAY, ID, MOMENT, MONEY, OBJECT, TEXT, Field, Narrow, choice
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.connect.api.resources.customers import SUBJECT
from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.customers import actions
from grahak.customers.models import CHANNELS, PURPOSES, Activity, Consent, ConsentState, Contact, Note, Task
from grahak.customers.timeline import closed_to

CHANNEL = choice([code for code, _words in CHANNELS])
PURPOSE = choice([code for code, _words in PURPOSES])
STATE = choice(list(ConsentState.values))
AHEAD = dt.timedelta(minutes=5)  # by which another machine's clock may be fast


def _consents(principal: Principal, action: str) -> QuerySet[Consent]:
    return reach.of_customers(Consent.objects.order_by(), principal, action, "contact__customer")


def _add_consent(principal: Principal, values: Record) -> int:
    rows = reach.of_customers(Contact.objects.order_by(), principal, "customers.edit")
    contact = rows.filter(pk=values["contact"]).first()
    if contact is None:
        raise ValidationError({"contact": _("There is none of this number.")})
    if "at" in values and values["at"] > timezone.now() + AHEAD:
        raise ValidationError({"at": _("This moment is still to come.")})
    verb = actions.grant_consent if values["state"] == ConsentState.GRANTED else actions.withdraw_consent
    how, notice = values["how"], values.get("notice", "")
    return verb(
        contact, values["channel"], values["purpose"], by=None, how=how, notice=notice, at=values.get("at")
    ).pk


CONSENTS = Resource(
    name="consents",
    noun="consent",
    subject="customers.consent",
    says="Statements of contacts, newest holding (is_current). A yes or no is a new statement; none is changed.",
    view="customers.view",
    edit="customers.edit",
    rows=_consents,
    fields=(
        Field("id", ID, "pk"),
        Field("contact", ID, "contact_id", write="add", required=True),
        Field("customer", ID, "contact__customer_id"),
        Field("channel", CHANNEL, write="add", required=True),
        Field("purpose", PURPOSE, write="add", required=True),
        Field("state", STATE, write="add", required=True),
        Field("how", TEXT, write="add", required=True, length=200, says="How they said it, in words."),
        Field("notice", TEXT, write="add", length=5000),
        Field("at", MOMENT, write="add"),
        Field("is_current", BOOL),
    ),
    filters=(
        Narrow("contact", ID, "contact_id"),
        Narrow("customer", ID, "contact__customer_id", moved=reach.kept),
        Narrow("channel", CHANNEL, "channel"),
        Narrow("purpose", PURPOSE, "purpose"),
        Narrow("current", BOOL, "is_current", "is_current"),
    ),
    add=_add_consent,
)


def _notes(principal: Principal, action: str) -> QuerySet[Note]:
    if rights.is_hidden(principal, SUBJECT, "notes"):
        return Note.objects.none()
    return reach.of_customers(Note.objects.order_by(), principal, action)


def _add_note(principal: Principal, values: Record) -> int:
    if rights.is_locked(principal, SUBJECT, "notes"):
        raise ValidationError({"text": _("The key's role may not change this field.")})
    customer = reach.customer_named(principal, values["customer"])
    reach.still_seen(reach.customers(principal, "customers.edit"), customer.pk)
    return actions.write_note(customer, values["text"], by=None).pk


NOTES = Resource(
    name="notes",
    noun="note",
    subject="customers.note",
    says="What is written down about a customer; only the team sees it.",
    view="customers.view",
    edit="customers.edit",
    rows=_notes,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", write="add", required=True),
        Field("text", TEXT, write="add", required=True, length=20_000),
        Field("by", ID, "by_id", nullable=True),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("created_after", MOMENT, "created_at__gt", "created_at"),
    ),
    add=_add_note,
)


def _tasks(principal: Principal, action: str) -> QuerySet[Task]:
    """Those of customers it sees; those of no customer only where its role sees every customer."""
    rows = Task.objects.order_by()
    if scope_of(principal, action) == "all" and scope_of(principal, "customers.view") == "all":
        return rows
    seen = reach.customers(principal, action).order_by().values("pk")
    return rows.filter(Q(customer__in=seen))


def _tasked(principal: Principal, values: Record) -> Record:
    found = {name: value for name, value in values.items() if name != "done"}
    if found.get("customer") is not None:
        found["customer"] = reach.customer_named(principal, found["customer"])
    if "assigned_to" in found:
        people = User.objects.filter(is_active=True)
        found["assigned_to"] = reach.named(people, found["assigned_to"], "assigned_to")
    return found


@transaction.atomic
def _add_task(principal: Principal, values: Record) -> int:
    task = actions.add_task(by=None, **_tasked(principal, values))
    reach.still_seen(_tasks(principal, "customers.view"), task.pk)
    return task.pk


@transaction.atomic
def _change_task(principal: Principal, task: Task, values: Record) -> None:
    found = _tasked(principal, values)
    if found:
        actions.edit_task(task, by=None, **found)
    if "done" in values:
        verb = actions.finish_task if values["done"] else actions.reopen_task
        verb(task, by=None)


def _done(rows: QuerySet[Task], value: bool) -> QuerySet[Task]:
    return rows.filter(done_at__isnull=not value)


def _fill_done(records: list[Record], _wanted: frozenset[str], _principal: Principal) -> None:
    for record in records:
        record["done"] = record["_done_at"] is not None


TASKS = Resource(
    name="tasks",
    noun="task",
    subject="customers.task",
    says="Things to do, for a customer or not, by a day, by somebody.",
    view="customers.view",
    edit="customers.edit",
    rows=_tasks,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", write="add", nullable=True),
        Field("title", TEXT, write="both", required=True, length=200),
        Field("due_on", DAY, write="both", nullable=True),
        Field("assigned_to", ID, "assigned_to_id", write="both", nullable=True),
        Field("done", BOOL, "", write="change", says="true ticks it off, false opens it again.", usual=False),
        Field("done_at", MOMENT, nullable=True),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("assigned_to", ID, "assigned_to_id"),
        Narrow("due_before", DAY, "due_on__lt", "due_on"),
        Narrow("done", BOOL, _done, "done_at"),
    ),
    fill=_fill_done,
    fill_needs=("done_at",),
    add=_add_task,
    change=_change_task,
)


def _activities(principal: Principal, action: str) -> QuerySet[Activity]:
    """The timeline, without the groups of lines (money, orders, notes …) that the role may not see on screen either."""
    rows = reach.of_customers(Activity.objects.order_by(), principal, action)
    closed = closed_to(principal)
    return rows.exclude(group__in=closed) if closed else rows


ACTIVITIES = Resource(
    name="activities",
    noun="activity",
    subject="customers.activity",
    says="The timeline: what happened with customers, when, over which channel.",
    view="customers.view",
    rows=_activities,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id"),
        Field("contact", ID, "contact_id", nullable=True),
        Field("at", MOMENT),
        Field("kind", TEXT),
        Field("group", TEXT),
        Field("channel", TEXT),
        Field("by", ID, "by_id", nullable=True),
        Field("title", TEXT),
        Field("text", TEXT),
        Field("amount", MONEY, nullable=True),
        Field("facts", OBJECT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("group", TEXT, "group"),
        Narrow("kind", TEXT, "kind"),
        Narrow("after", MOMENT, "at__gt", "at"),
        Narrow("before", MOMENT, "at__lt", "at"),
    ),
    has_money=True,
)
