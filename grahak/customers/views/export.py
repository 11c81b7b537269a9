"""The list as a CSV file: streamed as it is read, so that a million customers need no more memory than a
page."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core import audit, business
from grahak.core.access import needs
from grahak.core.csv_guard import guard
from grahak.core.models import User
from grahak.core.registry import Column
from grahak.customers.listing.page import with_columns
from grahak.customers.listing.table import chosen_columns
from grahak.customers.models import Customer
from grahak.customers.selection import Selection, selected
from grahak.customers.views.listing import COLUMNS


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return guard(str(value))


def _columns(request: HttpRequest) -> list[Column]:
    return [column for column in chosen_columns(request.session.get(COLUMNS)) if column.export]


def lines(user: User, chosen: Selection, columns: list[Column]) -> Iterator[str]:
    """The file, a few thousand rows at a time, in the list's order. A byte-order mark tells spreadsheets
    that it is UTF-8; what a spreadsheet would run as a formula is guarded."""
    write = csv.writer(_Line()).writerow
    yield "\ufeff" + write([guard(str(column.label)) for column in columns])
    exports: list[Callable[[Any], Any]] = [column.export for column in columns if column.export]
    for part in chosen.parts(user):
        rows = with_columns(Customer.objects.filter(pk__in=part), columns).in_bulk()
        ordered = [rows[pk] for pk in part if pk in rows]
        for column in columns:
            if column.fill and ordered:
                column.fill(ordered)
        yield "".join([write([_cell(export(row)) for export in exports]) for row in ordered])


@require_POST
@needs("customers.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The chosen customers with the columns on the screen. Who took what is in the audit log."""
    chosen = selected(request)
    columns = _columns(request)
    audit.record(
        "customers.list.exported",
        by=request.user,  # type: ignore[arg-type]
        label=_("Customer list"),
        query=chosen.query,
        ids=len(chosen.ids),
        columns=[column.name for column in columns],
    )
    response = StreamingHttpResponse(
        lines(request.user, chosen, columns),  # type: ignore[arg-type]
        content_type="text/csv; charset=utf-8",
    )  # type: ignore[arg-type]
    response["Content-Disposition"] = f'attachment; filename="customers-{business.today().isoformat()}.csv"'
    response["Cache-Control"] = "no-store"
    return response
