"""The quarantine: what could not be read, why, and another try."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from grahak.connect import rejects
from grahak.core.access import needs, scope_of
from grahak.core.money import figure
from grahak.core.toasts import say
from grahak.customers.models import Rejected, Source

PAGE = 30
_SHOWN = 4000  # letters of a body in the list; the whole stands on its page
_LARGEST = 2**63 - 1


def _wanted(request: HttpRequest) -> tuple[Any, dict[str, str]]:
    """The rows that the address asks for, and the filters that it names."""
    rows = Rejected.objects.order_by("-at", "-pk").select_related("source")
    chosen = {name: request.GET.get(name, "") for name in ("reason", "source", "show")}
    rows = rows.exclude(replayed_at=None) if chosen["show"] == "kept" else rows.filter(replayed_at=None)
    if chosen["reason"]:
        rows = rows.filter(reason=chosen["reason"][:24])
    if chosen["source"].isascii() and chosen["source"].isdecimal() and len(chosen["source"]) < 19:
        rows = rows.filter(source=int(chosen["source"]))
    return rows, chosen


@require_GET
@needs("rejects.view")
def rejected(request: HttpRequest) -> HttpResponse:
    """The newest first, by reason and source."""
    rows, chosen = _wanted(request)
    before = request.GET.get("before", "")
    newest = rows
    if before.isascii() and before.isdecimal() and len(before) < 19:
        last = Rejected.objects.filter(pk=int(before)).first()
        rows = rows.filter(at__lte=last.at).exclude(at=last.at, pk__gte=last.pk) if last else rows
    page = list(rows[: PAGE + 1])
    open_ones = Rejected.objects.filter(replayed_at=None)
    codes = list(open_ones.order_by("reason").values_list("reason", flat=True).distinct()[:40])
    context = {
        "rows": [_told(row) for row in page[:PAGE]],
        "more": page[PAGE - 1].pk if len(page) > PAGE else None,
        "many": newest.count(),
        "reasons": [(code, rejects.reason(Rejected(reason=code))) for code in codes],
        "sources": list(Source.objects.order_by("name").values_list("pk", "name")),
        "chosen": chosen,
        "asked": "?" + urlencode({name: value for name, value in chosen.items() if value}),
        "may_edit": scope_of(request.user, "rejects.edit") is not None,
    }
    return render(request, "connect/rejected.html", context)


def _told(row: Rejected) -> dict[str, Any]:
    return {
        "row": row,
        "reason": rejects.reason(row),
        "door": rejects.DOORS.get(row.door, row.door),
        "body": _pretty(row.body)[:_SHOWN],
        "cut": len(row.body) > _SHOWN,
        "can_again": row.door in rejects.REPLAYED and row.replayed_at is None,
    }


def _pretty(body: str) -> str:
    """JSON set for reading; anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return body


@require_GET
@needs("rejects.view")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent, whole."""
    row = _row(pk)
    may = scope_of(request.user, "rejects.edit") is not None
    context = _told(row) | {"body": _pretty(row.body), "cut": False, "may_edit": may}
    return render(request, "connect/rejected_one.html", context)


def _row(pk: int) -> Rejected:
    found = Rejected.objects.select_related("source").filter(pk=pk).first() if pk <= _LARGEST else None
    if found is None:
        raise Http404
    return found


@require_POST
@needs("rejects.edit")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one once more."""
    kept, _left = rejects.again_all([_row(pk)], by=request.user)  # type: ignore[arg-type]
    if kept:
        say(request, _("It was read now and is kept."))
        return redirect("connect:rejected")
    say(request, str(rejects.reason(_row(pk))), tone="wrong")
    return redirect("connect:reject", pk)


@require_POST
@needs("rejects.edit")
def again_all(request: HttpRequest) -> HttpResponse:
    """Try all that the list shows, at most 500 at once, the oldest first."""
    rows, _chosen = _wanted(request)
    oldest = rows.filter(replayed_at=None, door__in=rejects.REPLAYED).order_by("at", "pk")
    kept, left = rejects.again_all(oldest[: rejects.AT_ONCE], by=request.user)  # type: ignore[arg-type]
    told = ngettext("%(n)s is kept now.", "%(n)s are kept now.", kept) % {"n": figure(kept)}
    if left:
        told += " " + ngettext("%(n)s still can't be read.", "%(n)s still can't be read.", left) % {
            "n": figure(left)
        }
    say(request, told, tone="wait" if left else "done")
    return redirect("connect:rejected")


@require_POST
@needs("rejects.edit")
def remove(request: HttpRequest) -> HttpResponse:
    """Throw away one, or all that the list shows."""
    pk = request.POST.get("pk", "")
    if pk:
        if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
            raise Http404
        rows = Rejected.objects.filter(pk=int(pk))
    else:
        rows = Rejected.objects.filter(pk__in=_wanted(request)[0].values("pk"))
    gone = rejects.remove(rows, by=request.user)  # type: ignore[arg-type]
    say(request, ngettext("%(n)s was thrown away.", "%(n)s were thrown away.", gone) % {"n": figure(gone)})
    return redirect("connect:rejected")
