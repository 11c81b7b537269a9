"""Jobs run once, survive a kill, and are shared out among workers."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from types import SimpleNamespace

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from grahak.config import housekeeping, worker
from grahak.core import business as business_module
from grahak.core import heartbeat, jobs, leader
from grahak.core.models import AuditEntry, Business, JobLease, Setting
from tests.operate.shop import Shop
from tests.operate.tasks import note_down

ENQUEUE = "from tests.operate.tasks import hang, note_down\n"
RAN = (
    "from grahak.core.models import AuditEntry\n"
    "print(json.dumps(sorted(int(n) for n in AuditEntry.objects.filter(action='test.ran')"
    ".values_list('label', flat=True))))"
)


def test_a_job_whose_worker_was_killed_is_taken_up_again(any_shop: Shop) -> None:
    any_shop.python(f"{ENQUEUE}hang.enqueue(7)")
    first = any_shop.start("worker", "--only=jobs")
    first.wait_for("job began")
    first.stop(signal.SIGKILL)
    assert any_shop.run("worker", "--until-empty").strip() == "0 jobs"  # its lease still stands
    any_shop.python(
        "from django.utils import timezone\n"
        "from grahak.core.models import JobLease\n"
        "JobLease.objects.update(expires_at=timezone.now())"
    )
    assert any_shop.run("worker", "--until-empty").strip() == "1 jobs"
    assert any_shop.python(RAN) == [7]


def test_the_next_worker_of_serve_takes_up_at_once_what_the_dead_one_held(shop: Shop) -> None:
    shop.python(f"{ENQUEUE}hang.enqueue(7)")
    first = shop.start("worker", "--only=jobs")
    first.wait_for("job began")
    first.stop(signal.SIGKILL)
    second = shop.start("worker", "--only=jobs", f"--takes-over={first.process.pid}", GRAHAK_SUPERVISED="")
    assert second.wait_for('"jobs": (\\d+), "event": "took over"|"event": "took over".*"jobs": (\\d+)').group(
        0
    )
    second.stop()
    assert shop.run("worker", "--until-empty").strip() in ("0 jobs", "1 jobs")
    assert shop.python(RAN) == [7]


def test_two_workers_never_run_the_same_job(any_shop: Shop) -> None:
    any_shop.python(f"{ENQUEUE}for n in range(40): note_down.enqueue(n)")
    both = [any_shop.start("worker", "--until-empty") for _ in range(2)]
    ran = [int(running.wait_for(r"^(\d+) jobs$")[1]) for running in both]
    assert [running.process.wait(60) for running in both] == [0, 0]
    assert sum(ran) == 40
    assert any_shop.python(RAN) == list(range(40))


def test_a_worker_asked_to_stop_gives_up_a_job_that_does_not_end(shop: Shop) -> None:
    shop.python(f"{ENQUEUE}hang.enqueue(7)")
    first = shop.start("worker", "--only=jobs", "--grace=0")
    first.wait_for("job began")
    assert first.stop(signal.SIGTERM) == 0
    assert shop.run("worker", "--until-empty").strip() == "1 jobs"
    assert shop.python(RAN) == [7]


@pytest.mark.django_db
def test_a_worker_that_slept_past_its_lease_does_not_speak_for_the_next() -> None:
    note_down.enqueue(1)
    first = jobs.claim(["default"], "one")
    assert first is not None
    JobLease.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert jobs.sweep() == 1
    second = jobs.claim(["default"], "two")
    assert second is not None
    jobs.run(first, "one")  # wakes up and ends its work late
    assert DBTaskResult.objects.get().status == "RUNNING"
    assert JobLease.objects.get().worker == "two"


@pytest.mark.django_db
def test_after_five_dead_workers_a_job_fails_for_good() -> None:
    note_down.enqueue(1)
    for _attempt in range(5):
        assert jobs.claim(["default"], "w") is not None
        JobLease.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        jobs.sweep()
    assert jobs.claim(["default"], "w") is None
    assert DBTaskResult.objects.get().status == "FAILED"


@pytest.mark.django_db
def test_one_worker_leads_until_it_steps_down_or_its_lease_runs_out() -> None:
    assert leader.lead("one")
    assert not leader.lead("two")
    assert leader.lead("one")
    leader.step_down("one")
    assert leader.lead("two")
    JobLease.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert leader.lead("one")
    assert not leader.lead("two")


@pytest.mark.django_db
def test_a_dead_workers_leases_end_and_nobody_elses() -> None:
    for number, holder in enumerate(("host:11:a", "host:112:b")):
        note_down.enqueue(number)
        jobs.claim(["default"], holder)
    assert worker.give_up("host:11") == 1
    now = timezone.now()
    assert [lease.worker for lease in JobLease.objects.filter(expires_at__lte=now)] == ["host:11:a"]


@pytest.mark.django_db
def test_the_day_begins_once_by_the_shops_clock(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    days = []
    monkeypatch.setattr(housekeeping, "announce", lambda event, **facts: days.append((event, facts["day"])))
    monkeypatch.setattr(business_module, "today", lambda: dt.date(2026, 11, 23))
    housekeeping.turn()
    housekeeping.turn()
    jobs.work(["default"], threading.Event(), until_empty=True)
    assert days == [("core.day.began", dt.date(2026, 11, 23))]
    monkeypatch.setattr(business_module, "today", lambda: dt.date(2026, 11, 24))
    housekeeping.turn()
    jobs.work(["default"], threading.Event(), until_empty=True)
    assert [day for _event, day in days] == [dt.date(2026, 11, 23), dt.date(2026, 11, 24)]


@pytest.mark.django_db
def test_old_results_are_cleared_and_young_ones_kept() -> None:
    for number in range(2):
        note_down.enqueue(number)
    jobs.work(["default"], threading.Event(), until_empty=True)
    old = DBTaskResult.objects.order_by("enqueued_at").first()
    assert old is not None
    DBTaskResult.objects.filter(pk=old.pk).update(finished_at=timezone.now() - dt.timedelta(days=15))
    housekeeping.tidy()
    assert DBTaskResult.objects.count() == 1
    assert AuditEntry.objects.filter(action="test.ran").count() == 2


@pytest.mark.django_db
def test_a_worker_is_known_to_live_for_a_minute_after_its_last_sign() -> None:
    assert heartbeat.age() is None
    heartbeat.beat(["jobs"])
    assert heartbeat.is_alive()
    Setting.objects.update(updated_at=timezone.now() - dt.timedelta(seconds=61))
    assert not heartbeat.is_alive()
    heartbeat.silence()
    assert heartbeat.age() is None


def test_a_loop_that_fails_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "connections", SimpleNamespace(close_all=lambda: None))
    stop, turns = threading.Event(), []

    def loop(stop: threading.Event) -> None:
        turns.append(len(turns))
        if len(turns) == 3:
            stop.set()
        raise OSError("the database went away")

    worker.steadily("test", loop, stop, first_wait=0.0)
    assert turns == [0, 1, 2]
