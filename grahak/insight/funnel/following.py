"""Keeps the life of customers and the orders of leads in step with sales: at once for who just ordered, and in one look
at everybody after the stages were found anew (customers.leads.lifecycle has the rules)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from grahak.core import business
from grahak.core.bulk import pieces
from grahak.core.models import Setting
from grahak.customers.leads import actions, lifecycle
from grahak.customers.models import Customer, Lead, Lifecycle
from grahak.insight.lifecycle.stages import entered
from grahak.insight.models import CustomerStage
from grahak.sales.models import Order, OrderKind

LAPSED: Final = ("lapsed", "lost")  # the stages that count as lapsed
FEW: Final = 50  # more than that is an import or an undo, and waits for the job
STEP: Final = 5_000
FIRST_LOOK: Final = "insight.lifecycle.looked"  # set once everybody was looked at
Times = dict[int, tuple[dt.datetime | None, dt.datetime | None]]


def after_orders(customer_ids: Collection[int], days: Collection[dt.date]) -> None:
    """Orders of these changed (`sales.orders.changed`); an import names nobody, and the job looks at all."""
    if customer_ids and len(customer_ids) < FEW:
        follow(customer_ids)


@transaction.atomic
def follow(customer_ids: Collection[int]) -> None:
    """Bring these customers' lives in step with their orders and stages. One query where nothing changed."""
    rows = Customer.objects.filter(pk__in=customer_ids).annotate(
        was_lead=Exists(Lead.objects.filter(customer=OuterRef("pk")))
    )
    told = list(
        rows.values_list(
            "pk", "lifecycle", "was_lead", "stage__stage", "stage__due_on", "stage__gap", "figures__orders",
            "figures__first_at",
        )
    )  # fmt: skip
    first: dict[int, dt.datetime] = {}
    silent: dict[int, dt.datetime] = {}
    gone: list[int] = []
    back: list[int] = []
    for pk, life, _lead, stage, due_on, gap, orders, first_at in told:
        if life in lifecycle.BEFORE_BUYING and orders and first_at:
            first[pk] = first_at
        elif life in lifecycle.BUYING and not orders:
            gone.append(pk)
        elif life == Lifecycle.CUSTOMER and stage in LAPSED:
            silent[pk] = _since(due_on, gap)
        elif life == Lifecycle.LAPSED and stage and stage not in LAPSED:
            back.append(pk)
    _move(first, gone, silent, back)
    if led := [row[0] for row in told if row[2]]:
        actions.ordered(order_times(led))


def _move(
    first: dict[int, dt.datetime], gone: list[int], silent: dict[int, dt.datetime], back: list[int]
) -> None:
    if first:
        lifecycle.ordered(first)
    if gone:
        lifecycle.unordered(gone)
    if silent:
        lifecycle.lapsed(silent)
    if back:
        lifecycle.returned(back)


def _since(due_on: dt.date, gap: int) -> dt.datetime:
    """When somebody became lapsed whose next order was due on that day."""
    return business.day_start(entered("lapsed", due_on - dt.timedelta(days=gap), gap))


def order_times(ids: Iterable[int]) -> Times:
    """The moments of the first and second sale of customers; (None, None) for who has none. Cancelled orders and
    returns are no sales."""
    asked = list(ids)
    found: dict[int, list[dt.datetime]] = {pk: [] for pk in asked}
    for piece in pieces(asked):
        rows = Order.objects.filter(customer_id__in=piece, cancelled_at=None, kind=OrderKind.SALE)
        numbered = rows.annotate(
            nth=Window(RowNumber(), partition_by=F("customer_id"), order_by=[F("placed_at"), F("id")])
        )
        for pk, at in numbered.filter(nth__lte=2).order_by("nth").values_list("customer_id", "placed_at"):
            found[pk].append(at)
    return {pk: (at[0] if at else None, at[1] if len(at) > 1 else None) for pk, at in found.items()}


def look() -> dict[str, int]:
    """The same for everybody, in pieces that each commit. The first look writes down what was so already and tells
    nobody. Returns how many changed."""
    quiet = not Setting.objects.filter(pk=FIRST_LOOK).exists()
    changed = {
        "ordered": _look_at_first_orders(), "gone": _look_at_gone_orders(), "lapsed": _look_at_silent(quiet),
        "returned": _look_at_returned(),
    }  # fmt: skip
    for piece in pieces(Lead.objects.order_by().values_list("customer_id", flat=True).distinct()):
        with transaction.atomic():
            actions.ordered(order_times(piece))
    Setting.objects.update_or_create(name=FIRST_LOOK, defaults={"value": True})
    return changed


def _look_at_first_orders() -> int:
    rows = Customer.objects.filter(lifecycle__in=lifecycle.BEFORE_BUYING, figures__orders__gt=0)
    told = rows.values_list("pk", "figures__first_at")
    first = {pk: at for pk, at in told if at is not None}
    return len(lifecycle.ordered(first)) if first else 0


def _look_at_gone_orders() -> int:
    none = Q(figures__isnull=True) | Q(figures__orders=0)
    rows = Customer.objects.filter(
        none,
        lifecycle__in=lifecycle.BUYING,
        lifecycle_changes__after="customer",
        lifecycle_changes__why="ordered",
    )
    gone = list(rows.order_by().values_list("pk", flat=True).distinct())
    return len(lifecycle.unordered(gone)) if gone else 0


def _look_at_silent(quiet: bool) -> int:
    rows = CustomerStage.objects.filter(stage__in=LAPSED, customer__lifecycle=Lifecycle.CUSTOMER).order_by(
        "pk"
    )
    last, moved = 0, 0
    while here := list(rows.filter(pk__gt=last).values_list("pk", "due_on", "gap")[:STEP]):
        last = here[-1][0]
        since = {pk: _since(due_on, gap) for pk, due_on, gap in here}
        moved += len(lifecycle.lapsed(since, quiet=quiet))
    return moved


def _look_at_returned() -> int:
    rows = Customer.objects.filter(lifecycle=Lifecycle.LAPSED, stage__isnull=False)
    back = list(rows.exclude(stage__stage__in=LAPSED).values_list("pk", flat=True))
    return len(lifecycle.returned(back)) if back else 0
