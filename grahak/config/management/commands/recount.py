"""`grahak recount`: writes the sums of customers and days anew from their orders and khata."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from grahak.core import business
from grahak.customers.models import Customer
from grahak.sales.deals.counting import recount_all as recount_stages
from grahak.sales.models import DaySales, Order
from grahak.sales.recount import recount_customers, recount_days

AT_ONCE = 1000


class Command(BaseCommand):
    help = "Write the sums of customers, days and stages of deals anew from their rows."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Takes nothing."""

    def handle(self, *args: Any, **options: Any) -> None:
        ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            recount_customers(ids[start : start + AT_ONCE])
        placed = Order.objects.order_by("placed_at").values_list("placed_at", flat=True)
        days = {business.day_of(moment) for moment in placed.iterator(chunk_size=10_000)}
        recount_days(days | set(DaySales.objects.values_list("day", flat=True)))
        cells = recount_stages()
        self.stdout.write(f"{len(ids)} customers, {len(days)} days and {cells} figures of stages of deals")
