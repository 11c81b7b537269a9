"""An export is asked for, written, taken, and thrown away after a week."""

from __future__ import annotations

import datetime as dt
import logging
import time
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.exporting import writing
from grahak.connect.exporting.models import ExportRun, ExportState
from grahak.connect.exporting.tables import tables
from grahak.core import audit
from grahak.core.models import User
from grahak.core.refusals import Conflict

logger = logging.getLogger("grahak.export")
KEPT: Final = dt.timedelta(days=7)
WRITE_EVERY: Final = 1.0  # seconds between two looks of the page's progress
MOVING: Final = (ExportState.WAITING, ExportState.RUNNING)


@transaction.atomic
def ask(kind: str, *, by: User) -> ExportRun:
    """Begin an export in the background. Conflict while another is being written."""
    from grahak.connect.exporting.jobs import write

    if ExportRun.objects.filter(state__in=MOVING).exists():
        raise Conflict(_("An export is being written already."))
    run = ExportRun.objects.create(format=kind, by=by, tables=len(tables()))
    audit.record("connect.export.asked", run, by=by, format=kind, label=run.get_format_display())
    transaction.on_commit(lambda: write.enqueue(run.pk))
    return run


def path_of(run: ExportRun) -> Path:
    return Path(settings.MEDIA_ROOT) / "exports" / f"everything-{run.pk}.zip"


def write(pk: int) -> None:
    """Write an export, or begin anew one that was killed. Nothing for one that is done or gone."""
    run = ExportRun.objects.filter(pk=pk, state__in=MOVING).first()
    if run is None:
        return
    ExportRun.objects.filter(pk=pk).update(state=ExportState.RUNNING, rows=0, tables_done=0)
    target = path_of(run)
    try:
        _many, rows = writing.write(target, run.format, _Told(pk))
    except Exception as error:
        target.with_suffix(".part").unlink(missing_ok=True)
        logger.exception("export not written", extra={"run": pk})
        fault = f"{type(error).__name__}: {error}"[:300]
        ExportRun.objects.filter(pk=pk).update(
            state=ExportState.FAILED, fault=fault, finished_at=timezone.now()
        )
        return
    now = timezone.now()
    ExportRun.objects.filter(pk=pk).update(
        state=ExportState.DONE, rows=rows, tables_done=F("tables"), table="", file=target.name,
        size=target.stat().st_size, finished_at=now, expires_at=now + KEPT,
    )  # fmt: skip


class _Told:
    """Keeps the page's progress, at most once a second."""

    def __init__(self, pk: int) -> None:
        self.pk, self.rows, self.done, self.name, self.at = pk, 0, -1, "", 0.0

    def __call__(self, table: str, more: int) -> None:
        self.rows += more
        if table != self.name:
            self.name, self.done = table, self.done + 1
        now = time.monotonic()
        if now - self.at >= WRITE_EVERY:
            self.at = now
            ExportRun.objects.filter(pk=self.pk).update(
                table=table[:80], tables_done=self.done, rows=self.rows
            )


def taken(run: ExportRun, *, by: User) -> Path:
    """The file, for somebody who takes it away: that is in the log. Conflict where it is not there."""
    path = path_of(run)
    if run.state != ExportState.DONE or not path.exists():
        raise Conflict(_("This file is not there any more: ask for a new one."))
    audit.record("connect.export.taken", run, by=by, label=run.get_format_display(), bytes=run.size)
    return path


def throw_away(run: ExportRun, *, by: User | None) -> None:
    """Take the file away; the line that it was made stays."""
    path_of(run).unlink(missing_ok=True)
    gone = ExportRun.objects.filter(pk=run.pk).exclude(state__in=MOVING)
    if gone.exclude(state=ExportState.GONE).update(state=ExportState.GONE, file="", size=0):
        audit.record("connect.export.removed", run, by=by)


def throw_away_old() -> None:
    """Those that are a week old."""
    for run in ExportRun.objects.filter(state=ExportState.DONE, expires_at__lt=timezone.now()):
        throw_away(run, by=None)
