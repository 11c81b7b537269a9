"""Runs an import piece by piece. A piece's records, its counts, its refused rows and the place to go on from commit
together, so a killed import goes on where it was and nothing is lost or doubled."""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Protocol

from django.db import DatabaseError, transaction
from django.utils import timezone

from grahak.catalogue.models import ServiceCode
from grahak.connect.importing.cells import Cells
from grahak.connect.importing.customers import CustomerWriter
from grahak.connect.importing.orders import OrderWriter
from grahak.connect.importing.outcome import Outcome
from grahak.connect.importing.products import ProductWriter
from grahak.connect.importing.shop import Shop
from grahak.connect.models import ImportIssue, ImportKind, ImportRun, ImportState
from grahak.connect.reading import Inspection, UnreadableFile, rows
from grahak.core import audit, events
from grahak.core.models import Batch
from grahak.customers.jobs import look_soon

logger = logging.getLogger("grahak.imports")
PIECE = {ImportKind.CUSTOMERS: 2_000, ImportKind.PRODUCTS: 5_000, ImportKind.ORDERS: 20_000}
MOST_ISSUES = 50_000


class Writer(Protocol):
    """What brings one kind of row in."""

    cells: Cells

    def group_of(self, values: Any) -> str: ...
    def pass_over(self, rows: Any) -> None: ...
    def read(self, rows: list[Any]) -> tuple[Any, Outcome]: ...
    def keep(self, read: Any, outcome: Outcome) -> None: ...
    def finish(self) -> None: ...


class Lost(RuntimeError):
    """Another worker has gone on with this import."""


def writer_for(run: ImportRun, inspection: Inspection) -> Writer:
    """The writer of this run, with its columns matched and its options in force."""
    shop = Shop.read(run.options.get("service_codes"))
    cells = Cells(
        inspection.column_names,
        run.columns,
        zone=shop.zone,
        today=shop.today,
        regions=shop.regions,
        day_first={
            column.name: run.options.get("day_first") if column.day_first is None else column.day_first
            for column in inspection.columns
        },
        decimal_mark={
            column.name: run.options.get("decimal_mark") or column.decimal_mark
            for column in inspection.columns
        },
    )
    kinds: dict[str, Any] = {"customers": CustomerWriter, "products": ProductWriter, "orders": OrderWriter}
    batch = run.batch or Batch(kind="import", by=run.by)
    return kinds[run.kind](cells, shop, batch, run.source, run.options)


def preview(run: ImportRun, most: int = 1000) -> tuple[Writer, Outcome, list[Any]]:
    """Check the first rows without writing anything: (the writer, its refusals, the rows)."""
    inspection = Inspection.from_json(run.inspection)
    writer = writer_for(run, inspection)
    first = list(islice(rows(Path(run.file.path), inspection), most))
    return writer, writer.read(first)[1], first


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Look for cycles of garbage only after every tenth piece: a piece is a hundred thousand small things without
    any, and looking through them again and again cost a fifth of the whole import."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_collecting_seldom()
def run_import(run_id: int) -> None:
    """Bring the rest of a file in. Safe to call again after a kill; a second caller steps aside."""
    run = ImportRun.objects.select_related("batch", "batch__by").get(pk=run_id)
    if run.state not in (ImportState.READY, ImportState.RUNNING):
        return
    inspection = Inspection.from_json(run.inspection)
    path = Path(run.file.path)
    _start(run)
    try:
        writer = writer_for(run, inspection)
        if run.next_row:
            writer.pass_over(takewhile(lambda row: row.number <= run.next_row, rows(path, inspection)))
            if isinstance(writer, OrderWriter):
                held = run.issues.exclude(group="").exclude(code="held_back").values_list("group", "row")
                writer.held = dict(held)
        stream = rows(path, inspection, start=run.next_row)
        for turn, piece in enumerate(pieces_of(stream, PIECE[ImportKind(run.kind)], writer), 1):
            _write(run, writer, piece)
            if turn % 10 == 0:
                gc.collect()
        writer.finish()
        _finish(run)
    except Lost:
        logger.warning("import taken over", extra={"import": run.pk})
    except (UnreadableFile, DatabaseError, OSError) as error:
        logger.exception("import stopped", extra={"import": run.pk})
        ImportRun.objects.filter(pk=run.pk).update(state=ImportState.FAILED, fault=str(error)[:1000])
        writer_for(run, inspection).finish()


def pieces_of(stream: Iterator[Any], size: int, writer: Writer) -> Iterator[list[Any]]:
    """Pieces of about SIZE rows that do not cut a group (an order) whose rows stand together; at most twice SIZE."""
    piece: list[Any] = []
    last = ""
    for row in stream:
        if len(piece) >= size:
            group = writer.group_of(row.values)
            if not group or group != last or len(piece) >= 2 * size:
                yield piece
                piece = []
        piece.append(row)
        if len(piece) >= size:
            last = writer.group_of(row.values)
    if piece:
        yield piece


def _start(run: ImportRun) -> None:
    for code in run.options.get("service_codes") or []:
        ServiceCode.objects.get_or_create(code=str(code).upper()[:60])
    run.state = ImportState.RUNNING
    run.started_at = run.started_at or timezone.now()
    run.save(update_fields=["state", "started_at"])


def _write(run: ImportRun, writer: Writer, piece: list[Any]) -> None:
    read, outcome = writer.read(piece)  # outside the transaction, so that others can write meanwhile
    with transaction.atomic():
        writer.keep(read, outcome)
        _keep_issues(run, outcome)
        counts = Counter(run.counts)
        counts.update(outcome.made)
        if outcome.left_out:
            counts["left_out"] += outcome.left_out
        mine = ImportRun.objects.filter(pk=run.pk, next_row=run.next_row, state=ImportState.RUNNING)
        values: dict[str, Any] = {
            "next_row": piece[-1].number,
            "added": run.added + outcome.added - outcome.withdrawn,
            "changed": run.changed + outcome.changed,
            "same": run.same + outcome.same,
            "failed": run.failed + len(outcome.refusals) + outcome.withdrawn,
            "counts": dict(counts),
        }
        if not mine.update(**values):
            raise Lost
    for name, value in values.items():
        setattr(run, name, value)


def _keep_issues(run: ImportRun, outcome: Outcome) -> None:
    room = MOST_ISSUES - run.issues.count() if outcome.refusals else 0
    ImportIssue.objects.bulk_create(
        [
            ImportIssue(
                run=run,
                row=refusal.row,
                field=refusal.field,
                code=refusal.code,
                params=refusal.params,
                group=refusal.group[:60],
                values=[plain_cell(value) for value in refusal.values],
            )
            for refusal in outcome.refusals[: max(room, 0)]
        ],
        batch_size=500,
    )


def plain_cell(value: Any) -> Any:
    """A cell as JSON keeps it, whole numbers and text as they stood."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
    return str(value)


def _finish(run: ImportRun) -> None:
    with transaction.atomic():
        run.state, run.finished_at, run.rows = ImportState.DONE, timezone.now(), run.read
        run.save(update_fields=["state", "finished_at", "rows"])
        audit.record(
            "connect.import.done",
            run,
            by=run.by,
            label=run.file_name,
            added=run.added,
            changed=run.changed,
            same=run.same,
            failed=run.failed,
        )
        if run.kind != ImportKind.PRODUCTS:
            events.announce("sales.orders.changed", customer_ids=(), days=())
            # who came in may be here already; and what was written to one merged meanwhile goes along
            transaction.on_commit(look_soon)
