"""The khata read: where a customer stands, what is overdue, the statement line by line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from grahak.core import business, money
from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.customers.models import Activity, Customer
from grahak.sales.models import CustomerFigures, LedgerEntry
from grahak.sales.recount import unpaid
from grahak.sales.reorder import phones_of

NEAR_LIMIT = Decimal("0.8")
_NOTHING = Decimal(0)


def figures_of(customer: Customer) -> CustomerFigures:
    """The customer's figures; zeros for one who was never counted."""
    found: CustomerFigures | None = getattr(customer, "figures", None)
    return found if found is not None else CustomerFigures(customer=customer)


def live_entries(customer: Customer) -> QuerySet[LedgerEntry]:
    """The entries of a khata without the reversed ones and their reversals (they add up to nothing), oldest
    first."""
    return LedgerEntry.objects.filter(customer=customer, reverses=None, reversed_by=None).order_by("at", "id")


@dataclass(frozen=True)
class OpenBill:
    """What of one debit is unpaid."""

    entry: LedgerEntry
    amount: Decimal
    day: dt.date

    @property
    def is_overdue(self) -> bool:
        """Past the day it should have been paid; a debit without such a day is due at once."""
        return (self.entry.due_on or self.day) < business.today()


def entries_of_page(customer: Customer) -> list[LedgerEntry]:
    """The live entries with their orders, for all who show them on one page: the customer's row keeps them as long as
    the page is made. What changes a khata asks `live_entries`."""
    kept: list[LedgerEntry] | None = customer.__dict__.get("_entries_of_page")
    if kept is None:
        shown = ("kind", "amount", "at", "due_on", "order", "payment", "customer", "order__number")
        rows = live_entries(customer).select_related("order").only(*shown)
        kept = customer.__dict__["_entries_of_page"] = list(rows)
    return kept


def open_bills(customer: Customer) -> list[OpenBill]:
    """What is unpaid of each debit, oldest first, credits having paid the oldest (sales.recount's rule)."""
    entries = entries_of_page(customer)
    debits = [entry for entry in entries if entry.amount > 0]
    credit = -sum((entry.amount for entry in entries if entry.amount < 0), _NOTHING)
    amounts = unpaid([(entry.at, entry.amount) for entry in debits], credit)
    still_open = debits[len(debits) - len(amounts) :]
    return [
        OpenBill(entry, amount, business.day_of(entry.at))
        for entry, (_at, amount) in zip(still_open, amounts, strict=True)
    ]


@dataclass(frozen=True)
class Limit:
    """A credit limit and how much of it is used. ROOM is what may still be sold on credit."""

    limit: Decimal
    used: Decimal

    @property
    def percent(self) -> int:
        return round(max(_NOTHING, self.used) * 100 / self.limit) if self.limit else 100

    @property
    def room(self) -> Decimal:
        return max(_NOTHING, self.limit - self.used)

    @property
    def is_over(self) -> bool:
        return self.used > self.limit

    @property
    def is_near(self) -> bool:
        return not self.is_over and self.used >= self.limit * NEAR_LIMIT


def limit_of(customer: Customer) -> Limit | None:
    """The customer's credit limit, None where there is none."""
    if customer.credit_limit is None:
        return None
    return Limit(customer.credit_limit, figures_of(customer).balance)


def standing(customer: Customer, user: User) -> dict[str, Any]:
    """Where a customer stands, for the head of a sheet: plain numbers for the script and words for the
    person; without money where the person may not see it."""
    if scope_of(user, "payments.view") is None:
        return {"balance": None, "limit": None, "words": ""}
    balance, limit = figures_of(customer).balance, limit_of(customer)
    words = balance_words(balance)
    if limit is not None:
        words = _("%(balance)s · limit %(limit)s") % {"balance": words, "limit": money.figure(limit.limit)}
    return {"balance": str(balance), "limit": str(limit.limit) if limit else None, "words": words}


def balance_words(balance: Decimal) -> str:
    """ "You will get ₹ 4,82,500", "You will give ₹ 300", "Settled"."""
    if balance > 0:
        return _("You will get %s") % money.written(balance)
    if balance < 0:
        return _("You will give %s") % money.written(-balance)
    return _("Settled")


@dataclass
class StatementLine:
    """One line of a statement: an entry and the balance after it."""

    entry: LedgerEntry
    balance: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.entry.amount if self.entry.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.entry.amount if self.entry.amount < 0 else None


@dataclass
class Statement:
    """A khata between two days, both included: BEFORE + DEBITS − CREDITS = AFTER."""

    first: dt.date | None
    last: dt.date
    before: Decimal
    lines: list[StatementLine]
    debits: Decimal
    credits: Decimal
    after: Decimal

    @property
    def moved(self) -> Decimal:
        """By how much the balance changed."""
        return self.debits - self.credits


def statement(customer: Customer, first: dt.date | None, last: dt.date) -> Statement:
    """The statement of a customer from FIRST (None: from the beginning) to LAST."""
    entries = live_entries(customer).filter(at__lt=business.day_start(last + dt.timedelta(days=1)))
    before = _NOTHING
    if first is not None:
        since = business.day_start(first)
        before = entries.filter(at__lt=since).order_by().aggregate(sum=Sum("amount"))["sum"] or _NOTHING
        entries = entries.filter(at__gte=since)
    balance, lines = before, []
    for entry in entries.select_related("order", "payment"):
        balance += entry.amount
        lines.append(StatementLine(entry, balance))
    return Statement(
        first=first,
        last=last,
        before=before,
        lines=lines,
        debits=sum((line.debit or _NOTHING for line in lines), _NOTHING),
        credits=sum((line.credit or _NOTHING for line in lines), _NOTHING),
        after=balance,
    )


def balances_for(customer: Customer, activities: Iterable[Activity]) -> dict[int, Decimal]:
    """By activity id, what stood on the khata after it, for lines that changed it: orders, returns,
    payments and opening balances."""
    shown = [line for line in activities if line.group in ("orders", "money")]
    if not shown:
        return {}
    after: dict[tuple[str, int], Decimal] = {}
    balance = _NOTHING
    for entry in entries_of_page(customer):
        balance += entry.amount
        if entry.payment_id is not None:
            after["payment", entry.payment_id] = balance
        elif entry.order_id is not None:
            after["order", entry.order_id] = balance
        elif entry.kind == "opening":
            after["opening", customer.pk] = balance
    return {
        line.pk: after[line.subject, line.subject_id]
        for line in shown
        if line.subject_id is not None
        and (line.subject, line.subject_id) in after
        and line.amount is not None
    }


def reminder(customer: Customer) -> dict[str, str]:
    """A friendly reminder of the balance in the customer's own language, and the wa.me link that carries
    it."""
    found = business.required()
    balance, phone = figures_of(customer).balance, phones_of([customer.pk]).get(customer.pk, "")
    with translation.override(customer.language or found.language or "en"):
        text = _(
            "Dear %(name)s, your account at %(shop)s stands at %(amount)s to be paid. "
            "If you have paid already, please tell us. Thank you."
        ) % {"name": customer.name, "shop": found.name, "amount": money.written(balance)}
    return {
        "text": text,
        "url": f"https://wa.me/{'' if business.is_demo() else phone}?text={quote(text)}" if phone else "",
    }
