"""What forms brought: seen, filled in, confirmed, and what those customers bought since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, Subquery, Sum

from grahak.core.fields import MoneyField
from grahak.marketing.models import Submission, SubmissionState
from grahak.sales.models import Order


@dataclass
class FormFigures:
    """SPAM is in no other figure. NET is what customers bought from the day they came by this form, after returns,
    whatever else brought them; BUYERS are those with an order."""

    filled: int = 0
    taken: int = 0
    confirmed: int = 0
    waiting: int = 0
    lapsed: int = 0
    spam: int = 0
    failed: int = 0
    customers: int = 0
    buyers: int = 0
    net: Decimal = Decimal(0)


def figures(form_ids: Iterable[int]) -> dict[int, FormFigures]:
    """The figures of these forms, in two queries for all."""
    ids = list(form_ids)
    found: dict[int, FormFigures] = defaultdict(FormFigures)
    rows = Submission.objects.filter(form_id__in=ids).values("form_id").annotate(
        filled=Count("pk", filter=~Q(state=SubmissionState.SPAM)),
        taken=Count("pk", filter=Q(state=SubmissionState.DONE)),
        confirmed=Count("pk", filter=Q(confirmed_at__isnull=False)),
        waiting=Count("pk", filter=Q(state=SubmissionState.WAITING)),
        lapsed=Count("pk", filter=Q(state=SubmissionState.LAPSED)),
        spam=Count("pk", filter=Q(state=SubmissionState.SPAM)),
        failed=Count("pk", filter=Q(state=SubmissionState.WAITING, why="failed")),
        customers=Count("customer", distinct=True),
    ).order_by()  # fmt: skip
    for row in rows:
        values: dict[str, Any] = {**row}
        form_id = values.pop("form_id")
        found[form_id] = FormFigures(**values)
    _add_money(ids, found)
    return found


def _add_money(ids: list[int], found: dict[int, FormFigures]) -> None:
    """For each customer of a form, their orders from when they first came by it."""
    first = (
        Submission.objects.filter(form_id__in=ids, customer__isnull=False)
        .exclude(state=SubmissionState.SPAM)
        .values("form_id", "customer_id")
        .annotate(since=Min("at"))
        .order_by()
    )
    bought = (
        Order.objects.filter(
            customer_id=OuterRef("customer_id"), cancelled_at=None, placed_at__gte=OuterRef("since")
        )
        .order_by()
        .values("customer_id")
        .annotate(sum=Sum("net"))
        .values("sum")
    )
    rows = first.annotate(net=Subquery(bought, output_field=MoneyField())).values_list("form_id", "net")
    for form_id, net in rows:
        if net is not None:
            found[form_id].buyers += 1
            found[form_id].net += net
