"""The warehouse's page under Settings: how fresh it is, whether it agrees with the records, its open copies, and what
its tables and columns mean."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import duckdb
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.core import audit
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.warehouse import copies, dates, erase, jobs, lake, reconcile, schema, status, trouble
from grahak.warehouse.forms import CopiesForm
from grahak.warehouse.star import TABLES

LATE = 10.0  # seconds behind from which the page says so


@needs("warehouse.view")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The state of the warehouse."""
    return render(request, "warehouse/warehouse.html", shown(CopiesForm(initial=_chosen())))


def _chosen() -> dict[str, Any]:
    plan = copies.plan()
    return {"every": plan.every, "tables": list(plan.tables)}


def shown(form: CopiesForm) -> dict[str, Any]:
    """What the page shows; the warehouse itself may be away."""
    counted = reconcile.last()
    by_name = {table["name"]: table for table in counted["tables"]} if counted else {}
    size, rows = _asked()
    fresh = lake.fresh()
    return {
        "form": form,
        "fresh": fresh,
        "late": fresh["behind_seconds"] is not None and fresh["behind_seconds"] > LATE,
        "stale_since": _stale_since(fresh),
        "trouble": trouble.now(),
        "erasing": erase.since(),
        "size": size,
        "mebibytes": size["bytes"] / 2**20 if size else None,
        "rebuilding": jobs.is_alive(jobs.rebuild_warehouse) or lake.is_held("rebuild"),
        "counting": jobs.is_alive(jobs.count_warehouse),
        "writing": jobs.is_alive(jobs.write_copies),
        "counted_at": dt.datetime.fromisoformat(counted["at"]) if counted else None,
        "tables": [
            {
                "table": table,
                "columns": schema.columns(table),
                "rows": rows.get(name),
                "count": by_name.get(name),
            }
            for name, table in TABLES.items()
        ],
        "dates": {"columns": dates.COLUMNS, "rows": rows.get(schema.DATES)},
        "copies": [copy | {"at": dt.datetime.fromisoformat(copy["at"])} for copy in copies.there()],
        "folder": copies.folder(),
    }


def _asked() -> tuple[dict[str, int] | None, dict[str, int]]:
    """(size, rows of each table) as the catalogue knows them; nothing where it can't be opened."""
    try:
        if lake.current() is None:
            return None, {}
        return status.size(), status.rows()
    except (lake.Unavailable, duckdb.Error):
        return None, {}


def _stale_since(fresh: dict[str, Any]) -> dt.datetime | None:
    if fresh["behind_seconds"] is None or fresh["behind_seconds"] <= LATE:
        return None
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=fresh["behind_seconds"])


@needs("warehouse.edit")
@require_POST
@transaction.atomic
def rebuild(request: HttpRequest) -> HttpResponse:
    """Have it made anew, beside the one in use."""
    jobs.soon(jobs.rebuild_warehouse)
    audit.record("warehouse.rebuild.asked", by=cast(User, request.user))
    say(request, _("The warehouse is being made anew; the old one serves until it is complete."))
    return redirect("warehouse:page")


@needs("warehouse.view")
@require_POST
@transaction.atomic
def count(request: HttpRequest) -> HttpResponse:
    """Have it counted against the records."""
    jobs.soon(jobs.count_warehouse)
    audit.record("warehouse.count.asked", by=cast(User, request.user))
    say(request, _("The warehouse is being counted against the records."))
    return redirect("warehouse:page")


@needs("warehouse.edit")
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice of open copies; with “now” also write them."""
    form = CopiesForm(request.POST)
    if not form.is_valid():
        return render(request, "warehouse/warehouse.html", shown(form), status=422)
    by = cast(User, request.user)
    with transaction.atomic():
        before = _chosen()
        after = form.cleaned_data
        copies.choose(after["every"], after["tables"])
        if changes := audit.changed(before, after):
            audit.record("warehouse.copies.chosen", by=by, **changes)
        if "now" in request.POST:
            jobs.soon(jobs.write_copies)
            audit.record("warehouse.copies.asked", by=by)
    if "now" in request.POST:
        say(request, _("The copies are being written."))
    else:
        say(request, _("Kept."))
    return redirect("warehouse:page")


@needs("warehouse.view")
@require_GET
def download(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """One open copy."""
    if name not in {copy["table"] for copy in copies.there()}:
        raise Http404
    audit.record("warehouse.copy.downloaded", by=cast(User, request.user), label=name)
    file = (copies.folder() / f"{name}.parquet").open("rb")
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.parquet", content_type="application/vnd.apache.parquet"
    )
