"""Putting a back-up in place: checked whole first, the data that were there kept aside, the tables brought
up to date, and nothing sent until a person has looked: what was sent after the back-up was made is unknown
to it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from grahak.config import backup, postgres_tools, start
from grahak.config.backup import DATABASE, BadBackup
from grahak.config.needs import RESTORED
from grahak.core import audit, business, heartbeat
from grahak.core.models import Business, JobLease, Setting


class WouldOverwrite(RuntimeError):
    """There are data already, or a worker is running."""


@dataclass
class Restored:
    manifest: dict[str, Any]
    aside: str = ""
    paused: int = 0
    drafts: int = 0
    steps: list[str] = field(default_factory=list)


def restore(file: Path, *, force: bool = False) -> Restored:
    """Put the back-up FILE in place of whatever is there. Raises BadBackup before anything is touched, and
    WouldOverwrite unless FORCE where a business is there or a worker still runs."""
    data = Path(settings.DATA)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as scratch:
        manifest = backup.unpack(file, Path(scratch))
        _fits(manifest)
        _is_free(force)
        done = Restored(manifest)
        aside = _put_aside(data)
        done.aside = str(aside) if aside else ""
        _put_in_place(Path(scratch), data)
    (data / "warehouse" / "current").unlink(missing_ok=True)  # a copy of other records: it is made anew
    waiting = start.pending_migrations()
    call_command("migrate", verbosity=0, interactive=False)
    if waiting:
        done.steps.append(f"database brought up to date ({len(waiting)} steps)")
    business.forget()
    done.paused, done.drafts = hold_sending(manifest)
    return done


def _fits(manifest: dict[str, Any]) -> None:
    if manifest["database"] != connection.vendor:
        raise BadBackup(
            f"the back-up is of a {manifest['database']} database and this installation uses {connection.vendor}: "
            "set or unset DATABASE_URL accordingly"
        )
    from django.db.migrations.loader import MigrationLoader

    known = {f"{label}.{name}" for label, name in MigrationLoader(None).disk_migrations}
    ours = {name.split(".")[0] for name in known}
    newer = [name for name in manifest["migrations"] if name.split(".")[0] in ours and name not in known]
    if newer:
        raise BadBackup(
            f"the back-up was made by a newer Grahak ({manifest['version']}): install that one first ({newer[0]})"
        )


def _is_free(force: bool) -> None:
    if not {"core_business", "core_setting"} <= set(connection.introspection.table_names()):
        return  # nothing was ever here
    if heartbeat.is_alive() and not force:
        raise WouldOverwrite("a worker is running: stop Grahak first (or --force if it surely is not)")
    name = Business.objects.values_list("name", flat=True).first()  # only what the oldest version has too
    if name is not None and not force:
        raise WouldOverwrite(
            f"“{name}” is here already. With --force the back-up takes its place; what is here is kept aside"
        )


def _put_aside(data: Path) -> Path | None:
    """Move (on PostgreSQL: back up) what is there to GRAHAK_DATA/before-restore-TIME; gives that folder, None where
    there was nothing."""
    aside = data / f"before-restore-{timezone.now():%Y%m%d-%H%M%S}"
    aside.mkdir(mode=0o700)
    if connection.vendor == "postgresql":
        backup.copy_database(aside / DATABASE["postgresql"])
    connections.close_all()
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        for end in ("", "-wal", "-shm"):
            if os.path.exists(name + end):
                shutil.move(name + end, aside / f"{DATABASE['sqlite']}{end}")
    for path in (Path(settings.MEDIA_ROOT), data / "secret.key"):
        if path.exists():
            shutil.move(path, aside / path.name)
    if not any(aside.iterdir()):
        aside.rmdir()
        return None
    return aside


def _put_in_place(scratch: Path, data: Path) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        connections.close_all()
        dump = str(scratch / DATABASE["postgresql"])
        postgres_tools.run("pg_restore", ["--no-owner", "--no-privileges", "--exit-on-error", dump])
    else:
        shutil.move(scratch / DATABASE["sqlite"], connection.settings_dict["NAME"])
    for path in (scratch / "media", scratch / "secret.key"):
        if path.exists():
            shutil.move(path, data / path.name)


@transaction.atomic
def hold_sending(manifest: dict[str, Any]) -> tuple[int, int]:
    """Pause every message that is being sent, put back to draft what was just being launched; gives how
    many of each. Leases and signs of life of workers that exist no more are forgotten."""
    from grahak.channels.models import Dispatch, DispatchState
    from grahak.marketing import schedule

    paused = Dispatch.objects.filter(state=DispatchState.SENDING).update(state=DispatchState.PAUSED)
    drafts = Dispatch.objects.filter(state=DispatchState.FREEZING).update(
        state=DispatchState.DRAFT, launched_at=None
    )
    schedule.after_restore(timezone.now())
    JobLease.objects.update(expires_at=timezone.now())
    Setting.objects.filter(name__startswith="worker.").delete()
    facts = {
        "at": timezone.now().isoformat(),
        "made_at": manifest["made_at"],
        "paused": paused,
        "drafts": drafts,
    }
    Setting.objects.update_or_create(name=RESTORED, defaults={"value": facts})
    audit.record("config.restored", by=None, label=manifest["business"], **facts)
    return paused, drafts
