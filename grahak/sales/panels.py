"""What sales hangs into the page of a customer: the figures, the badges, the buttons, what is related."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.registry import Panel, registry
from grahak.customers import timeline
from grahak.customers.models import Activity, Customer
from grahak.sales.khata import balances_for, figures_of, limit_of, open_bills
from grahak.sales.models import Order, OrderKind, OrderLine, PaymentMethod
from grahak.sales.reorder import gap_words

TINY_BASE = 10  # an earlier sum under a tenth of the later one is no base of a percentage


def balance(customer: Customer, request: Any) -> dict[str, Any] | None:
    """You will get, with the limit."""
    figures, limit = figures_of(customer), limit_of(customer)
    return {"figures": figures, "limit": limit}


def overdue(customer: Customer, request: Any) -> dict[str, Any] | None:
    """What is past its day, how old, and the oldest bill."""
    figures = figures_of(customer)
    bills = open_bills(customer) if figures.balance > 0 else []
    late = [bill for bill in bills if bill.is_overdue]
    return {
        "figures": figures,
        "overdue": sum((bill.amount for bill in late), Decimal(0)),
        "oldest": late[0] if late else None,
        "next": next((bill for bill in bills if not bill.is_overdue), None),
    }


@dataclass(frozen=True)
class Bought:
    """Net revenue of a customer since a day, beside the same days a year before."""

    since: dt.date
    net: Decimal
    before: Decimal
    returned: Decimal
    sold: Decimal
    had_orders_before: bool

    @property
    def change(self) -> int | None:
        """Per cent against the year before; None where there is nothing to compare with, and where that is
        too little to say anything: under a tenth of what was bought since, the percentage would only tell
        how little it was (the two sums themselves always stand beside it)."""
        if self.before <= 0 or self.before * TINY_BASE < self.net:
            return None
        return round((self.net - self.before) * 100 / self.before)

    @property
    def returned_percent(self) -> Decimal | None:
        """Goods returned as a share of goods sold, in per cent with one place."""
        return (
            (self.returned * 100 / self.sold).quantize(Decimal("0.1"))
            if self.returned and self.sold
            else None
        )


def bought_since(customer: Customer, since: dt.date, today: dt.date) -> Bought:
    """What a customer bought since a day, and from that day to this a year before. One query."""
    start, year_ago = business.day_start(since), business.day_start(_year_before(since))
    until = business.day_start(_year_before(today) + dt.timedelta(days=1))
    live = Order.objects.filter(customer=customer, cancelled_at=None, placed_at__gte=year_ago).order_by()
    orders = list(live.values_list("placed_at", "kind", "net"))
    now = [(kind, net) for at, kind, net in orders if at >= start]
    then = [net for at, _kind, net in orders if at < until]
    zero = Decimal(0)
    return Bought(
        since=since,
        net=sum((net for _kind, net in now), zero),
        before=sum(then, zero),
        returned=-sum((net for kind, net in now if kind == OrderKind.RETURN), zero),
        sold=sum((net for kind, net in now if kind == OrderKind.SALE), zero),
        had_orders_before=bool(then),
    )


def _year_before(day: dt.date) -> dt.date:
    return (
        day.replace(year=day.year - 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year - 1)
    )


def bought(customer: Customer, request: Any) -> dict[str, Any] | None:
    """Bought since the fiscal year began."""
    today = business.today()
    since = business.fiscal_year_start(today)
    return {"bought": bought_since(customer, since, today), "figures": figures_of(customer)}


def rhythm(customer: Customer, request: Any) -> dict[str, Any] | None:
    """When the next order is due."""
    figures = figures_of(customer)
    return {"figures": figures, "every": gap_words(figures.usual_gap)}


def lifetime(customer: Customer, request: Any) -> dict[str, Any] | None:
    """First and last order, orders, net, average: the facts of the relationship."""
    figures = figures_of(customer)
    return {"figures": figures} if figures.orders or figures.returns else None


def limits(customer: Customer, request: Any) -> dict[str, Any] | None:
    """Near or over the limit."""
    limit = limit_of(customer)
    return {"limit": limit} if limit and (limit.is_over or limit.is_near) else None


def wholesale(customer: Customer, request: Any) -> dict[str, Any] | None:
    """A badge for who buys on credit terms."""
    return {} if customer.credit_limit is not None or customer.credit_days is not None else None


def buttons(customer: Customer, request: Any) -> dict[str, Any] | None:
    """New order and payment."""
    return {}


def last_orders(customer: Customer, request: Any) -> dict[str, Any] | None:
    """The latest orders and returns."""
    rows = Order.objects.visible_to(request.user).filter(customer=customer, cancelled_at=None)
    found = list(rows.only("kind", "number", "placed_at", "total").order_by("-placed_at", "-id")[:6])
    return {"orders": found[:5], "more": len(found) > 5} if found else None


def top_items(customer: Customer, request: Any) -> dict[str, Any] | None:
    """What they bought most of in the last year, by worth."""
    since = business.day_start(business.today() - dt.timedelta(days=365))
    rows = (
        OrderLine.objects.filter(
            order__customer=customer, order__cancelled_at=None, order__placed_at__gte=since, is_service=False
        )
        .filter(product__isnull=False)
        .values_list("product_id", "product__name")
        .annotate(worth=Sum("amount"), many=Sum("quantity"))
        .order_by("-worth", "product_id")[:5]
    )
    found = [
        {"product_id": pk, "name": name, "worth": worth, "many": many}
        for pk, name, worth, many in rows
        if worth and worth > 0
    ]
    return {"items": found} if found else None


def _method(activity: Activity) -> str:
    code = activity.facts.get("method", "")
    label = str(PaymentMethod(code).label) if code in PaymentMethod.values else ""
    if activity.facts.get("voided"):
        return " · ".join(part for part in (label, _("taken back")) if part)
    return label


def _order_words(activity: Activity) -> str:
    if activity.facts.get("cancelled"):
        return _("Cancelled")
    return ""


def register() -> None:
    """Hang them up, and tell the timeline where its lines lead and what stood on the khata after them."""
    template = "sales/panels/{}.html".format
    registry.add(
        Panel("sales.balance", "figures", template("balance"), balance, order=10, action="payments.view",
              fields=("balance", "credit_limit")),
        Panel("sales.overdue", "figures", template("overdue"), overdue, order=20, action="payments.view",
              fields=("balance",)),
        Panel("sales.bought", "figures", template("bought"), bought, order=30, action="orders.view", fields=("net",)),
        Panel("sales.rhythm", "figures", template("rhythm"), rhythm, order=40, action="orders.view"),
        Panel("sales.wholesale", "head", template("wholesale"), wholesale, order=10,
              fields=("credit_limit", "credit_days")),
        Panel("sales.limit", "head", template("limit"), limits, order=20, action="payments.view",
              fields=("balance", "credit_limit")),
        Panel("sales.order", "actions", template("new_order"), buttons, order=90, action="orders.edit"),
        Panel("sales.payment", "actions", template("new_payment"), buttons, order=80, action="payments.edit"),
        Panel("sales.lifetime", "side", template("lifetime"), lifetime, order=30, action="orders.view",
              fields=("net",)),
        Panel("sales.orders", "related", template("orders"), last_orders, order=20, action="orders.view"),
        Panel("sales.items", "related", template("items"), top_items, order=30, action="orders.view"),
    )  # fmt: skip
    timeline.needed |= {"orders": ("orders.view", "orders"), "money": ("payments.view", "balance")}
    timeline.balances = balances_for
    timeline.links["order"] = lambda line: reverse("sales:order", args=[line.subject_id])
    timeline.links["payment"] = lambda line: reverse("sales:payment", args=[line.subject_id])
    timeline.links["opening"] = lambda line: reverse("sales:statement", args=[line.subject_id])
    timeline.tellers["sales.payment.received"] = _method
    timeline.tellers["sales.payment.voided"] = _method
    timeline.tellers["sales.order.placed"] = _order_words
    timeline.tellers["sales.order.returned"] = _order_words
