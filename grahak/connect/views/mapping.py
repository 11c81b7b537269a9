"""Matching the columns of a file with our fields, with a look at what will come in."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from grahak.connect import actions
from grahak.connect.fields import QUANTITY_FIELDS, choices, closed, is_amount, is_date, label
from grahak.connect.forms import ReadingForm
from grahak.connect.importing.cells import MONEY, QUANTITY, CellError, Cells
from grahak.connect.importing.engine import preview
from grahak.connect.importing.problems import told
from grahak.connect.models import ImportMapping, ImportRun, ImportState
from grahak.connect.reading import PRESETS, Finding, Inspection, UnreadableFile, inspect, match_columns
from grahak.connect.views.imports import run_or_404
from grahak.core.access import needs
from grahak.core.templatetags.ui import amount, clock, day, quantity

SHOWN_ROWS = 12
CHECKED_ROWS = 1000


@needs("imports.edit")
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The matching page. POST keeps the answers; "begin" among its buttons starts the import."""
    run = run_or_404(pk)
    if run.state != ImportState.UPLOADED:
        return redirect(run)
    if request.method != "POST":
        return _page(request, run, _reading_form(run), 200)
    form = _reading_form(run, request.POST)
    if not form.is_valid():
        return _page(request, run, form, 422)
    try:
        _read_again(run, form.cleaned_data)
    except UnreadableFile as error:
        form.add_error(None, str(error.message))
        return _page(request, run, form, 422)
    _keep_answers(run, form.cleaned_data, request.POST, request.user)
    if name := request.POST.get("save_as", "").strip():
        actions.save_mapping(run, name[:80], by=request.user)  # type: ignore[arg-type]
    stopped = actions.missing_fields(run.kind, run.columns) or actions.closed_fields(run, request.user)
    if "begin" in request.POST and not stopped:
        actions.begin(run, by=request.user)  # type: ignore[arg-type]
        return redirect(run)
    if "begin" in request.POST:
        return _page(request, run, _reading_form(run), 422)
    return redirect("connect:columns", pk=pk)


def _reading_form(run: ImportRun, posted: QueryDict | None = None) -> ReadingForm:
    seen, options = run.inspection, run.options
    first = options.get("day_first")
    initial = {
        "sheet": seen.get("sheet"),
        "header_row": seen.get("header_row"),
        "separator": seen.get("separator"),
        "encoding": seen.get("encoding"),
        "day_first": "" if first is None else "yes" if first else "no",
        "terms": options.get("terms", "paid"),
        "customer_kind": options.get("customer_kind", "business"),
        "branch": options.get("branch_id"),
        "service_codes": ", ".join(options.get("service_codes") or []),
    }
    return ReadingForm(posted, inspection=seen, kind=run.kind, initial=initial)


def _read_again(run: ImportRun, answers: dict[str, Any]) -> None:
    """Look into the file anew where the person says that it is to be read otherwise."""
    seen = run.inspection
    chosen: dict[str, Any] = {}
    for name in ("sheet", "separator", "encoding", "header_row"):
        if name in answers and answers[name] not in (None, "") and answers[name] != seen.get(name):
            chosen[name] = answers[name]
    if not chosen:
        return
    keep: dict[str, Any] = {
        name: seen[name] for name in ("sheet", "separator", "encoding") if seen.get(name) and name in answers
    }
    if "sheet" in chosen or "separator" in chosen:
        keep.pop("header_row", None)
    else:
        keep["header_row"] = answers.get("header_row")
    inspection = inspect(Path(run.file.path), name=run.file_name, **(keep | chosen))
    run.inspection, run.rows = inspection.as_json(), inspection.rows_estimate
    source, mapped, options = actions.suggest(inspection, run.kind)
    run.source, run.columns, run.options = source, mapped, run.options | options
    run.save()


def _keep_answers(run: ImportRun, answers: dict[str, Any], posted: QueryDict, user: Any) -> None:
    """The matched columns (posted as field_0, field_1, …) or a preset, and the options."""
    names = [column["name"] for column in run.inspection["columns"]]
    allowed = {field for field, _label in choices(run.kind, user)}
    preset = posted.get("preset", "")
    if preset and preset != (run.options.get("preset") or run.source):
        _use_preset(run, preset, names)
    elif any(f"field_{index}" in posted for index in range(len(names))):
        run.columns = {
            name: field
            for index, name in enumerate(names)
            if (field := posted.get(f"field_{index}", "")) in allowed
        }
    first = answers.get("day_first", "")
    run.options = run.options | {
        "day_first": None if first == "" else first == "yes",
        "terms": answers.get("terms") or "paid",
        "customer_kind": answers.get("customer_kind") or "business",
        "branch_id": answers["branch"].pk if answers.get("branch") else None,
    }
    if "service_codes" in answers:
        codes = [code.strip() for code in answers["service_codes"].replace("\n", ",").split(",")]
        run.options["service_codes"] = sorted({code for code in codes if code})
    run.save()


def _use_preset(run: ImportRun, preset: str, names: list[str]) -> None:
    if preset.startswith("saved-"):
        saved = ImportMapping.objects.filter(pk=preset.removeprefix("saved-"), kind=run.kind).first()
        if saved is not None:
            run.columns = {name: field for name, field in saved.columns.items() if name in names}
            run.options = saved.options | {"preset": preset}
            run.source = saved.options.get("source", "file")
        return
    if preset in {known.code for known in PRESETS if known.kind == run.kind}:
        run.source, run.columns, run.options = actions.preset_answer(preset, names)
        run.options["preset"] = preset


def _page(request: HttpRequest, run: ImportRun, form: ReadingForm, status: int) -> HttpResponse:
    inspection = Inspection.from_json(run.inspection)
    kind: Any = run.kind
    sure = {
        match.column: match.sure for match in match_columns(inspection.column_names, inspection.samples, kind)
    }  # type: ignore[arg-type]
    offered = choices(run.kind, request.user)
    writer, outcome, first = preview(run, CHECKED_ROWS)
    matched = [(field, label(field)) for field, _label in offered if field in set(run.columns.values())]
    secret = closed(run.kind, run.columns.values(), request.user, to="see")
    bad: dict[int, set[str]] = {}
    for refusal in outcome.refusals:
        bad.setdefault(refusal.row, set()).add(refusal.field)
    context = {
        "run": run,
        "form": form,
        "columns": [
            {
                "name": column.name,
                "index": column.index,
                "samples": []
                if run.columns.get(column.name) in secret
                else _samples(inspection, column.index),
                "field": run.columns.get(column.name, ""),
                "sure": sure.get(column.name, False) or bool(run.options.get("preset")),
            }
            for column in inspection.columns
        ],
        "choices": offered,
        "closed": actions.closed_fields(run, request.user),
        "missing": [
            [label(field) for field in sorted(group)]
            for group in actions.missing_fields(run.kind, run.columns)
        ],
        "warnings": [Finding(*warning).message for warning in run.inspection["warnings"]],
        "presets": _presets(run),
        "preset": run.options.get("preset") or run.source,
        "heads": [
            {"label": name, "numeric": is_amount(field) or field in QUANTITY_FIELDS}
            for field, name in matched
        ],
        "preview": [
            _preview_row(writer.cells, row, [f for f, _l in matched], bad) for row in first[:SHOWN_ROWS]
        ],  # type: ignore[attr-defined]
        "checked": len(first),
        "refused": [
            {"row": item.row, "field": label(item.field), "reason": told(item.code, item.params)}
            for item in outcome.refusals[:50]
        ],
        "refused_count": len(outcome.refusals),
    }
    return render(request, "connect/columns.html", context, status=status)


def _samples(inspection: Inspection, index: int) -> list[str]:
    """Up to three different filled cells of a column."""
    found: list[str] = []
    for row in inspection.samples:
        value = row.values[index] if index < len(row.values) else None
        text = "" if value is None else str(value)[:40]
        if text and text not in found:
            found.append(text)
        if len(found) == 3:
            break
    return found


def _presets(run: ImportRun) -> list[tuple[str, Any]]:
    known = [(preset.code, preset.name) for preset in PRESETS if preset.kind == run.kind]
    saved = [(f"saved-{row.pk}", row.name) for row in ImportMapping.objects.filter(kind=run.kind)]
    return known + saved


def _preview_row(cells: Cells, row: Any, fields: list[str], bad: dict[int, set[str]]) -> dict[str, Any]:
    wrong = bad.get(row.number, set())
    return {
        "number": row.number,
        "is_bad": bool(wrong),
        "cells": [
            {
                "text": _shown(cells, row.values, field),
                "bad": field in wrong,
                "numeric": is_amount(field) or field in QUANTITY_FIELDS,
            }
            for field in fields
        ],
    }


def _shown(cells: Cells, values: Any, field: str) -> Any:
    """A cell as it will look in Grahak; as it stands in the file where it can't be read."""
    raw = cells.raw(values, field)
    try:
        if raw is None:
            return "–"
        if field == "opening_balance":
            units = cells.balance(values, field)
            return amount(None if units is None else Decimal(units) / MONEY, "", None)
        if is_amount(field):
            units = cells.units(values, field, MONEY)
            return amount(None if units is None else Decimal(units) / MONEY, "", None)
        if field in QUANTITY_FIELDS:
            units = cells.units(values, field, QUANTITY)
            return quantity(None if units is None else Decimal(units) / QUANTITY)
        if is_date(field):
            moment = cells.moment(values, field)
            return f"{day(moment)} {clock(moment)}"
        return cells.text(values, field, 5000)[:60]
    except CellError:
        return str(raw)[:60]
