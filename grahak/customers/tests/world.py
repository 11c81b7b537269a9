"""Small worlds for this room's tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from grahak.core.models import User
from grahak.customers import actions
from grahak.customers.models import Customer


def many(by: User, count: int, **fields: Any) -> list[Customer]:
    """COUNT customers named "Customer 001" and so on, with a phone each, added a minute apart."""
    now = timezone.now()
    made = []
    for number in range(1, count + 1):
        one = actions.add_customer(
            by=by, name=f"Customer {number:03d}", phones=[f"98250 {number:05d}"], **fields
        )
        Customer.objects.filter(pk=one.pk).update(created_at=now - dt.timedelta(minutes=number))
        made.append(one)
    return made


def figures(customer: Customer, balance: int = 0, **fields: Any) -> None:
    """What sales would have counted for a customer."""
    from grahak.sales.models import CustomerFigures

    CustomerFigures.objects.update_or_create(
        customer=customer, defaults={"balance": Decimal(balance), **fields}
    )
