"""What is to be done and when: tasks with those who share them, meetings, reminders, and the secret address of a
person's calendar."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core import business
from grahak.core.models import Team, User
from grahak.customers.models.customer import Contact, Customer


class TaskKind(models.TextChoices):
    TASK = "task", _("Task")
    CALL = "call", _("Call")


class Priority(models.IntegerChoices):
    HIGH = 1, pgettext_lazy("priority", "First")
    USUAL = 0, pgettext_lazy("priority", "Usual")
    LOW = -1, pgettext_lazy("priority", "When there is time")


class Repeat(models.TextChoices):
    NEVER = "", _("Once")
    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")
    YEAR = "year", _("Every year")


class Task(models.Model):
    """Something to do, for a customer or not, by a day, by somebody.

    It is a person's (assigned_to), or a team's: then whoever of it ticks first has done it, unless EACH is set: then
    everybody in `people` ticks for themselves and the last tick closes it. (about, about_id) is the row of a higher
    room it is about ("sales.deal"). ANCHOR is the day of the month that a monthly task was first due on, so that one
    of the 31st comes back to the 31st after February."""

    kind = models.CharField(_("kind"), max_length=4, choices=TaskKind, default=TaskKind.TASK)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="tasks")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=40, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(_("what is to be done"), max_length=200)
    text = models.TextField(_("more about it"), blank=True, default="")
    due_on = models.DateField(_("by"), null=True, blank=True)
    due_time = models.TimeField(_("at"), null=True, blank=True)
    priority = models.SmallIntegerField(_("priority"), choices=Priority, default=Priority.USUAL)
    repeat = models.CharField(_("repeats"), max_length=5, choices=Repeat, blank=True, default="")
    every = models.PositiveSmallIntegerField(default=1)
    anchor = models.PositiveSmallIntegerField(null=True, blank=True)
    after = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="following"
    )  # the one it repeats: done twice, a task is still followed by one
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name=_("who"), related_name="tasks"
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"), related_name="tasks"
    )
    each = models.BooleanField(default=False)
    steps = models.JSONField(default=list, blank=True)  # [{"text": …, "done": true}]
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True, null=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["assigned_to", "done_at", "due_on"], name="tasks_of_a_person"),
            models.Index(
                fields=["due_on", "id", "title"], name="open_tasks", condition=models.Q(done_at=None)
            ),
            models.Index(fields=["about", "about_id"], name="tasks_about", condition=~models.Q(about="")),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(every__range=(1, 99)), name="task_repeats_every_1_99"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def due_at(self) -> dt.datetime | None:
        """The moment it is due by the shop's clock; None without a time of day."""
        if self.due_on is None or self.due_time is None:
            return None
        return dt.datetime.combine(self.due_on, self.due_time, business.zone())

    @property
    def is_late(self) -> bool:
        """Its day is over, or its hour is."""
        if self.done_at is not None or self.due_on is None:
            return False
        at = self.due_at
        return at < timezone.now() if at is not None else self.due_on < business.today()


class TaskPerson(models.Model):
    """One of several who each have to do it, with a tick of their own."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="people", db_index=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="shared_tasks", db_index=False)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "done_at", "task"], name="shared_of_a_person"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["task", "person"], name="one_tick_a_person"),
        ]


class Meeting(models.Model):
    """People come together for a while: at our place, at the customer's (VISIT), on the phone."""

    title = models.CharField(_("about"), max_length=200)
    is_visit = models.BooleanField(_("a visit to the customer"), default=False)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="meetings")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=40, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True, default="")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    people = models.ManyToManyField(User, related_name="meetings", verbose_name=_("who"))
    text = models.TextField(_("what it is about"), blank=True, default="")
    notes = models.TextField(_("what came of it"), blank=True, default="")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)
    held_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["starts_at", "id"], name="meetings_by_time"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="meeting_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Reminder(models.Model):
    """Tells a person of a task or a meeting at a moment: in the bell, and by e-mail where they wish it. BEFORE is how
    many minutes ahead of its time; None for a moment chosen by hand (a snooze)."""

    person = models.ForeignKey(User, models.CASCADE, related_name="reminders", db_index=False)
    task = models.ForeignKey(Task, models.CASCADE, null=True, blank=True, related_name="reminders")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="reminders")
    at = models.DateTimeField()
    before = models.PositiveIntegerField(null=True, blank=True)
    by_mail = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="reminders_to_tell", condition=models.Q(told_at=None)),
            models.Index(
                fields=["person", "at"], name="reminders_open", condition=models.Q(put_away_at=None)
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(task=None, meeting__isnull=False)
                | models.Q(task__isnull=False, meeting=None),
                name="reminds_of_one_thing",
            ),
        ]


class CalendarFeed(models.Model):
    """The secret address under which a person's own calendar programme reads what they have to do. Only its hash is
    kept; withdrawn, it opens nothing."""

    person = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(revoked_at=None), name="one_calendar_address_a_person"
            ),
        ]

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, person: User) -> tuple[CalendarFeed, str]:
        """A new address; its secret is returned once and never kept."""
        token = secrets.token_urlsafe(24)
        return cls.objects.create(person=person, digest=cls.digest_of(token)), token
