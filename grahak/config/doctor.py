"""What an operator would check by hand, each with its cure. A check that finds nothing wrong says so."""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from grahak.config import start
from grahak.config.needs import RESTORED
from grahak.core import business, heartbeat, jobs
from grahak.core.models import AuditEntry, JobLease, Setting

OK, WARNING, FAILED = "ok", "warning", "failed"
GIB = 2**30


@dataclass(frozen=True)
class Finding:
    """What one check found. CURE is what to do; empty where all is well."""

    check: str
    state: str
    says: str
    cure: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Check = Callable[[], Finding]


def examine() -> list[Finding]:
    """All checks; a check that breaks is itself a failure. Without a database the others that need it are
    left."""
    found = [_run("python", python), _run("database", database)]
    if found[-1].state == FAILED:
        return found + [_run(name, check) for name, check in WITHOUT_DATABASE.items()]
    found += [_run(name, check) for name, check in WITHOUT_DATABASE.items()]
    found.append(_run("migrations", migrations))
    if found[-1].state == FAILED:
        return found
    return found + [_run(name, check) for name, check in WITH_TABLES.items()]


def _run(name: str, check: Callable[[], tuple[str, str] | tuple[str, str, str]]) -> Finding:
    try:
        return Finding(name, *check())
    except Exception as error:
        logging.getLogger("grahak.doctor").debug("check broke", exc_info=True)
        return Finding(name, FAILED, f"the check itself broke: {error}", "Tell whoever looks after Grahak.")


def python() -> tuple[str, str, str]:
    shown = sys.version.split()[0]
    return OK, f"Python {shown}", ""


def database() -> tuple[str, str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        cure = (
            "Check DATABASE_URL, and that PostgreSQL runs and lets this user in."
            if connection.vendor == "postgresql"
            else f"Check that {settings.DATA} exists and may be written; else restore a back-up."
        )
        return FAILED, f"the database does not answer: {str(error).strip().splitlines()[0]}", cure
    if connection.vendor == "postgresql":
        return OK, f"PostgreSQL {connection.pg_version // 10000}", ""  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA quick_check(1)")
        state = cursor.fetchone()[0]
    if state != "ok":
        return FAILED, f"the SQLite file is damaged: {state}", "Stop Grahak and restore the last back-up."
    if mode != "wal":
        return (
            FAILED,
            f"SQLite runs in {mode} mode, so that readers and writers wait for each other",
            "Keep GRAHAK_DATA on a local disk, not a network share.",
        )
    return OK, "SQLite, write-ahead log on, file sound", ""


def migrations() -> tuple[str, str, str]:
    unknown = start.unknown_migrations()
    if unknown:
        return FAILED, f"a newer Grahak has used this database ({unknown[0]})", "Install that version again."
    waiting = start.pending_migrations()
    if waiting:
        return FAILED, f"{len(waiting)} steps of this version are not done yet", "Run: grahak migrate"
    return OK, "up to date", ""


def disk() -> tuple[str, str, str]:
    room = shutil.disk_usage(settings.DATA)
    says = f"{room.free / GIB:.1f} GiB free of {room.total / GIB:.0f}"
    cure = "Free some space: old back-ups, and the folders before-restore-* and bench in GRAHAK_DATA."
    if room.free < GIB / 2:
        return FAILED, says, cure
    name = Path(str(connection.settings_dict["NAME"]))
    size = name.stat().st_size if connection.vendor == "sqlite" and name.exists() else 0
    if room.free < max(2 * GIB, 3 * size):
        return WARNING, f"{says}: little beside a database of {size / GIB:.1f} GiB", cure
    return OK, says, ""


def permissions() -> tuple[str, str, str]:
    for folder in (Path(settings.DATA), Path(settings.MEDIA_ROOT)):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            return FAILED, f"{folder} cannot be written", f"chown -R {_person()} {folder}"
    secret = Path(settings.DATA) / "secret.key"
    if secret.exists() and secret.stat().st_mode & 0o077:
        return FAILED, "others on this machine can read the secret key", f"chmod 600 {secret}"
    open_to_others = Path(settings.DATA).stat().st_mode & 0o007
    if open_to_others:
        return WARNING, "others on this machine can look into the data folder", f"chmod 700 {settings.DATA}"
    return OK, "data can be written; only by this user", ""


def _person() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "grahak"


def screens() -> tuple[str, str, str]:
    vendor = settings.PACKAGE / "static" / "vendor" / "htmx.min.js"
    if not vendor.exists():
        return (
            FAILED,
            "htmx, fonts and icons are not there",
            "Run: make setup (an installed package brings them).",
        )
    if not settings.DEBUG and not start.static_is_built():
        return FAILED, "the screens' files are not built, or of another version", "Start with: grahak serve"
    return OK, "built", ""


def languages() -> tuple[str, str, str]:
    stale = start.stale_catalogues()
    if stale:
        return WARNING, f"{len(stale)} translation catalogues are not compiled", "Start with: grahak serve"
    return OK, f"{sum(1 for _ in start.catalogues())} catalogues compiled", ""


def worker() -> tuple[str, str, str]:
    age = heartbeat.age()
    cure = "Start it: grahak serve (both) or grahak worker. Imports and messages wait until then."
    if age is None:
        return FAILED, "no worker is running", cure
    if age > heartbeat.LATE:
        return FAILED, f"the worker has not been heard of for {_spoken(age)}", cure
    return OK, f"heard of {age.total_seconds():.0f} s ago", ""


def stuck_jobs() -> tuple[str, str, str]:
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=now - jobs.LEASE)
    held = set(JobLease.objects.filter(expires_at__gt=now).values_list("task_id", flat=True))
    stuck = [job.task_name for job in running if job.pk not in held]
    if stuck:
        return (
            FAILED,
            f"{len(stuck)} jobs stand still ({stuck[0]})",
            "Start a worker: it takes them up again.",
        )
    late = DBTaskResult.objects.ready().filter(enqueued_at__lt=now - dt.timedelta(minutes=30))
    if late.count():
        return (
            WARNING,
            f"{late.count()} jobs have waited for over half an hour",
            "Start a worker, or one more.",
        )
    failed = DBTaskResult.objects.failed().filter(finished_at__gt=now - dt.timedelta(days=1))
    if failed.count():
        names = ", ".join(sorted({job.task_name for job in failed[:20]}))
        return WARNING, f"{failed.count()} jobs failed today ({names})", "Look for “job failed” in the log."
    return OK, "none stands still", ""


def clock() -> tuple[str, str, str]:
    cure = "Set the clock of this machine (timedatectl set-ntp true)."
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            apart = abs(time.time() - float(cursor.fetchone()[0]))
        if apart > 5:
            return FAILED, f"this machine and the database are {apart:.0f} s apart", cure
    last = AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()
    if last and last > timezone.now() + dt.timedelta(minutes=1):
        return FAILED, f"the newest entry of the log is {_spoken(last - timezone.now())} in the future", cure
    return OK, timezone.now().isoformat(timespec="seconds"), ""


def mail() -> tuple[str, str, str]:
    from grahak.channels.email.accounts import Unreachable, current
    from grahak.channels.email.doors import open_socket
    from grahak.channels.secrets import Unsealable

    try:
        account = current()
    except Unsealable:
        return (
            FAILED,
            "the mail password was sealed with another secret key",
            "Type it anew under Settings, Mail.",
        )
    if account is None:
        return WARNING, "no mail account: nothing can be sent", "Enter one under Settings, Mail."
    if account.is_mailbox:
        return OK, "the built-in mailbox (mail goes nowhere else)", ""
    try:
        open_socket(account.host, account.port, 5.0).close()
    except Unreachable as error:
        return FAILED, str(error), "Check server and port under Settings, Mail, and this machine's firewall."
    return OK, f"{account.host}:{account.port} answers", ""


def whatsapp() -> tuple[str, str, str]:
    from grahak.channels.whatsapp import accounts

    found = accounts.row()
    if found is None:
        return OK, "not connected", ""
    if found.is_fake:
        return OK, "the demo's fake (nothing is sent)", ""
    if found.trouble:
        return (
            FAILED,
            f"Meta says: {found.trouble}",
            "Look under Settings, WhatsApp, and press “Ask Meta now”.",
        )
    if found.quality == "RED":
        return (
            WARNING,
            "Meta calls the quality of the number low",
            "Write to fewer people, to those who asked.",
        )
    if found.hooked_at is None:
        return WARNING, "no webhook came yet", "Enter the address of Settings, WhatsApp in Meta's dashboard."
    return OK, f"{found.number or found.phone_id}, quality {found.quality.lower() or 'unknown'}", ""


def sms() -> tuple[str, str, str]:
    from grahak.channels.sms import accounts

    found = accounts.row()
    if found is None:
        return OK, "not connected", ""
    if found.is_fake:
        return OK, "the demo's fake (nothing is sent)", ""
    if found.trouble:
        return (
            FAILED,
            f"the gateway says: {found.trouble}",
            "Look under Settings, SMS, and try it on a phone.",
        )
    if not found.hook_key_sealed:
        return WARNING, "the gateway signs no reports", "Keep the address of its reports to yourself."
    return OK, found.name, ""


def webhooks() -> tuple[str, str, str]:
    from grahak.channels.models import HookDelivery, HookState

    late = HookDelivery.objects.filter(
        state=HookState.WAITING, at__lt=timezone.now() - dt.timedelta(minutes=10)
    ).count()
    if late:
        return FAILED, f"{late} calls of providers wait to be worked", "Start the worker: grahak worker."
    failed = HookDelivery.objects.filter(state=HookState.FAILED).count()
    if failed:
        return (
            WARNING,
            f"{failed} calls of providers could not be read",
            "Look for “webhook call” in the log.",
        )
    return OK, "none waits", ""


def address() -> tuple[str, str, str]:
    if not settings.PUBLIC_URL:
        return (
            WARNING,
            "GRAHAK_URL is not set: links in messages cannot be opened outside this network",
            "Set GRAHAK_URL=https://… to the address at which customers reach this machine.",
        )
    if not settings.BEHIND_HTTPS:
        return WARNING, f"{settings.PUBLIC_URL} is not encrypted", "Put a proxy with HTTPS in front."
    return OK, settings.PUBLIC_URL, ""


def figures() -> tuple[str, str, str]:
    """Recount a sample of customers and compare with the sums kept beside them; nothing is changed."""
    from grahak.sales.models import CustomerFigures
    from grahak.sales.recount import recount_customers

    kept = ("orders", "returns", "net", "returned", "balance", "first_at", "last_at")
    sample = list(CustomerFigures.objects.order_by("-last_at", "-pk").values_list("pk", flat=True)[:100])
    sample += list(CustomerFigures.objects.order_by("pk").values_list("pk", flat=True)[:100])

    def read() -> dict[int, tuple[Any, ...]]:
        rows = CustomerFigures.objects.filter(pk__in=sample).values_list("pk", *kept)
        return {row[0]: row[1:] for row in rows}

    with transaction.atomic():
        before = read()
        recount_customers(sample)
        after = read()
        transaction.set_rollback(True)
    wrong = [pk for pk, figures in before.items() if after.get(pk) != figures]
    if wrong:
        return (
            FAILED,
            f"the sums of {len(wrong)} of {len(before)} customers differ from their orders (first: {wrong[0]})",
            "Run: grahak recount; and tell whoever looks after Grahak.",
        )
    return OK, f"{len(before)} customers recounted, all the same", ""


def restored() -> tuple[str, str, str]:
    from grahak.channels.models import Dispatch, DispatchState

    row = Setting.objects.filter(name=RESTORED).first()
    held = Dispatch.objects.filter(state=DispatchState.PAUSED).count()
    if row is not None and row.value.get("paused") and held:
        return (
            WARNING,
            f"a back-up was restored and {held} messages are paused since",
            "Compare with the mail server's log what was sent, then go on or stop them under Messages.",
        )
    return OK, "nothing is held since a restore", ""


def _spoken(span: dt.timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"


def shop() -> tuple[str, str, str]:
    found = business.current()
    if found is None:
        return WARNING, "no business yet", "Open the address in a browser: the first run asks for it."
    return OK, f"{found.name}{' (demo)' if found.is_demo else ''}", ""


WITHOUT_DATABASE: dict[str, Callable[[], tuple[str, str, str]]] = {
    "disk": disk,
    "permissions": permissions,
    "screens": screens,
    "languages": languages,
    "address": address,
}
WITH_TABLES: dict[str, Callable[[], tuple[str, str, str]]] = {
    "business": shop,
    "worker": worker,
    "jobs": stuck_jobs,
    "clock": clock,
    "mail": mail,
    "whatsapp": whatsapp,
    "sms": sms,
    "webhooks": webhooks,
    "figures": figures,
    "restore": restored,
}
