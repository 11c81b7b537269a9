"""What orders and the khata add up to, recounted from the rows themselves: for any set of customers and any
set of days, in a fixed number of queries, with the same result however often it is done.

The rules, so that every screen and engine gives the same number:

- A *sale* is an order of kind "sale", a *return* one of kind "return"; a cancelled one counts nowhere.
- Net revenue of a customer or day is Σ net of its sales and returns; services, fees and tax stand apart.
- Average order = net revenue ÷ sales. Days are business days (the shop's time zone).
- Usual gap: the median of the days between one order day and the next, from three order days on; of an even
  number the mean of the two in the middle, halves up. Next order due = last order day + usual gap.
- Usual order: the median of what the order days added up to (sales only), by the same rule, to 0.0001.
- Rhythm: the last 24 order days of the last 180 days with what each added up to, in whole units.
- Khata: the balance is Σ amount of all entries. Credits pay the oldest debits first (by moment, then id);
  a reversed entry and its reversal count as never written. What of a debit is unpaid ages from its own day:
  0-30, 31-60, 61-90, over 90 days. With a balance of zero or less nothing is unpaid.
- New customer of a day: the first sale ever was on that day. Returning: sold to on that day and on an earlier
  one. Each counts once a day, in the branch of the first sale to them that day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from grahak.core import business
from grahak.customers.models import Customer
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Order, OrderKind, Payment

CUSTOMERS_AT_ONCE = 5_000
DAYS_AT_ONCE = 62
RHYTHM_DAYS, RHYTHM_ORDERS = 180, 24
AGE_LIMITS = (30, 60, 90)
_NOTHING = Decimal(0)
_DAY_LOCK = 0x6B686174  # namespace of the advisory locks on business days


def recount(customer_ids: Iterable[int], days: Iterable[dt.date]) -> None:
    """Recount these customers, these days, and the days on which one of the customers became or ceased to be
    new. Call it in the transaction that changed the orders or entries, after the change."""
    changed = _recount_all(customer_ids)
    recount_days({*days, *changed})


def recount_customers(customer_ids: Iterable[int]) -> None:
    """Write CustomerFigures of these customers anew (all zero for one who never ordered), and the days whose
    new and returning customers this changes."""
    recount_days(_recount_all(customer_ids))


def recount_days(days: Iterable[dt.date]) -> None:
    """Write DaySales of these business days anew; days on which nothing happened have no row."""
    for first, last in _spans(sorted(set(days))):
        with transaction.atomic():
            _lock_days(first, last)
            rows = rows_between(business.day_start(first), business.day_start(last + dt.timedelta(days=1)))
            DaySales.objects.filter(day__range=(first, last)).delete()
            DaySales.objects.bulk_create(rows)


# Customers


@dataclass
class _Count:
    """What is gathered of one customer while reading."""

    orders: int = 0
    returns: int = 0
    net: Decimal = _NOTHING
    returned: Decimal = _NOTHING
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    days: dict[dt.date, Decimal] = field(default_factory=dict)
    debits: list[tuple[dt.datetime, Decimal]] = field(default_factory=list)
    credit: Decimal = _NOTHING
    balance: Decimal = _NOTHING


_COUNTED = [
    "orders", "returns", "net", "returned", "average", "first_at", "last_at", "usual_gap", "usual_order",
    "due_on", "lapses_on", "balance", "oldest_due", "ages", "rhythm",
]  # fmt: skip


def _recount_all(customer_ids: Iterable[int]) -> set[dt.date]:
    ids = sorted({pk for pk in customer_ids if pk is not None})
    changed: set[dt.date] = set()
    for start in range(0, len(ids), CUSTOMERS_AT_ONCE):
        with transaction.atomic():
            changed |= _recount_some(ids[start : start + CUSTOMERS_AT_ONCE])
    return changed


def _recount_some(ids: list[int]) -> set[dt.date]:
    """Recount at most 5,000 customers; returns the days whose new customers changed."""
    zone, today = business.zone(), business.today()
    # Whoever else changed one of them waits here and then sees what we wrote. NO KEY, so that a colleague
    # who has already written an order of the same customer is not blocked by us while we wait for him.
    locked = Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    counts = {pk: _Count() for pk in locked.values_list("pk", flat=True)}
    before = dict(CustomerFigures.objects.filter(pk__in=ids).values_list("customer_id", "first_at"))
    _read_orders(counts, ids, zone)
    _read_khata(counts, ids)
    CustomerFigures.objects.bulk_create(
        [_figures(pk, count, zone, today) for pk, count in counts.items()],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=_COUNTED,
    )
    changed: set[dt.date] = set()
    for pk, count in counts.items():
        was = before.get(pk)
        if was != count.first_at:
            changed |= {moment.astimezone(zone).date() for moment in (was, count.first_at) if moment}
    return changed


def _read_orders(counts: dict[int, _Count], ids: list[int], zone: ZoneInfo) -> None:
    rows = (
        Order.objects.filter(customer_id__in=ids, cancelled_at=None)
        .order_by("customer_id", "placed_at", "id")
        .values_list("customer_id", "kind", "placed_at", "net")
    )
    for pk, kind, placed_at, net in rows.iterator(10_000):
        count = counts.get(pk)
        if count is None:
            continue
        count.net += net
        if kind == OrderKind.RETURN:
            count.returns += 1
            count.returned -= net
            continue
        count.orders += 1
        count.first_at = count.first_at or placed_at
        count.last_at = placed_at
        day = placed_at.astimezone(zone).date()
        count.days[day] = count.days.get(day, _NOTHING) + net


def _read_khata(counts: dict[int, _Count], ids: list[int]) -> None:
    rows = (
        LedgerEntry.objects.filter(customer_id__in=ids, reverses=None, reversed_by=None)
        .order_by("customer_id", "at", "id")
        .values_list("customer_id", "at", "amount")
    )
    for pk, at, amount in rows.iterator(10_000):
        count = counts.get(pk)
        if count is None:
            continue
        count.balance += amount
        if amount > 0:
            count.debits.append((at, amount))
        else:
            count.credit -= amount


def _figures(pk: int, count: _Count, zone: ZoneInfo, today: dt.date) -> CustomerFigures:
    days = sorted(count.days)
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days)) if len(days) >= 3 else []
    usual_gap = int(median([Decimal(gap) for gap in gaps]) + Decimal("0.5")) if gaps else None
    open_bills = unpaid(count.debits, count.credit)
    oldest = open_bills[0][0].astimezone(zone).date() if open_bills else None
    return CustomerFigures(
        customer_id=pk,
        orders=count.orders,
        returns=count.returns,
        net=count.net,
        returned=count.returned,
        average=count.net / count.orders if count.orders else None,
        first_at=count.first_at,
        last_at=count.last_at,
        usual_gap=usual_gap,
        usual_order=median(sorted(count.days.values())) if days else None,
        due_on=days[-1] + dt.timedelta(days=usual_gap) if usual_gap is not None else None,
        lapses_on=days[-1] + dt.timedelta(days=2 * usual_gap) if usual_gap is not None else None,
        balance=count.balance,
        oldest_due=oldest,
        ages=[plain(part) for part in aged(open_bills, zone, today)] if open_bills else [],
        rhythm=_rhythm(count.days, today),
    )


def median(values: list[Decimal]) -> Decimal:
    """The middle one of sorted values; of an even number the mean of the two in the middle, unrounded."""
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def unpaid(debits: list[tuple[dt.datetime, Decimal]], credit: Decimal) -> list[tuple[dt.datetime, Decimal]]:
    """What is open of each debit, oldest first, after CREDIT has paid the oldest; without the paid ones."""
    found = []
    for at, amount in debits:
        paid = min(amount, credit)
        credit -= paid
        if amount > paid:
            found.append((at, amount - paid))
    return found


def aged(bills: list[tuple[dt.datetime, Decimal]], zone: ZoneInfo, today: dt.date) -> list[Decimal]:
    """Open amounts split by the age of their day: [0-30, 31-60, 61-90, over 90 days]."""
    ages = [_NOTHING] * 4
    for at, amount in bills:
        age = (today - at.astimezone(zone).date()).days
        ages[sum(age > limit for limit in AGE_LIMITS)] += amount
    return ages


def plain(amount: Decimal) -> int | float:
    """A number for JSON; Decimal(str(it)) gives the amount back exactly up to fifteen digits."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _rhythm(days: dict[dt.date, Decimal], today: dt.date) -> list[list[object]]:
    since = today - dt.timedelta(days=RHYTHM_DAYS)
    shown = [day for day in sorted(days) if day >= since][-RHYTHM_ORDERS:]
    return [[day.isoformat(), round(days[day])] for day in shown]


# Days


def _spans(days: list[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """Sorted days gathered into spans of at most 62 days; days between near neighbours are recounted too,
    which changes nothing and saves queries."""
    first = last = None
    for day in days:
        if first is None or last is None or (day - last).days > 7 or (day - first).days >= DAYS_AT_ONCE:
            if first is not None and last is not None:
                yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def _lock_days(first: dt.date, last: dt.date) -> None:
    """Let one transaction at a time recount a day. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, day) FROM generate_series(%s::int, %s::int) AS day",
            [_DAY_LOCK, first.toordinal(), last.toordinal()],
        )


def rows_between(since: dt.datetime, until: dt.datetime) -> list[DaySales]:
    """What each business day and branch added up to from SINCE to before UNTIL, as rows that are not saved: a
    day that is cut gives its part."""
    zone = business.zone()
    rows: dict[tuple[dt.date, int | None], DaySales] = {}
    seen: dict[dt.date, set[int]] = defaultdict(set)

    def row(moment: dt.datetime, branch: int | None) -> DaySales:
        key = (moment.astimezone(zone).date(), branch)
        if key not in rows:
            rows[key] = DaySales(day=key[0], branch_id=branch)
        return rows[key]

    orders = (
        Order.objects.filter(placed_at__gte=since, placed_at__lt=until, cancelled_at=None)
        .order_by("placed_at", "id")
        .values_list(
            "placed_at", "branch_id", "kind", "customer_id", "net", "service", "tax", "received",
            "customer__figures__first_at",
        )
    )  # fmt: skip
    for placed_at, branch, kind, customer, net, service, tax, received, first_at in orders.iterator(10_000):
        entry = row(placed_at, branch)
        entry.net += net
        entry.service += service
        entry.tax += tax
        entry.received += received
        if customer is None:
            entry.anonymous += net
        if kind == OrderKind.RETURN:
            entry.returns += 1
            entry.returned -= net
            continue
        entry.orders += 1
        if customer is not None and customer not in seen[entry.day]:
            seen[entry.day].add(customer)
            if first_at is not None and first_at.astimezone(zone).date() < entry.day:
                entry.returning_customers += 1
            else:
                entry.new_customers += 1
    payments = Payment.objects.filter(received_at__gte=since, received_at__lt=until, voided_at=None)
    for received_at, branch, amount in payments.values_list("received_at", "branch_id", "amount"):
        row(received_at, branch).received += amount
    return list(rows.values())
