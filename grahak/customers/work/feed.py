"""A person's calendar as an iCalendar feed (RFC 5545), read by the calendar programme of their phone.

Meetings are events in UTC, so that no reader needs a zone's rules; tasks stand as events that take no time (a task
without an hour as one of the whole day), because few programmes show to-dos of a feed. Titles, places and names of
customers are in it, phones and notes are not: the address is secret, but it may be read on another's machine.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from grahak.core import audit, business
from grahak.core.links import absolute
from grahak.core.models import User
from grahak.customers.models import CalendarFeed, Meeting, Task
from grahak.customers.work.seen import mine

BACK, AHEAD = dt.timedelta(days=60), dt.timedelta(days=366)
MOST = 2000
TASK_LENGTH = dt.timedelta(minutes=15)


@transaction.atomic
def open_feed(person: User) -> str:
    """A new secret address for PERSON's calendar; the one before it closes. Returns the token, which is not kept."""
    CalendarFeed.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())
    feed, token = CalendarFeed.issue(person)
    audit.record("customers.calendar.opened", feed, by=person, label=person.name)
    return token


@transaction.atomic
def close_feed(person: User) -> bool:
    """Withdraw it; False where there is none."""
    feed = CalendarFeed.objects.select_for_update().filter(person=person, revoked_at=None).first()
    if feed is None:
        return False
    feed.revoked_at = timezone.now()
    feed.save(update_fields=["revoked_at"])
    audit.record("customers.calendar.closed", feed, by=person, label=person.name)
    return True


def person_of(token: str) -> User | None:
    """Whose calendar the secret opens; None where it is withdrawn, unknown, or the person's log-in is closed."""
    digest = CalendarFeed.digest_of(token)
    feed = CalendarFeed.objects.select_related("person").filter(digest=digest, revoked_at=None).first()
    if feed is None or not feed.person.is_active:
        return None
    now = timezone.now()
    if feed.read_at is None or now - feed.read_at > dt.timedelta(minutes=10):
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)
    return feed.person


def written(person: User) -> bytes:
    """The feed, as RFC 5545 has it."""
    made = Calendar()
    shop = business.current()
    made.add("prodid", "-//Grahak//Calendar//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"{shop.name if shop else 'Grahak'} · {person.name}")
    made.add("refresh-interval", dt.timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    host = urlsplit(absolute("/")).hostname or "grahak"
    for event in [*_meetings(person, host), *_tasks(person, host)]:
        made.add_component(event)
    return made.to_ical()


def _event(kind: str, thing: Task | Meeting, host: str) -> Event:
    event = Event()
    event.add("uid", f"{kind}-{thing.pk}@{host}")
    changed = thing.changed_at or thing.created_at
    event.add("dtstamp", changed.astimezone(dt.UTC))
    event.add("last-modified", changed.astimezone(dt.UTC))
    event.add("sequence", max(0, int((changed - thing.created_at).total_seconds())))
    customer = thing.customer.name if thing.customer is not None else ""
    event.add(
        "summary", f"{thing.title} · {customer}" if customer and customer not in thing.title else thing.title
    )
    event.add("url", absolute(reverse(f"customers:{kind}", args=[thing.pk])))
    return event


def _meetings(person: User, host: str) -> list[Event]:
    now, found = timezone.now(), []
    part = Meeting.people.through.objects.filter(user=person.pk).values("meeting")
    rows = Meeting.objects.filter(pk__in=part, starts_at__range=(now - BACK, now + AHEAD))
    for meeting in rows.select_related("customer").order_by("starts_at", "pk")[:MOST]:
        event = _event("meeting", meeting, host)
        event.add("dtstart", meeting.starts_at.astimezone(dt.UTC))
        event.add("dtend", meeting.ends_at.astimezone(dt.UTC))
        if meeting.place:
            event.add("location", meeting.place)
        event.add("status", "CANCELLED" if meeting.cancelled_at else "CONFIRMED")
        found.append(event)
    return found


def _tasks(person: Any, host: str) -> list[Event]:
    today, found = business.today(), []
    rows = Task.objects.filter(mine(person), done_at=None, due_on__range=(today - BACK, today + AHEAD))
    for task in rows.select_related("customer").order_by("due_on", "pk")[:MOST]:
        event = _event("task", task, host)
        at = task.due_at
        if at is not None:
            event.add("dtstart", at.astimezone(dt.UTC))
            event.add("dtend", (at + TASK_LENGTH).astimezone(dt.UTC))
        elif task.due_on is not None:
            event.add("dtstart", task.due_on)
            event.add("dtend", task.due_on + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        found.append(event)
    return found
