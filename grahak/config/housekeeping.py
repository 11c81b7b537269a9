"""What must be done again and again: jobs of dead workers put back and new events counted every ten seconds, and
once a day, when the shop's day changes, old results cleared and the rooms told (`core.day.began`) so that they renew
what depends on the date.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading

from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections, connection
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from grahak.channels.links_public import journal
from grahak.connect.rules.engine import sweep as sweep_rules
from grahak.connect.web import tally
from grahak.core import business, heartbeat, jobs, leader
from grahak.core.events import announce
from grahak.core.jobs import task
from grahak.core.models import Setting
from grahak.customers.actions import tell_due
from grahak.marketing import schedule

logger = logging.getLogger("grahak.house")
EVERY = 10.0  # seconds
KEEP_RESULTS = dt.timedelta(days=14)
LAST_DAY = "house.day"


def keep_house(stop: threading.Event) -> None:
    """Take turns until STOP; with several workers only the leader works."""
    while not stop.is_set():
        close_old_connections()
        if leader.lead(heartbeat.place()):
            turn()
        stop.wait(EVERY)


def turn() -> None:
    """One round of the leader."""
    jobs.sweep()
    shop = business.current()
    if shop is None:
        return
    tally.catch_up()
    journal.take_up()
    schedule.step()
    tell_due()
    sweep_rules()
    today = business.today().isoformat()
    last = Setting.objects.filter(name=LAST_DAY).first()
    if last is None or last.value != today:
        Setting.objects.update_or_create(name=LAST_DAY, defaults={"value": today})
        begin_day.enqueue(today)


@task(queue_name="default")
def begin_day(day: str) -> None:
    """The shop's day changed: clear up, and tell the rooms. Safe to repeat."""
    tidy()
    announce("core.day.began", day=dt.date.fromisoformat(day))
    logger.info("day began", extra={"day": day})


def tidy() -> None:
    """Clear old job results and expired log-ins, and let the database look after its statistics."""
    finished = [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED]
    DBTaskResult.objects.filter(status__in=finished, finished_at__lt=timezone.now() - KEEP_RESULTS).delete()
    SessionStore.clear_expired()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("PRAGMA optimize")
