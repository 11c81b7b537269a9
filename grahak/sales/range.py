"""Which orders a list shows: a range of days, a kind, a customer, a branch, a number; and what they add
up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.models import Branch, User
from grahak.core.parsing import Unreadable, parse_date
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.sales.models import Order, OrderKind
from grahak.sales.models.order import OrderQuerySet

SUMMED = ("net", "service", "tax", "total", "received")


@dataclass(frozen=True)
class Sums:
    """What some orders add up to; cancelled ones are shown but not counted."""

    orders: int
    returns: int
    net: Decimal
    service: Decimal
    tax: Decimal
    total: Decimal
    received: Decimal


@dataclass
class OrderRange:
    """The question a list of orders answers. FIRST and LAST are days, both included; None is open."""

    user: User
    first: dt.date | None
    last: dt.date | None
    span: str = ""
    kind: str = ""
    number: str = ""
    customer: Customer | None = None
    branch: Branch | None = None
    branches: list[Branch] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict, user: User) -> OrderRange:
        """From a list's query string. Unknown values are left out; an unreadable day is named in `wrong`."""
        found = cls(user, None, None, kind=query.get("kind", ""), number=query.get("q", "").strip()[:60])
        found.kind = found.kind if found.kind in ("sale", "return", "cancelled") else ""
        found.customer = named_by(Customer.objects.visible_to(user), query.get("customer", ""))
        found._read_branch(query.get("branch", ""))
        found._read_days(query)
        return found

    def _read_branch(self, pk: str) -> None:
        from grahak.core.access import scope_of

        if scope_of(self.user, "orders.view") == "all":
            self.branches = list(Branch.objects.all())
        self.branch = next((branch for branch in self.branches if str(branch.pk) == pk), None)

    def _read_days(self, query: QueryDict) -> None:
        today = business.today()
        narrow = bool(self.customer or self.number)
        self.span = query.get(
            "span", "" if query.get("from") or query.get("to") else "all" if narrow else "30"
        )
        spans = {
            "today": today,
            "7": today - dt.timedelta(days=6),
            "30": today - dt.timedelta(days=29),
            "month": today.replace(day=1),
            "year": business.fiscal_year_start(today),
        }
        if self.span in spans:
            self.first, self.last = spans[self.span], today
            return
        if self.span != "all":
            self.span = ""
            self.first, self.last = self._day(query, "from"), self._day(query, "to")

    def _day(self, query: QueryDict, name: str) -> dt.date | None:
        text = query.get(name, "").strip()
        if not text:
            return None
        try:
            day = parse_date(text, day_first=True)
        except Unreadable as error:
            self.wrong[name] = str(error)
            return None
        return day.date() if isinstance(day, dt.datetime) else day

    def spans(self) -> list[tuple[str, Any]]:
        """The spans offered, as (code, label)."""
        return [
            ("today", _("Today")),
            ("7", _("7 days")),
            ("30", _("30 days")),
            ("month", _("This month")),
            ("year", _("This fiscal year")),
            ("all", _("All")),
        ]

    def orders(self) -> OrderQuerySet:
        """The orders asked for, cancelled ones too."""
        rows: OrderQuerySet = Order.objects.visible_to(self.user)
        if self.first is not None:
            rows = rows.filter(placed_at__gte=business.day_start(self.first))
        if self.last is not None:
            rows = rows.filter(placed_at__lt=business.day_start(self.last + dt.timedelta(days=1)))
        if self.kind == "cancelled":
            rows = rows.filter(cancelled_at__isnull=False)
        elif self.kind:
            rows = rows.filter(kind=self.kind, cancelled_at=None)
        if self.customer is not None:
            rows = rows.filter(customer=self.customer)
        if self.branch is not None:
            rows = rows.filter(branch=self.branch)
        if self.number:
            rows = rows.numbered(self.number)
        return rows

    def sums(self) -> Sums:
        """What all of them add up to. One query."""
        counted = self.orders().filter(cancelled_at=None).order_by()
        found = counted.aggregate(
            orders=Count("id", filter=Q(kind=OrderKind.SALE)),
            returns=Count("id", filter=Q(kind=OrderKind.RETURN)),
            **{f"sum_{name}": Sum(name) for name in SUMMED},
        )
        return Sums(
            found["orders"], found["returns"], **{name: found[f"sum_{name}"] or Decimal(0) for name in SUMMED}
        )

    @staticmethod
    def sums_of(orders: Iterable[Order]) -> Sums:
        """What the orders of one page add up to."""
        live = [order for order in orders if not order.cancelled_at]
        returns = sum(order.is_return for order in live)
        return Sums(
            len(live) - returns,
            returns,
            **{name: sum((getattr(order, name) for order in live), Decimal(0)) for name in SUMMED},
        )
