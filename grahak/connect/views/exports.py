"""Everything the business owns as one file: asked for, watched, taken."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.connect.exporting import actions
from grahak.connect.exporting.models import ExportFormat, ExportRun
from grahak.core import business
from grahak.core.access import needs
from grahak.core.forms import StyledForm
from grahak.core.models import User
from grahak.core.toasts import say


class ExportForm(StyledForm):
    """In what format."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=ExportFormat.choices, initial=ExportFormat.CSV
    )


@require_http_methods(["GET", "POST"])
@needs("export.everything")
def exports(request: HttpRequest) -> HttpResponse:
    """The exports there are, and a new one."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(actions.ask(form.cleaned_data["format"], by=cast(User, request.user)))
    context = {"form": form, "runs": ExportRun.objects.select_related("by")[:20]}
    status = 422 if form.errors else 200
    return render(request, "connect/exports/exports.html", context, status=status)


@require_GET
@needs("export.everything")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one is; as a fragment its progress alone."""
    run = get_object_or_404(ExportRun.objects.select_related("by"), pk=pk)
    context = {"run": run, "moving": run.state in actions.MOVING, "percent": _percent(run)}
    page = (
        "connect/exports/_progress.html" if getattr(request, "htmx", None) else "connect/exports/export.html"
    )
    return render(request, page, context)


def _percent(run: ExportRun) -> int:
    return round(100 * run.tables_done / run.tables) if run.tables else 0


@require_GET
@needs("export.everything")
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file. Who took it is in the log."""
    run = get_object_or_404(ExportRun, pk=pk)
    path = actions.taken(run, by=cast(User, request.user))
    name = f"grahak-{business.today().isoformat()}-{run.format}.zip"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@needs("export.everything")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the file away before its week is over."""
    actions.throw_away(get_object_or_404(ExportRun, pk=pk), by=cast(User, request.user))
    say(request, _("The file is gone."))
    return redirect("connect:exports")
