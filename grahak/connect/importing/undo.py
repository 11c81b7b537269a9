"""Takes a whole import back: what it made goes, what it changed gets its old values, what others have built on
since stays and is told."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.channels.models import Message
from grahak.connect.models import ImportRun, ImportState
from grahak.core import audit, business, events
from grahak.core.models import BatchChange, User
from grahak.customers.actions import index_names
from grahak.customers.models import (
    Activity,
    Contact,
    Customer,
    CustomerTag,
    CustomValue,
    Identity,
    Note,
    Task,
)
from grahak.sales.models import CustomerFigures, Deal, LedgerEntry, Order, OrderLine, Payment
from grahak.sales.recount import recount_customers, recount_days

STEP = 500


def undo(run: ImportRun, *, by: User | None) -> dict[str, int]:
    """Undo RUN in steps that each commit; safe to call again after a kill. Returns counts of what was taken back
    and of customers and items kept because something else hangs on them."""
    batch = run.batch
    if batch is None or run.state == ImportState.UNDONE:
        return {}
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.UNDOING)
    taken: Counter[str] = Counter()
    _orders(batch.pk, taken)
    _openings(batch.pk, taken)
    _old_values(batch.pk, taken)
    _customers(batch.pk, taken)
    _products(batch.pk, taken)
    with transaction.atomic():
        now = timezone.now()
        type(batch).objects.filter(pk=batch.pk).update(undone_at=now, undone_by=by)
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportState.UNDONE,
            counts=run.counts | {f"undone_{name}": count for name, count in taken.items()},
        )
        audit.record("connect.import.undone", run, by=by, label=run.file_name, **taken)
        events.announce("sales.orders.changed", customer_ids=(), days=())
    return dict(taken)


def _orders(batch_id: int, taken: Counter[str]) -> None:
    while ids := list(
        Order.objects.filter(batch_id=batch_id).order_by("pk").values_list("pk", flat=True)[:STEP]
    ):
        with transaction.atomic():
            orders = Order.objects.filter(pk__in=ids)
            customers = {pk for pk in orders.values_list("customer_id", flat=True) if pk}
            days = {business.day_of(moment) for moment in orders.values_list("placed_at", flat=True)}
            Activity.objects.filter(subject="order", subject_id__in=ids).delete()
            LedgerEntry.objects.filter(order_id__in=ids).delete()
            OrderLine.objects.filter(order_id__in=ids).delete()
            orders.delete()
            recount_customers(customers)
            recount_days(days)
        taken["orders"] += len(ids)
    # lines that this import added to orders of others
    changed = BatchChange.objects.filter(batch_id=batch_id, subject="sales.OrderLine")
    for change in list(changed):
        with transaction.atomic():
            _restore_line(change)
        taken["lines_restored"] += 1


def _restore_line(change: BatchChange) -> None:
    from grahak.connect.importing.stored import resum

    line = OrderLine.objects.filter(pk=change.subject_id).select_related("order").first()
    if line is not None:
        for name, value in change.before.items():
            setattr(
                line, name, Decimal(value) if name in ("quantity", "unit_price", "tax", "amount") else value
            )
        if change.before:
            line.save()
        else:
            line.delete()
        resum({line.order_id})
        if line.order.customer_id:
            recount_customers([line.order.customer_id])
        recount_days([business.day_of(line.order.placed_at)])
    change.delete()


def _openings(batch_id: int, taken: Counter[str]) -> None:
    with transaction.atomic():
        entries = LedgerEntry.objects.filter(batch_id=batch_id)
        customers = set(entries.values_list("customer_id", flat=True))
        taken["opening_balances"] += entries.delete()[0]
        recount_customers(customers)


def _old_values(batch_id: int, taken: Counter[str]) -> None:
    """Give changed customers, items and opening entries their old values back."""
    for change in list(BatchChange.objects.filter(batch_id=batch_id).exclude(subject="sales.OrderLine")):
        model: Any = apps.get_model(change.subject)
        with transaction.atomic():
            row = model._base_manager.filter(pk=change.subject_id).first()
            if row is not None:
                for name, value in change.before.items():
                    setattr(row, name, model._meta.get_field(name.removesuffix("_id")).to_python(value))
                row.save()
                if change.subject == "customers.Customer":
                    index_names([row.pk])
                elif change.subject == "sales.LedgerEntry":
                    recount_customers([row.customer_id])
                taken["restored"] += 1
            change.delete()


def _customers(batch_id: int, taken: Counter[str]) -> None:
    """Customers that the import made go, unless an order, payment, deal, note, task or message hangs on them."""
    with transaction.atomic():
        CustomerTag.objects.filter(batch_id=batch_id).delete()
        CustomValue.objects.filter(batch_id=batch_id).delete()
    used = Q()
    for model in (Order, Payment, LedgerEntry, Deal, Note, Task, Message):
        used |= Q(Exists(model.objects.filter(customer_id=OuterRef("pk"))))  # type: ignore[attr-defined]
    # who became one with another has the other's facts, or the other has theirs: the merge is taken back first
    used |= Q(merged_into__isnull=False) | Q(Exists(Customer.objects.filter(merged_into=OuterRef("pk"))))
    mine = Customer.objects.filter(batch_id=batch_id)
    last = 0
    while ids := list(
        mine.filter(pk__gt=last).exclude(used).order_by("pk").values_list("pk", flat=True)[:STEP]
    ):
        last = ids[-1]
        with transaction.atomic():
            CustomerFigures.objects.filter(customer_id__in=ids).delete()
            Activity.objects.filter(customer_id__in=ids).delete()
            taken["customers"] += len(ids)
            Customer.objects.filter(pk__in=ids).delete()
    taken["customers_kept"] += mine.count()
    with transaction.atomic():
        theirs = Identity.objects.filter(batch_id=batch_id).exclude(contact__customer__batch_id=batch_id)
        theirs.delete()
        Contact.objects.filter(batch_id=batch_id).exclude(customer__batch_id=batch_id).delete()


def _products(batch_id: int, taken: Counter[str]) -> None:
    with transaction.atomic():
        mine = Product.objects.filter(batch_id=batch_id)
        free = mine.exclude(Exists(OrderLine.objects.filter(product_id=OuterRef("pk"))))
        taken["products"] += free.count()
        free.delete()
        taken["products_kept"] += mine.count()
