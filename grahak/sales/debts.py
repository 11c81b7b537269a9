"""Who owes, and how old it is: the rows and the totals of the khata page, from the recounted figures
alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from grahak.core.access import scoped
from grahak.core.models import Branch, User
from grahak.customers.models import Customer
from grahak.sales.models import CustomerFigures

SHOWS = {
    "get": _("You will get"),
    "over": _("Over the limit"),
    "old": _("Older than 90 days"),
    "give": _("You will give"),
}


def debts(user: User, show: str, branch: Branch | None = None) -> QuerySet[CustomerFigures]:
    """The figures of customers with something on their khata whom this person may see: SHOW is a code of
    SHOWS."""
    rows: QuerySet[CustomerFigures] = scoped(
        CustomerFigures.objects.select_related("customer", "customer__branch"),
        user,
        "payments.view",
        owner="customer__owner",
        branch="customer__branch",
    )
    rows = rows.filter(customer__in=Customer.objects.visible_to(user)) if _narrower(user) else rows
    if branch is not None:
        rows = rows.filter(customer__branch=branch)
    if show == "give":
        return rows.filter(balance__lt=0)
    rows = rows.filter(balance__gt=0)
    if show == "over":
        return rows.filter(customer__credit_limit__isnull=False, balance__gt=F("customer__credit_limit"))
    if show == "old":
        return rows.alias(oldest=_part(3)).filter(oldest__gt=0)
    return rows


def _narrower(user: User) -> bool:
    """Whether the person sees fewer customers than khatas."""
    from grahak.core.access import scope_of

    return scope_of(user, "customers.view") != scope_of(user, "payments.view")


def _part(index: int) -> Any:
    """One of the four ages as a number the database can add; empty ages are nothing."""
    return Coalesce(Cast(KT(f"ages__{index}"), FloatField()), 0.0)


def ages_of(figures: CustomerFigures) -> list[Decimal]:
    """The balance by age in days, [0-30, 31-60, 61-90, over 90], exact; zeros where nothing is owed."""
    parts = [Decimal(str(part)) for part in figures.ages or []]
    return parts if len(parts) == 4 else [Decimal(0)] * 4


def totals_of_debts(rows: QuerySet[CustomerFigures]) -> dict[str, Any]:
    """How many, what they owe together, and that by age: the four parts are rounded to the paisa and the
    newest takes up the rest, so that they add up to the balance. One query."""
    found = rows.order_by().aggregate(
        balance=Sum("balance"),
        many=Coalesce(Sum(1), 0),
        **{f"part_{index}": Sum(_part(index)) for index in range(4)},
    )
    balance = found["balance"] or Decimal(0)
    parts = [Decimal(repr(found[f"part_{index}"] or 0.0)).quantize(Decimal("0.01")) for index in range(4)]
    if balance > 0:
        parts[0] = balance - sum(parts[1:], Decimal(0))
    return {"many": found["many"], "balance": balance, "parts": parts}


def owing_most(user: User, many: int, branch: Branch | None = None) -> list[CustomerFigures]:
    """The customers who owe most."""
    return list(debts(user, "get", branch).order_by("-balance", "-customer")[:many])


def is_close_to_limit() -> Q:
    """Customers at four fifths of their limit or beyond, as a condition on CustomerFigures."""
    return Q(customer__credit_limit__gt=0, balance__gte=F("customer__credit_limit") * 4 / 5)
