"""When the list of service codes changes, past lines move between goods and services, and all sums with
them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Upper

from grahak.catalogue.codes import folded, service_codes
from grahak.core import business
from grahak.core.events import announce
from grahak.core.fields import MoneyField
from grahak.sales.models import Order, OrderLine
from grahak.sales.recount import recount

AT_ONCE = 2_000


def reclassify(codes: Iterable[str]) -> int:
    """Bring the lines with these codes in step with the present list of service codes, and the sums of their
    orders, customers and days. Returns how many orders changed. Safe to repeat."""
    wanted, services = sorted({folded(code) for code in codes}), service_codes()
    found = (
        OrderLine.objects.annotate(folded=Upper("code"))
        .filter(folded__in=wanted)
        .exclude(is_service=Case(When(folded__in=services, then=Value(True)), default=Value(False)))
    )
    orders = sorted(set(found.values_list("order_id", flat=True)))
    for start in range(0, len(orders), AT_ONCE):
        _restate(orders[start : start + AT_ONCE], wanted, services)
    return len(orders)


@transaction.atomic
def _restate(order_ids: list[int], wanted: list[str], services: frozenset[str]) -> None:
    for code in wanted:
        OrderLine.objects.filter(order_id__in=order_ids, code__iexact=code).update(
            is_service=code in services
        )

    def summed(is_service: bool) -> Coalesce:
        lines = (
            OrderLine.objects.filter(order=OuterRef("pk"), is_service=is_service).order_by().values("order")
        )
        return Coalesce(
            Subquery(lines.annotate(sum=Sum("amount")).values("sum")),
            Value(Decimal(0), output_field=MoneyField()),
        )

    touched = Order.objects.filter(pk__in=order_ids)
    touched.update(net=summed(False), service=summed(True), updated_at=F("updated_at"))
    rows = list(touched.values_list("customer_id", "placed_at"))
    customers = sorted({pk for pk, _moment in rows if pk is not None})
    days = sorted({business.day_of(moment) for _pk, moment in rows})
    recount(customers, days)
    announce("sales.orders.changed", customer_ids=customers, days=days)
