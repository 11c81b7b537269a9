"""Classes and stages of customers: the picture, how large the classes were, who moved, and the borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db import connection
from django.db.models import Avg, Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from grahak.core import bulk, business
from grahak.core.access import needs, scoped
from grahak.core.models import Setting, User
from grahak.core.toasts import say
from grahak.insight import jobs
from grahak.insight.lifecycle import STAGES
from grahak.insight.models import CustomerStage
from grahak.insight.rfm import CLASSES, GRID, borders, moves, scoring
from grahak.insight.standing_forms import BordersForm
from grahak.insight.standing_hooks import class_name
from grahak.sales.models import CustomerFigures

WEEKS = 26
FLOWS_SHOWN = 12
RANK = list(CLASSES)  # from the best to the worst, for "up" and "down"


@dataclass(frozen=True)
class Row:
    """A class with its size now and DAYS ago (None: not known), its money and its line over time."""

    found: Any
    cell: moves.Cell
    change: int | None
    line: str


@needs("insight.rfm")
@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """The picture, the sizes, the moves of ?days=30 or 90, and the stages."""
    user = cast(User, request.user)
    days = 90 if request.GET.get("days") == "90" else 30
    today = business.today()
    cells = moves.grid(user)
    sizes = moves.sizes(user, today - dt.timedelta(weeks=WEEKS))
    now = moves.classes(user)
    flows = moves.flow(user, days)
    last = Setting.objects.filter(pk=scoring.LAST_RUN).first()
    context = {
        "picture": _picture(cells),
        "everybody": sum(cell.customers for cell in cells.values()),
        "net": sum((cell.net for cell in cells.values()), Decimal(0)),
        "rows": _rows(now, sizes, days),
        "days": days,
        "sizes": _table(sizes),
        "flows": _flows(flows)[:FLOWS_SHOWN],
        "more_flows": _flows(flows)[FLOWS_SHOWN:],
        "moved": sum(flows.values()),
        "stages": _stages(user),
        "by_hand": borders.current().by_hand,
        "scored_at": parse_datetime(last.value["at"]) if last else None,
    }
    return render(request, "insight/classes.html", context)


def _picture(cells: dict[tuple[int, int], moves.Cell]) -> list[dict[str, Any]]:
    """The rows of the picture, recency 5 at the top; LOAD 0 to 4 is how full a square is, for its shade."""
    most = max((cell.customers for cell in cells.values()), default=0) or 1
    rows = []
    for recency in range(5, 0, -1):
        squares = []
        for fm in range(1, 6):
            cell = cells.get((recency, fm), moves.Cell())
            code = GRID[recency][fm - 1]
            load = 0 if not cell.customers else 1 + min(3, cell.customers * 4 // (most + 1))
            squares.append({"fm": fm, "cell": cell, "found": CLASSES[code], "load": load, "net": cell.net})
        rows.append({"recency": recency, "squares": squares})
    return rows


def _rows(now: dict[str, moves.Cell], sizes: dict[dt.date, dict[str, int]], days: int) -> list[Row]:
    then = business.today() - dt.timedelta(days=days)
    before = [day for day in sizes if day <= then]
    rows = []
    for code, found in CLASSES.items():
        cell = now.get(code, moves.Cell())
        change = cell.customers - sizes[before[-1]][code] if before else None
        rows.append(Row(found, cell, change, _line([sizes[day][code] for day in sizes], list(sizes))))
    return rows


def _line(counts: list[int], days: list[dt.date]) -> str:
    """The points of a line in a box of 120 by 24, from zero; time runs with the writing. "" for fewer than two."""
    if len(counts) < 2:
        return ""
    first, span = days[0].toordinal(), max(1, (days[-1] - days[0]).days)
    most = max(counts) or 1
    points = []
    for day, count in zip(days, counts, strict=True):
        along = (day.toordinal() - first) * 118 / span + 1
        x = 120 - along if get_language() == "ur" else along
        points.append(f"{x:.1f},{22 - count * 20 / most:.1f}")
    return " ".join(points)


def _table(sizes: dict[dt.date, dict[str, int]]) -> list[dict[str, Any]]:
    """The figures beneath the lines, the latest first, a row a week."""
    days = sorted(sizes, reverse=True)
    kept = [day for index, day in enumerate(days) if index == 0 or day.weekday() == days[-1].weekday()]
    return [{"day": day, "counts": [sizes[day][code] for code in CLASSES]} for day in kept[:WEEKS]]


def _flows(flows: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """The ways that were gone, the broadest first, each with its list."""
    most = max(flows.values(), default=1)
    found = []
    for (before, after), many in sorted(flows.items(), key=lambda one: (-one[1], one[0])):
        up = None
        if before in RANK and after in RANK:
            up = RANK.index(after) < RANK.index(before)
        found.append(
            {
                "before": class_name(before), "after": class_name(after), "many": many, "up": up,
                "width": f"{max(1.0, many * 100 / most):.1f}",
                "code": f"{moves.written(before)}-{moves.written(after)}",
            }
        )  # fmt: skip
    return found


def _stages(user: User) -> list[dict[str, Any]]:
    """How many are in each stage, with their mean lapse risk. One query."""
    rows = scoped(
        CustomerStage.objects.filter(customer__archived_at=None), user, "insight.rfm",
        owner="customer__owner", branch="customer__branch",
    )  # fmt: skip
    counted = {
        code: (many, round(risk))
        for code, many, risk in rows.order_by()
        .values_list("stage")
        .annotate(many=Count("pk"), risk=Avg("risk"))
    }
    return [
        {"found": stage, "many": counted.get(code, (0, 0))[0], "risk": counted.get(code, (0, None))[1]}
        for code, stage in STAGES.items()
    ]


@needs("insight.rfm.edit")
@require_http_methods(["GET", "POST"])
def borders_page(request: HttpRequest) -> HttpResponse:
    """The borders. "Show" counts how many would fall where and keeps nothing."""
    kept = borders.current()
    form = BordersForm(request.POST or None, initial=BordersForm.first(kept))
    shown: borders.Borders | None = kept
    if request.method == "POST":
        shown = form.borders(kept) if form.is_valid() else None
        if shown is not None and "show" not in request.POST:
            borders.keep(shown, by=cast(User, request.user))
            jobs.rescore_customers.enqueue()
            say(request, _("Saved. All customers are scored anew."))
            return redirect("standing:borders")
    context = {
        "form": form,
        "lines": [
            {"mark": mark, "fields": [form[f"{name}_{mark}"] for name in ("days", "orders", "money")]}
            for mark in (5, 4, 3, 2)
        ],
        "preview": preview(shown) if shown else None,
        "is_shown": request.method == "POST" and shown is not None,
    }
    return render(request, "insight/borders.html", context, status=422 if form.errors else 200)


def preview(wanted: borders.Borders) -> dict[str, Any]:
    """How many customers would fall where by these borders. One query over all of them."""
    figures = CustomerFigures._meta.db_table
    sql, params = borders.scored_sql(wanted, f"{figures} WHERE orders > 0", business.today())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r, f, m, class, COUNT(*) FROM ({sql}) AS scored GROUP BY r, f, m, class",  # noqa: S608
            [bulk.stored(moment) for moment in params],
        )
        rows = cursor.fetchall()
    marks: dict[str, list[int]] = {name: [0] * 6 for name in ("recency", "frequency", "monetary")}
    counts = dict.fromkeys(CLASSES, 0)
    for r, f, m, code, many in rows:
        marks["recency"][r] += many
        marks["frequency"][f] += many
        marks["monetary"][m] += many
        counts[code] += many
    return {
        "lines": [
            {"mark": mark, **{name: counted[mark] for name, counted in marks.items()}}
            for mark in range(5, 0, -1)
        ],
        "classes": [(CLASSES[code], many) for code, many in counts.items()],
        "total": sum(counts.values()),
    }
