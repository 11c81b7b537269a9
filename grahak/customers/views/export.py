"""The list as a file: streamed as it is read, audited before the first byte leaves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core import audit, business
from grahak.core.access import needs
from grahak.customers.listing.file import lines
from grahak.customers.listing.table import chosen_columns
from grahak.customers.selection import selected
from grahak.customers.views.listing import COLUMNS


@require_POST
@needs("customers.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The chosen customers with the columns on the screen. Who took what is in the audit log."""
    chosen = selected(request)
    columns = [
        column
        for column in chosen_columns(request.session.get(COLUMNS), request.user)
        if column.export or column.value
    ]
    audit.record(
        "customers.list.exported",
        by=request.user,  # type: ignore[arg-type]
        label=_("Customer list"),
        query=chosen.query,
        ids=len(chosen.ids),
        columns=[column.name for column in columns],
    )
    parts = lines(request.user, chosen, columns)  # type: ignore[arg-type]
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="customers-{business.today().isoformat()}.csv"'
    response["Cache-Control"] = "no-store"
    return response
