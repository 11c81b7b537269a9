"""Meetings and visits: put into the calendar, moved, called off, and what came of them written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.customers.actions.reminders import move_along, remind
from grahak.customers.actions.timeline import LONGEST_NOTE, tell
from grahak.customers.models import Activity, Customer, Meeting
from grahak.customers.text import many_lines, one_line

LONGEST: Final = dt.timedelta(days=14)
FIELDS: Final = frozenset(
    {"title", "is_visit", "contact", "place", "starts_at", "ends_at", "text", "notes", "about", "about_id"}
)


def _cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"a meeting has no {', '.join(sorted(unknown))}")
    kept = dict(fields)
    if "title" in kept:
        kept["title"] = one_line(kept["title"])
        if not kept["title"]:
            raise ValidationError({"title": _("Say what the meeting is about.")})
        if len(kept["title"]) > 200:
            raise ValidationError({"title": _("At most 200 characters.")})
    if "place" in kept:
        kept["place"] = one_line(kept["place"])[:200]
    for name in {"text", "notes"} & set(kept):
        kept[name] = many_lines(kept[name])
        if len(kept[name]) > LONGEST_NOTE:
            raise ValidationError({name: _("A note holds at most 20,000 characters.")})
    return kept


def _fits(meeting: Meeting) -> None:
    if meeting.ends_at <= meeting.starts_at:
        raise ValidationError({"ends_at": _("It must end after it begins.")})
    if meeting.ends_at - meeting.starts_at > LONGEST:
        raise ValidationError({"ends_at": _("A meeting lasts at most 14 days.")})
    if meeting.contact is not None and meeting.contact.customer_id != meeting.customer_id:
        raise ValidationError({"contact": _("This contact belongs to another customer.")})


@transaction.atomic
def add_meeting(
    *,
    by: User | None,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    people: Sequence[User] = (),
    customer: Customer | None = None,
    remind_before: int | None = None,
    remind_by_mail: bool = False,
    **more: Any,
) -> Meeting:
    """Put a meeting into the calendar of PEOPLE (else of the one who adds it). MORE: is_visit, contact, place, text,
    about, about_id."""
    kept = _cleaned(more | {"title": title, "starts_at": starts_at, "ends_at": ends_at})
    meeting = Meeting(customer=customer, by=by, **kept)
    _fits(meeting)
    meeting.save()
    chosen = list(people) or ([by] if by is not None else [])
    meeting.people.set(chosen)
    for person in chosen if remind_before is not None else ():
        remind(meeting, person, before=remind_before, by_mail=remind_by_mail)
    audit.record(
        "customers.meeting.added", customer or meeting, by=by, label=meeting.title, meeting=meeting.pk
    )
    return meeting


@transaction.atomic
def edit_meeting(
    meeting: Meeting, *, by: User | None, people: Sequence[User] | None = None, **fields: Any
) -> Meeting:
    """Change it; its open reminders move along."""
    kept = _cleaned(fields)
    before = {name: getattr(meeting, name) for name in kept}
    for name, value in kept.items():
        setattr(meeting, name, value)
    _fits(meeting)
    meeting.save()
    if people is not None:
        meeting.people.set(people)
        meeting.reminders.exclude(person__in=people).delete()
    move_along(meeting)
    if meeting.held_at is not None:
        _tell(meeting, by)
    audit.record(
        "customers.meeting.edited", meeting.customer or meeting, by=by, label=meeting.title, meeting=meeting.pk,
        changes=audit.changed(before, kept),
    )  # fmt: skip
    return meeting


@transaction.atomic
def hold_meeting(meeting: Meeting, *, by: User | None, notes: str = "") -> Meeting:
    """It took place; NOTES say what came of it. Said again, the notes are renewed."""
    kept = _cleaned({"notes": notes})
    meeting.notes = kept["notes"] or meeting.notes
    meeting.held_at = meeting.held_at or timezone.now()
    meeting.save(update_fields=["notes", "held_at", "changed_at"])
    meeting.reminders.filter(put_away_at=None).update(put_away_at=meeting.held_at)
    _tell(meeting, by)
    audit.record(
        "customers.meeting.held", meeting.customer or meeting, by=by, label=meeting.title, meeting=meeting.pk
    )
    return meeting


@transaction.atomic
def reopen_meeting(meeting: Meeting, *, by: User | None) -> Meeting:
    """Undo: it neither took place nor was called off. Its notes stay."""
    meeting.reminders.filter(
        put_away_at__in=[at for at in (meeting.held_at, meeting.cancelled_at) if at]
    ).update(put_away_at=None)
    meeting.held_at = meeting.cancelled_at = None
    meeting.save(update_fields=["held_at", "cancelled_at", "changed_at"])
    Activity.objects.filter(subject="meeting", subject_id=meeting.pk).delete()
    audit.record(
        "customers.meeting.reopened",
        meeting.customer or meeting,
        by=by,
        label=meeting.title,
        meeting=meeting.pk,
    )
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: User | None) -> Meeting:
    """Call it off; calendars that follow the feed strike it out."""
    if meeting.cancelled_at is None:
        meeting.cancelled_at = timezone.now()
        meeting.save(update_fields=["cancelled_at", "changed_at"])
        meeting.reminders.filter(put_away_at=None).update(put_away_at=meeting.cancelled_at)
        audit.record(
            "customers.meeting.cancelled",
            meeting.customer or meeting,
            by=by,
            label=meeting.title,
            meeting=meeting.pk,
        )
    return meeting


def _tell(meeting: Meeting, by: User | None) -> None:
    if meeting.customer_id is not None:
        tell(
            meeting.customer_id,
            "customers.meeting.held",
            group="messages",
            at=meeting.starts_at,
            by=by,
            contact=meeting.contact_id,  # type: ignore[arg-type]
            subject="meeting",
            subject_id=meeting.pk,
            title=meeting.title,
            text=meeting.notes,
            facts={"visit": meeting.is_visit, "place": meeting.place},
        )
