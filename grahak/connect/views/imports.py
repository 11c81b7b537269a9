"""Bringing files in: the list with its upload, a run's page, its failed rows, its undoing."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.connect import actions
from grahak.connect.fields import closed as secret
from grahak.connect.fields import label
from grahak.connect.forms import UploadForm
from grahak.connect.models import ImportRun, ImportState
from grahak.connect.reading import UnreadableFile
from grahak.core.access import needs, scope_of
from grahak.core.csv_guard import guard
from grahak.core.toasts import say
from grahak.customers.duplicates import pairs

MOVING = (ImportState.READY, ImportState.RUNNING, ImportState.UNDOING)


def run_or_404(pk: int) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("by", "batch"), pk=pk)


@needs("imports.view")
def import_list(request: HttpRequest) -> HttpResponse:
    """Files brought in so far; POST takes a new one."""
    if request.method == "POST":
        return _upload(request)
    page = Paginator(ImportRun.objects.select_related("by"), 25).get_page(request.GET.get("page"))
    return render(request, "connect/imports.html", {"form": UploadForm(), "page": page})


def _upload(request: HttpRequest) -> HttpResponse:
    if not request.user.can("imports.edit"):  # type: ignore[union-attr]
        raise Http404
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            run = _take(form.cleaned_data["file"], form.cleaned_data["kind"], request)
        except UnreadableFile as error:
            form.add_error("file", str(error.message))
        else:
            return redirect(run)
    page = Paginator(ImportRun.objects.select_related("by"), 25).get_page(1)
    return render(request, "connect/imports.html", {"form": form, "page": page}, status=422)


def _take(upload: UploadedFile, kind: str, request: HttpRequest) -> ImportRun:
    """Look into an upload through a file of its own, which is gone afterwards."""
    name = Path(upload.name or "file").name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(name).suffix[:10]}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return actions.take_file(path, name, kind, by=request.user)  # type: ignore[arg-type]


@needs("imports.view")
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A run: its columns before it starts, its progress while it goes, its counts and refused rows after."""
    run = run_or_404(pk)
    if run.state == ImportState.UPLOADED:
        return redirect("connect:columns", pk=pk)
    issues = Paginator(run.issues.all(), 50).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "run": run,
        "issues": issues,
        "moving": run.state in MOVING,
        "share": _share(run),
    }
    if run.state == ImportState.DONE and run.batch_id and scope_of(request.user, "customers.merge"):
        found = pairs.of_batch(pairs.waiting(request.user), run.batch_id)  # type: ignore[arg-type]
        context["alike"] = found.order_by()[:1001].count()
    if request.htmx and request.htmx.target == "import-progress":  # type: ignore[attr-defined]
        response = render(request, "connect/_progress.html", context)
        if not context["moving"]:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "connect/import.html", context)


def _share(run: ImportRun) -> dict[str, Any]:
    """Parts of a hundred: brought in, refused."""
    whole = max(run.rows, run.read, 1)
    bad = run.failed * 100 / whole
    return {
        "good": f"{max(0, run.read * 100 / whole - bad):.1f}",
        "bad": f"{bad:.1f}",
        "done": run.read * 100 // whole,
    }


@require_POST
@needs("imports.edit")
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a matched file to the worker."""
    run = run_or_404(pk)
    if actions.missing_fields(run.kind, run.columns) or actions.closed_fields(run, request.user):
        return redirect("connect:columns", pk=pk)
    actions.begin(run, by=request.user)  # type: ignore[arg-type]
    return redirect(run)


@require_POST
@needs("imports.edit")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    run = run_or_404(pk)
    actions.undo_import(run, by=request.user)  # type: ignore[arg-type]
    return redirect(run)


@require_POST
@needs("imports.edit")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with an import that a fault stopped."""
    run = run_or_404(pk)
    if run.state == ImportState.FAILED:
        if actions.closed_fields(run, request.user):
            raise Http404
        actions.begin(run, by=request.user)  # type: ignore[arg-type]
    return redirect(run)


@require_POST
@needs("imports.edit")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an uploaded file away before anything was brought in."""
    run = run_or_404(pk)
    actions.discard(run, by=request.user)  # type: ignore[arg-type]
    say(request, _("The file was put away. Nothing was changed."))
    return redirect("connect:imports")


class _Echo:
    """A file that gives back what is written, for streaming CSV."""

    def write(self, text: str) -> str:
        return text


@needs("imports.view")
def failed_rows(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows as they stood, with row number, field and reason: mend and bring in again."""
    run = run_or_404(pk)
    writer = csv.writer(_Echo())
    columns = [column["name"] for column in run.inspection["columns"]]
    closed = secret(run.kind, run.columns.values(), request.user, to="see")
    hidden = {at for at, name in enumerate(columns) if run.columns.get(name) in closed}

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow([*columns, _("Row"), _("Field"), _("What is wrong")])
        for issue in run.issues.iterator(chunk_size=1000):
            values = [
                "" if value is None or at in hidden else guard(str(value))
                for at, value in enumerate(issue.values)
            ]
            values += [""] * (len(columns) - len(values))
            yield writer.writerow([*values[: len(columns)], issue.row, str(label(issue.field)), issue.reason])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="failed-rows-{run.pk}.csv"'
    return response
