"""The doctor finds every fault that is planted, says the cure, and is silent where all is well."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from grahak.channels.models import Dispatch, DispatchState, Sender
from grahak.config import doctor, start
from grahak.core import heartbeat, jobs
from grahak.core.models import AuditEntry, JobLease, Setting, User
from grahak.customers.actions import add_customer
from grahak.sales.models import CustomerFigures
from grahak.sales.recount import recount_customers
from tests.operate.shop import Shop, free_port
from tests.operate.tasks import note_down

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder in order."""
    settings.DATA = tmp_path / "here"
    settings.MEDIA_ROOT = settings.DATA / "media"
    settings.STATIC_ROOT = settings.DATA / "static"
    settings.DATA.mkdir(mode=0o700)
    (settings.DATA / "secret.key").write_text("secret")
    (settings.DATA / "secret.key").chmod(0o600)
    return settings.DATA  # type: ignore[no-any-return]


def state(found: tuple[str, str, str]) -> str:
    """The state; every fault must come with a cure, and what is well with none."""
    assert bool(found[2]) == (found[0] != doctor.OK), found
    return found[0]


def test_a_secret_that_others_can_read_is_found(data: Path) -> None:
    assert state(doctor.permissions()) == "ok"
    (data / "secret.key").chmod(0o644)
    assert state(doctor.permissions()) == "failed"
    assert doctor.permissions()[2] == f"chmod 600 {data / 'secret.key'}"


def test_a_data_folder_that_others_can_enter_is_found(data: Path) -> None:
    data.chmod(0o755)
    assert state(doctor.permissions()) == "warning"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_found(data: Path) -> None:
    data.chmod(0o500)
    assert state(doctor.permissions()) == "failed"


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    for free, expected in ((300 * 2**20, "failed"), (2**30, "warning"), (50 * 2**30, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: usage(100 * 2**30, 0, free))
        assert state(doctor.disk()) == expected


def test_screens_that_are_not_built_are_found(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    assert state(doctor.screens()) == "failed"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "STAMP").write_text(start.static_stamp())
    assert state(doctor.screens()) == "ok"


def test_a_catalogue_that_changed_since_it_was_compiled_is_found(settings: Any, tmp_path: Path) -> None:
    settings.PACKAGE = tmp_path
    folder = tmp_path / "room" / "locale" / "ur" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')
    assert state(doctor.languages()) == "warning"
    assert start.compile_catalogues() == 1
    assert state(doctor.languages()) == "ok"


def test_a_missing_and_a_silent_worker_are_found() -> None:
    assert state(doctor.worker()) == "failed"
    heartbeat.beat(["jobs"])
    assert state(doctor.worker()) == "ok"
    Setting.objects.update(updated_at=timezone.now() - dt.timedelta(minutes=5))
    assert state(doctor.worker()) == "failed"
    assert "5 minutes" in doctor.worker()[1]


def test_jobs_that_stand_still_wait_long_or_failed_are_found() -> None:
    from django_tasks_db.models import DBTaskResult

    assert state(doctor.stuck_jobs()) == "ok"
    note_down.enqueue(1)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(hours=1))
    assert state(doctor.stuck_jobs()) == "warning"
    jobs.claim(["default"], "w")
    DBTaskResult.objects.update(started_at=timezone.now() - dt.timedelta(hours=1))
    assert state(doctor.stuck_jobs()) == "ok"
    JobLease.objects.update(expires_at=timezone.now())
    assert state(doctor.stuck_jobs()) == "failed"
    DBTaskResult.objects.update(status="FAILED", finished_at=timezone.now())
    assert state(doctor.stuck_jobs()) == "warning"


def test_a_clock_that_went_back_is_found(amina: User) -> None:
    AuditEntry.objects.create(actor="test", action="test.now")
    assert state(doctor.clock()) == "ok"
    AuditEntry.objects.update(at=timezone.now() + dt.timedelta(hours=3))
    assert state(doctor.clock()) == "failed"


def test_a_mail_server_that_does_not_answer_is_found() -> None:
    assert state(doctor.mail()) == "warning"
    sender = Sender.objects.create(
        host="127.0.0.1",
        port=free_port(),
        security="none",
        from_name="Shop",
        from_address="shop@shop.example",
    )
    assert state(doctor.mail()) == "failed"
    sender.is_mailbox = True
    sender.save()
    assert state(doctor.mail()) == "ok"


def test_a_mail_password_of_another_secret_is_found() -> None:
    Sender.objects.create(
        host="127.0.0.1",
        port=25,
        password_sealed="sealed elsewhere",
        from_name="S",
        from_address="s@shop.example",
    )
    assert state(doctor.mail()) == "failed"
    assert "another secret key" in doctor.mail()[1]


def test_sums_that_differ_from_their_orders_are_found_and_left_for_the_cure(amina: User) -> None:
    customer = add_customer(by=amina, name="Shree Ganesh Stores")
    recount_customers([customer.pk])
    assert state(doctor.figures()) == "ok"
    CustomerFigures.objects.update(net=500)
    assert state(doctor.figures()) == "failed"
    assert CustomerFigures.objects.get().net == 500
    call_command("recount")
    assert state(doctor.figures()) == "ok"


def test_migrations_not_done_and_done_by_a_newer_version_are_found() -> None:
    assert state(doctor.migrations()) == "ok"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_new', %s)",
            [timezone.now()],
        )
        assert state(doctor.migrations()) == "failed"
        assert "core.9999_new" in doctor.migrations()[1]
        cursor.execute("DELETE FROM django_migrations WHERE app IN ('core', 'connect')")
    assert "steps of this version are not done" in doctor.migrations()[1]


def test_a_public_address_that_is_missing_or_open_is_found(settings: Any) -> None:
    settings.PUBLIC_URL = ""
    assert state(doctor.address()) == "warning"
    settings.PUBLIC_URL, settings.BEHIND_HTTPS = "http://shop.example", False
    assert state(doctor.address()) == "warning"
    settings.PUBLIC_URL, settings.BEHIND_HTTPS = "https://shop.example", True
    assert state(doctor.address()) == "ok"


def test_messages_held_since_a_restore_are_told_of() -> None:
    assert state(doctor.restored()) == "ok"
    Setting.objects.create(name="restore.last", value={"paused": 1})
    dispatch = Dispatch.objects.create(renderer="test", subject_id=1, state=DispatchState.PAUSED)
    assert state(doctor.restored()) == "warning"
    dispatch.state = DispatchState.STOPPED
    dispatch.save()
    assert state(doctor.restored()) == "ok"


def test_a_restore_that_holds_messages_stands_on_the_home_page(as_amina: Client) -> None:
    words = "1 message is held since a back-up was restored"
    Setting.objects.create(name="restore.last", value={"paused": 1, "made_at": "2026-11-20T10:00:00+00:00"})
    dispatch = Dispatch.objects.create(renderer="test", subject_id=1, state=DispatchState.PAUSED)
    page = as_amina.get("/").content.decode()
    assert words in page
    assert "20 Nov, 15:30" in page
    dispatch.state = DispatchState.STOPPED
    dispatch.save()
    assert words not in as_amina.get("/").content.decode()


def test_a_database_that_does_not_answer_ends_the_checks_that_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise OSError("gone")

    monkeypatch.setattr(doctor, "database", away)
    found = {finding.check: finding.state for finding in doctor.examine()}
    assert found["database"] == "failed"
    assert "worker" not in found
    assert "disk" in found


def test_the_command_tells_all_as_json_and_fails_while_something_failed(shop: Shop) -> None:
    found = json.loads(shop.run("doctor", "--json", code=1))
    checks = {check["check"]: check for check in found["checks"]}
    assert not found["ok"]
    assert [name for name, check in checks.items() if check["state"] == "failed"] == ["worker"]
    assert checks["worker"]["cure"].startswith("Start it: grahak serve")
    shop.python("from grahak.core import heartbeat\nheartbeat.beat(['jobs'])")
    assert json.loads(shop.run("doctor", "--json"))["ok"]


def test_a_damaged_database_file_is_found(shop: Shop) -> None:
    file = shop.folder / "grahak.sqlite3"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3 : len(raw) // 2] = os.urandom(len(raw) // 2 - len(raw) // 3)
    file.write_bytes(raw)
    found = json.loads(shop.run("doctor", "--json", code=1))
    database = next(check for check in found["checks"] if check["check"] == "database")
    assert database["state"] == "failed"
    assert "damaged" in database["says"] or "malformed" in database["says"]
