"""Compares drafts with the orders that are there and writes the difference, in sets."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from grahak.connect.importing.cells import MONEY, decimal_of
from grahak.connect.importing.lines import Draft, Line
from grahak.connect.importing.outcome import Outcome
from grahak.core.bulk import insert, pieces, stored, update
from grahak.core.models import Batch, BatchChange
from grahak.customers.models import Activity
from grahak.sales.models import LedgerEntry, Order, OrderLine

SAME_ORDER = dt.timedelta(days=7)
CENT = MONEY // 100
LINE_FIELDS = (
    "order", "ordinal", "product", "code", "description", "quantity", "unit_price", "tax", "amount", "is_service",
)  # fmt: skip


@dataclass
class Touched:
    """Customers and moments whose sums have to be counted again."""

    customers: set[int] = field(default_factory=set)
    moments: set[dt.datetime] = field(default_factory=set)
    amended: bool = False  # an order of another batch was changed: count at once

    def days(self, zone: ZoneInfo) -> set[dt.date]:
        return {moment.astimezone(zone).date() for moment in self.moments}


@dataclass(slots=True)
class Known:
    """An order that is there already."""

    pk: int
    number: str
    batch_id: int | None
    customer_id: int | None
    placed_at: dt.datetime
    lines: dict[int, tuple[Any, ...]] = field(default_factory=dict)


class OrderStore:
    """Writes orders of one source for one batch."""

    def __init__(self, batch: Batch, source: str, *, by_id: int | None) -> None:
        self.batch, self.source, self.by_id = batch, source, by_id

    def keep(
        self,
        drafts: list[Draft],
        fields_of: Callable[[Draft, int], dict[str, Any]],
        products: dict[str, int],
        outcome: Outcome,
    ) -> Touched:
        """Add new orders and lines, change what differs, leave the rest; counts rows in OUTCOME."""
        touched = Touched()
        known = self._matching(drafts)
        fresh = [draft for draft in drafts if draft.number not in known]
        self._add(fresh, fields_of, products, outcome, touched)
        present = [draft for draft in drafts if draft.number in known]
        if present:
            self._load_lines({known[draft.number].pk: known[draft.number] for draft in present})
            self._amend(present, known, products, outcome, touched)
        return touched

    # -- which order is it -------------------------------------------------------------------------------

    def _matching(self, drafts: list[Draft]) -> dict[str, Known]:
        """The orders that drafts mean, by final number. Gives a draft another number ("7 (2)") where its own
        is taken by another customer's order or by one of another week."""
        families: dict[str, list[Known]] = defaultdict(list)
        numbers = {draft.number for draft in drafts}
        for piece in pieces(numbers):
            for known in self._orders(number__in=piece):
                families[known.number].append(known)
        result: dict[str, Known] = {}
        taken: dict[str, Draft] = {}
        for draft in drafts:
            base, place = draft.number, 1
            while True:
                name = base if place == 1 else f"{base} ({place})"
                if place > 1 and name not in families:
                    families[name] = list(self._orders(number=name))
                found = families[name][0] if families.get(name) else None
                if found is None and name not in taken:
                    break
                if found is not None and name not in taken and self._same(found, draft):
                    result[name] = found
                    break
                place += 1
            draft.number = name
            taken[name] = draft
        return result

    @staticmethod
    def _same(known: Known, draft: Draft) -> bool:
        same_customer = draft.customer_id is None or known.customer_id in (None, draft.customer_id)
        return same_customer and abs(known.placed_at - draft.placed_at) <= SAME_ORDER

    def _orders(self, **where: Any) -> Iterable[Known]:
        rows = Order.objects.filter(source=self.source, **where)
        for row in rows.values_list("pk", "number", "batch_id", "customer_id", "placed_at"):
            yield Known(*row)

    def _load_lines(self, orders: dict[int, Known]) -> None:
        for piece in pieces(orders):
            rows = OrderLine.objects.filter(order_id__in=piece).values_list(
                "order_id",
                "ordinal",
                "pk",
                "code",
                "description",
                "quantity",
                "unit_price",
                "tax",
                "amount",
                "is_service",
            )
            for order_id, ordinal, *rest in rows:
                orders[order_id].lines[ordinal] = tuple(rest)

    # -- new orders --------------------------------------------------------------------------------------

    def _add(
        self,
        drafts: list[Draft],
        fields_of: Callable[[Draft, int], dict[str, Any]],
        products: dict[str, int],
        outcome: Outcome,
        touched: Touched,
    ) -> None:
        if not drafts:
            return
        now = stored(timezone.now())
        rows, sums = [], {}
        for draft in drafts:
            net, service, tax = _sums(draft.lines)
            total = _to_the_cent(net + service + tax)
            fields = fields_of(draft, total)
            is_return = draft.is_return or net + service < 0 or all(line.quantity < 0 for line in draft.lines)
            sums[draft.number] = (net, total, fields, is_return)
            cancelled = fields["cancelled_at"]
            rows.append(
                (
                    "return" if is_return else "sale", draft.number, self.source, draft.customer_id,
                    fields["branch_id"], fields["taken_by_id"], stored(draft.placed_at), net, service, tax, total,
                    fields["received"], "", fields["note"], stored(cancelled) if cancelled else None,
                    self.batch.pk, now, now,
                )
            )  # fmt: skip
        insert(
            Order,
            ("kind", "number", "source", "customer", "branch", "taken_by", "placed_at", "net", "service", "tax",
             "total", "received", "received_how", "note", "cancelled_at", "batch", "created_at", "updated_at"),
            rows,
        )  # fmt: skip
        ids: dict[str, int] = {}
        for piece in pieces(sums):
            ids.update(Order.objects.filter(source=self.source, number__in=piece).values_list("number", "pk"))
        insert(OrderLine, LINE_FIELDS, _line_rows(drafts, ids, products))
        self._tell(drafts, ids, sums)
        for draft in drafts:
            if draft.customer_id:
                touched.customers.add(draft.customer_id)
            touched.moments.add(draft.placed_at)
            rows_of_file = sum(1 for line in draft.lines if line.ordinal < 900_000)
            outcome.added += rows_of_file
        outcome.made["orders"] += sum(
            1 for _net, _total, _fields, is_return in sums.values() if not is_return
        )
        outcome.made["returns"] += sum(1 for _net, _total, _fields, is_return in sums.values() if is_return)
        outcome.made["lines"] += sum(len(draft.lines) for draft in drafts)

    def _tell(self, drafts: list[Draft], ids: dict[str, int], sums: dict[str, Any]) -> None:
        """The timeline's lines and the khata's entries of new orders."""
        told, owed = [], []
        for draft in drafts:
            if draft.customer_id is None:
                continue
            net, total, fields, is_return = sums[draft.number]
            kind = "sales.order.returned" if is_return else "sales.order.placed"
            facts = f'{{"lines": {len(draft.lines)}, "net": "{net / MONEY:.2f}"}}'
            at = stored(draft.placed_at)
            told.append(
                (draft.customer_id, at, kind, "orders", "", fields["taken_by_id"], "order", ids[draft.number],
                 draft.number, "", total, facts, self.batch.pk)
            )  # fmt: skip
            rest = total - fields["received"]
            if rest and not fields["cancelled_at"]:
                owed.append(
                    (draft.customer_id, "return" if is_return else "order", rest, at, ids[draft.number],
                     self.by_id, "", self.batch.pk)
                )  # fmt: skip
        insert(
            Activity,
            ("customer", "at", "kind", "group", "channel", "by", "subject", "subject_id", "title", "text", "amount",
             "facts", "batch"),
            told,
        )  # fmt: skip
        insert(LedgerEntry, ("customer", "kind", "amount", "at", "order", "by", "note", "batch"), owed)

    # -- orders that are there ---------------------------------------------------------------------------

    def _amend(
        self,
        drafts: list[Draft],
        known: dict[str, Known],
        products: dict[str, int],
        outcome: Outcome,
        touched: Touched,
    ) -> None:
        extra: list[Draft] = []
        changes, before = [], []
        affected: set[int] = set()
        for draft in drafts:
            order = known[draft.number]
            new_lines = []
            for line in draft.lines:
                old = order.lines.get(line.ordinal)
                if old is None:
                    new_lines.append(line)
                    outcome.added += 1
                    outcome.made["lines"] += 1
                elif _differs(old, line):
                    outcome.changed += 1
                    before.append((old, order))
                    changes.append(
                        (products.get(line.code), line.code, line.description, line.quantity, line.price, line.tax,
                         line.amount, line.is_service, old[0])
                    )  # fmt: skip
                else:
                    outcome.same += 1
            if new_lines:
                extra.append(Draft(draft.number, draft.customer_key, draft.placed_at, (), lines=new_lines))
            if new_lines or any(entry[1] is order for entry in before):
                affected.add(order.pk)
                touched.amended = True
                touched.moments.add(order.placed_at)
                if order.customer_id:
                    touched.customers.add(order.customer_id)
        if extra:
            ids = {draft.number: known[draft.number].pk for draft in extra}
            insert(OrderLine, LINE_FIELDS, _line_rows(extra, ids, products))
            self._remember_new([(known[draft.number], draft.lines) for draft in extra])
        self._remember(before)
        update(
            OrderLine,
            ("product", "code", "description", "quantity", "unit_price", "tax", "amount", "is_service"),
            changes,
        )
        resum(affected)

    def _remember(self, before: list[tuple[tuple[Any, ...], Known]]) -> None:
        """Old values of lines of orders that this batch did not make, for undo."""
        BatchChange.objects.bulk_create(
            [
                BatchChange(
                    batch=self.batch,
                    subject="sales.OrderLine",
                    subject_id=old[0],
                    before={
                        name: str(value) if not isinstance(value, bool) else value
                        for name, value in zip(
                            ("code", "description", "quantity", "unit_price", "tax", "amount", "is_service"),
                            old[1:],
                            strict=True,
                        )
                    },
                )
                for old, order in before
                if order.batch_id != self.batch.pk
            ],
            batch_size=500,
            ignore_conflicts=True,
        )

    def _remember_new(self, added: list[tuple[Known, list[Line]]]) -> None:
        """Lines added to orders of another batch: undo takes them out again (nothing stood there before)."""
        for order, lines in added:
            if order.batch_id == self.batch.pk:
                continue
            found = OrderLine.objects.filter(order_id=order.pk, ordinal__in=[line.ordinal for line in lines])
            BatchChange.objects.bulk_create(
                [
                    BatchChange(batch=self.batch, subject="sales.OrderLine", subject_id=pk, before={})
                    for pk in found.values_list("pk", flat=True)
                ],
                ignore_conflicts=True,
            )

    def withdraw(self, numbers: set[str]) -> int:
        """Take orders out again that this batch wrote and that are held back now. Returns their lines' count."""
        orders = Order.objects.filter(source=self.source, batch=self.batch, number__in=numbers)
        ids = list(orders.values_list("pk", flat=True))
        if not ids:
            return 0
        lines = OrderLine.objects.filter(order_id__in=ids).count()
        Activity.objects.filter(subject="order", subject_id__in=ids).delete()
        LedgerEntry.objects.filter(order_id__in=ids).delete()
        from grahak.sales.recount import recount_customers, recount_days

        customers = {pk for pk in orders.values_list("customer_id", flat=True) if pk}
        moments = set(orders.values_list("placed_at", flat=True))
        orders.delete()
        from grahak.core import business

        recount_customers(customers)
        recount_days({business.day_of(moment) for moment in moments})
        return lines


def _sums(lines: list[Line]) -> tuple[int, int, int]:
    """(net, service, tax) of lines in database units."""
    net = service = tax = 0
    for line in lines:
        if line.is_service:
            service += line.amount
        else:
            net += line.amount
        tax += line.tax
    return net, service, tax


def _to_the_cent(units: int) -> int:
    """Rounded to the currency's smallest coin, half away from zero."""
    half = CENT // 2
    return (units + half) // CENT * CENT if units >= 0 else -((-units + half) // CENT * CENT)


def _line_rows(drafts: list[Draft], ids: dict[str, int], products: dict[str, int]) -> list[tuple[Any, ...]]:
    return [
        (
            ids[draft.number], line.ordinal, products.get(line.code) if not line.is_service else None, line.code,
            line.description, line.quantity, line.price, line.tax, line.amount, line.is_service,
        )
        for draft in drafts
        for line in draft.lines
    ]  # fmt: skip


def _differs(old: tuple[Any, ...], line: Line) -> bool:
    _pk, code, _description, quantity, price, tax, amount, is_service = old
    return (
        code != line.code
        or int(quantity * 1000) != line.quantity
        or int(price * MONEY) != line.price
        or int(tax * MONEY) != line.tax
        or int(amount * MONEY) != line.amount
        or is_service != line.is_service
    )


def resum(order_ids: set[int]) -> None:
    """Orders' own sums, and what hangs on them, after lines were added or changed. What was received with an
    order that was paid in full follows its total; otherwise the difference goes to the khata."""
    now = stored(timezone.now())  # also where the sums stay the same: the change log goes by it
    for piece in pieces(order_ids):
        sums: dict[int, list[int]] = {pk: [0, 0, 0] for pk in piece}
        for order_id, amount, tax, is_service in OrderLine.objects.filter(order_id__in=piece).values_list(
            "order_id", "amount", "tax", "is_service"
        ):
            sums[order_id][1 if is_service else 0] += int(amount * MONEY)
            sums[order_id][2] += int(tax * MONEY)
        rows, activities, entries = [], [], []
        for order in Order.objects.filter(pk__in=piece):
            parts = sums[order.pk]
            total: int = _to_the_cent(sum(parts))
            received: int = total if order.received == order.total else int(order.received * MONEY)
            rows.append((*parts, total, received, now, order.pk))
            activities.append((total, order.pk))
            entries.append((total - received, order.pk))
        update(Order, ("net", "service", "tax", "total", "received", "updated_at"), rows)
        for worth, pk in activities:
            Activity.objects.filter(subject="order", subject_id=pk).update(amount=decimal_of(worth, MONEY))
        for rest, pk in entries:
            owed = LedgerEntry.objects.filter(order_id=pk, kind__in=("order", "return"))
            owed.update(amount=decimal_of(rest, MONEY))
