"""The timeline is written here, by this room and by every room above it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.customers.models import Activity, Contact, Customer, Note
from grahak.customers.text import many_lines, one_line

GROUPS = ("orders", "money", "messages", "notes", "tasks", "web", "other")
LONGEST_NOTE = 20_000
# lines that say that a colleague spoke with somebody or wrote to them: a lead that waited was heard
TALKS = ("customers.call.made", "customers.meeting.held", "customers.visit.paid", "channels.message.written")


def tell(
    customer: Customer | int,
    kind: str,
    *,
    group: str,
    at: dt.datetime | None = None,
    by: User | None = None,
    contact: Contact | int | None = None,
    subject: str = "",
    subject_id: int | None = None,
    title: str = "",
    text: str = "",
    amount: Decimal | None = None,
    facts: dict[str, Any] | None = None,
    channel: str = "",
) -> Activity:
    """Write one line of a customer's timeline. Telling the same (kind, subject, subject_id) again rewrites
    that line, so that a repeated job or an edited order leaves one. GROUP is one of GROUPS."""
    if group not in GROUPS:
        raise ValueError(f"group {group!r} is not one of {', '.join(GROUPS)}")
    values: dict[str, Any] = {
        "customer_id": customer if isinstance(customer, int) else customer.pk,
        "contact_id": contact if isinstance(contact, int) or contact is None else contact.pk,
        "group": group,
        "at": at or timezone.now(),
        "by": by,
        "title": title[:200],
        "text": text,
        "amount": amount,
        "facts": facts or {},
        "channel": channel,
    }
    if by is not None and kind in TALKS and (facts or {}).get("answered", True):
        from grahak.customers.leads.actions import heard

        heard(values["customer_id"], by=by, at=values["at"])
    if subject_id is None:
        return Activity.objects.create(kind=kind, subject=subject, **values)
    if at is None:
        values.pop("at")
    line, _new = Activity.objects.update_or_create(
        subject=subject,
        subject_id=subject_id,
        kind=kind,
        defaults=values,
        create_defaults={**values, "at": at or timezone.now()},
    )
    return line


def tell_all(lines: Iterable[Activity]) -> None:
    """Write many lines in one go; one that was told already (kind, subject, subject_id) stays as it is."""
    Activity.objects.bulk_create(lines, batch_size=500, ignore_conflicts=True)


@transaction.atomic
def write_note(customer: Customer, text: str, *, by: User | None, at: dt.datetime | None = None) -> Note:
    """Keep what a colleague writes down about a customer. ValidationError if it is empty or over 20,000
    characters."""
    kept = many_lines(text)
    if not kept.strip():
        raise ValidationError({"text": _("Write something first.")})
    if len(kept) > LONGEST_NOTE:
        raise ValidationError({"text": _("A note holds at most 20,000 characters.")})
    note = Note.objects.create(customer=customer, text=kept, by=by, created_at=at or timezone.now())
    tell(
        customer,
        "customers.note.written",
        group="notes",
        at=note.created_at,
        by=by,
        subject="note",
        subject_id=note.pk,
        text=kept,
    )
    audit.record("customers.note.written", customer, by=by, note=note.pk)
    return note


@transaction.atomic
def record_call(
    customer: Customer,
    *,
    by: User | None,
    text: str = "",
    answered: bool = True,
    contact: Contact | None = None,
    at: dt.datetime | None = None,
) -> Activity:
    """Write down a phone call and what was said."""
    kept = many_lines(text)
    if len(kept) > LONGEST_NOTE:
        raise ValidationError({"text": _("A note holds at most 20,000 characters.")})
    line = tell(
        customer,
        "customers.call.made",
        group="messages",
        at=at,
        by=by,
        contact=contact,
        text=kept,
        title="" if answered else one_line(_("no answer")),
        channel="phone",
        facts={"answered": answered},
    )
    audit.record("customers.call.made", customer, by=by, answered=answered)
    return line
