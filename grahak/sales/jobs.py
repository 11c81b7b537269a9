"""Sales work in the background: each job is safe to repeat."""

from __future__ import annotations

from grahak.core.jobs import task
from grahak.sales.actions import reclassify
from grahak.sales.deals.actions import offer_orders
from grahak.sales.models import CustomerFigures
from grahak.sales.recount import recount_customers


@task(queue_name="default")
def reclassify_codes(codes: list[str]) -> int:
    """Bring past lines in step with the list of service codes."""
    return reclassify(codes)


@task(queue_name="default")
def offer_orders_to_deals() -> int:
    """After an import: look whether its orders seem to come of deals. Returns how many are offered."""
    return offer_orders()


@task(queue_name="default")
def age_debts() -> int:
    """Every night: debts grow a day older. Returns how many customers were recounted."""
    owing = list(CustomerFigures.objects.filter(balance__gt=0).values_list("customer_id", flat=True))
    recount_customers(owing)
    return len(owing)
