"""Bringing a file in from its first look to its undoing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from grahak.connect import jobs
from grahak.connect.fields import closed, label, own_columns
from grahak.connect.models import ImportMapping, ImportRun, ImportState
from grahak.connect.reading import Inspection, detect_preset, inspect, preset_called, suggest_mapping
from grahak.core import audit
from grahak.core.models import Batch, User

REQUIRED = {
    "customers": [{"name", "contact_name"}],
    "products": [{"code", "name"}],
    "orders": [{"order_number"}, {"ordered_at"}, {"quantity", "unit_price", "line_total", "order_total"}],
}


def take_file(path: Path, name: str, kind: str, *, by: User | None, sheet: str = "") -> ImportRun:
    """Keep a file and look into it. Raises UnreadableFile; then nothing is kept."""
    inspection = inspect(path, name=name, sheet=sheet or None)
    run = ImportRun(
        kind=kind, file_name=name[:200], inspection=inspection.as_json(), by=by, rows=inspection.rows_estimate
    )
    run.source, run.columns, run.options = suggest(inspection, kind)
    with path.open("rb") as file:
        run.file.save(Path(name).name[-80:], File(file), save=False)
    run.save()
    audit.record("connect.import.uploaded", run, by=by, label=run.file_name, kind=kind)
    return run


def suggest(inspection: Inspection, kind: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
    """(source, columns, options) for a file's columns: a saved mapping with these columns, else a preset, else
    what the headings sound like."""
    names = list(inspection.column_names)
    for saved in ImportMapping.objects.filter(kind=kind).order_by("-id"):
        if set(saved.columns) <= set(names) and saved.columns:
            return saved.options.get("source", "file"), saved.columns, saved.options
    preset = detect_preset(names)
    if preset is not None and preset.kind == kind:
        return preset_answer(preset.code, names)
    mapping = suggest_mapping(names, inspection.samples, kind) | own_columns(names, kind)
    return "file", mapping, {}


def preset_answer(code: str, names: list[str]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """(source, columns, options) of a preset for these columns. KeyError for an unknown preset."""
    preset = preset_called(code)
    options = asdict(preset.options)
    options["service_codes"] = sorted(preset.options.service_codes)
    return code, preset.mapping(names), options


def missing_fields(kind: str, columns: dict[str, str]) -> list[set[str]]:
    """Which needed fields no column is matched to: of each set one is enough."""
    matched = set(columns.values())
    return [choice for choice in REQUIRED[kind] if not choice & matched]


def closed_fields(run: ImportRun, by: Any) -> list[Any]:
    """The matched fields that BY may not change, as they are called: a file changes nothing that a form could not."""
    return [label(field) for field in sorted(closed(run.kind, run.columns.values(), by))]


def begin(run: ImportRun, *, by: User | None) -> ImportRun:
    """Hand a matched file to the worker. Calling it twice starts one import. Raises as make_ready."""
    locked, is_new = make_ready(run, by=by)
    if is_new:
        jobs.bring_in.enqueue(locked.pk)
    return locked


def make_ready(run: ImportRun, *, by: User | None) -> tuple[ImportRun, bool]:
    """Open the batch of a matched file: (the run, whether it was this call that made it ready). Raises ValueError
    naming the fields that BY may not change."""
    if shut := closed_fields(run, by):
        raise ValueError(", ".join(str(name) for name in shut))
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state not in (ImportState.UPLOADED, ImportState.FAILED):
            return locked, False
        if locked.batch_id is None:
            locked.batch = Batch.objects.create(kind="import", label=locked.file_name, by=by)
        locked.state, locked.fault = ImportState.READY, ""
        locked.save()
        audit.record("connect.import.begun", locked, by=by, label=locked.file_name)
    return locked, True


def save_mapping(run: ImportRun, name: str, *, by: User | None) -> ImportMapping:
    """Keep the answers of a run under a name; the same name is overwritten."""
    mapping, _new = ImportMapping.objects.update_or_create(
        name=name,
        defaults={
            "kind": run.kind,
            "columns": run.columns,
            "options": run.options | {"source": run.source},
            "by": by,
        },
    )
    audit.record("connect.mapping.saved", mapping, by=by, label=name)
    return mapping


def discard(run: ImportRun, *, by: User | None) -> None:
    """Throw a file away that was uploaded and never begun."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().filter(pk=run.pk, state=ImportState.UPLOADED).first()
        if locked is None:
            return
        audit.record("connect.import.discarded", locked, by=by, label=locked.file_name)
        locked.delete()
        file = run.file
        transaction.on_commit(lambda: file.delete(save=False))


def prepare_import(
    path: Path,
    kind: str,
    *,
    by: User | None,
    preset: str = "",
    mapping: dict[str, str] | None = None,
    options: dict[str, Any] | None = None,
    name: str = "",
    source: str = "",
) -> ImportRun:
    """Take a file, match it and make it ready, for whoever then runs it. Raises UnreadableFile, KeyError for an
    unknown preset, ValueError naming the needed fields that no column gives or those that BY may not change; then
    nothing is kept."""
    run = take_file(Path(path), name or Path(path).name, kind, by=by)
    try:
        if preset:
            names = [column["name"] for column in run.inspection["columns"]]
            run.source, run.columns, run.options = preset_answer(preset, names)
        if mapping is not None:
            run.columns = mapping
        run.source = source or run.source
        run.options = run.options | (options or {})
        if missing := missing_fields(kind, run.columns):
            raise ValueError(" / ".join(" or ".join(sorted(choice)) for choice in missing))
        run.save()
        return make_ready(run, by=by)[0]
    except (KeyError, ValueError):
        discard(run, by=by)
        raise


def start_import(path: Path, kind: str, *, by: User | None, **answers: Any) -> ImportRun:
    """prepare_import, handed to the worker (demo, schedules)."""
    run = prepare_import(path, kind, by=by, **answers)
    jobs.bring_in.enqueue(run.pk)
    return run


def undo_import(run: ImportRun, *, by: User | None) -> None:
    """Have the worker take a whole import back."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state not in (ImportState.DONE, ImportState.FAILED):
            return
        locked.state = ImportState.UNDOING
        locked.save(update_fields=["state"])
        audit.record("connect.import.undo_begun", locked, by=by, label=locked.file_name)
    jobs.take_back.enqueue(locked.pk, by.pk if by else None)
