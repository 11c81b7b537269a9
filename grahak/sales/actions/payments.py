"""Money comes in or goes back; a khata is opened with what was owed before."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.durable import durable
from grahak.core.events import announce
from grahak.core.models import Branch, User
from grahak.customers.actions import tell
from grahak.customers.models import Activity, Customer
from grahak.sales.actions import posting
from grahak.sales.actions.lines import LARGEST
from grahak.sales.models import LedgerEntry, LedgerKind, Order, Payment, PaymentMethod


def receive_payment(
    *,
    by: User | None,
    customer: Customer,
    amount: Decimal,
    method: str,
    reference: str = "",
    received_at: dt.datetime | None = None,
    branch: Branch | None = None,
    order: Order | None = None,
    note: str = "",
    once: str = "",
) -> Payment:
    """Money received from a customer (negative: paid back to them), credited to their khata. The same
    ONCE gives the same payment. ValidationError under amount, reference, received_at."""

    def make() -> Payment:
        if not amount:
            raise ValidationError({"amount": _("Write how much.")})
        posting.nothing_less(abs(amount), "amount", LARGEST)
        if len(reference) > 80:
            raise ValidationError({"reference": _("A reference has at most 80 characters.")})
        payment = Payment.objects.create(
            customer=customer,
            branch=branch,
            order=order,
            amount=amount,
            method=PaymentMethod(method).value,
            reference=" ".join(reference.split()),
            received_at=posting.checked_moment(received_at, "received_at"),
            note=note.strip(),
            by=by,
            once=once or None,
        )
        LedgerEntry.objects.create(
            customer=customer,
            kind=LedgerKind.PAYMENT,
            amount=-amount,
            at=payment.received_at,
            payment=payment,
            by=by,
        )
        tell(
            customer,
            "sales.payment.received",
            group="money",
            at=payment.received_at,
            by=by,
            subject="payment",
            subject_id=payment.pk,
            title=payment.reference,
            amount=-amount,
            facts={"method": payment.method},
        )
        audit.record("sales.payment.received", payment, by=by, label=customer.name, amount=str(amount))
        announce("sales.payment.added", payment_id=payment.pk)
        posting.settle([customer.pk], [business.day_of(payment.received_at)], orders=False, khata=True)
        return payment

    return posting.only_once(Payment, once, make)


def void_payment(payment: Payment, *, by: User | None) -> Payment:
    """Take a payment back as if it had never come (a wrong entry, a returned cheque). Twice changes
    nothing."""
    with durable():
        payment = (
            Payment.objects.select_for_update(of=("self",)).select_related("customer").get(pk=payment.pk)
        )
        if payment.voided_at:
            return payment
        payment.voided_at = timezone.now()
        payment.save(update_fields=["voided_at"])
        posting.reverse(payment.ledger.all(), by=by, note=_("Payment taken back"))
        Activity.objects.filter(
            kind="sales.payment.received", subject="payment", subject_id=payment.pk
        ).update(amount=None, facts={"method": payment.method, "voided": True})
        tell(
            payment.customer,
            "sales.payment.voided",
            group="money",
            at=payment.voided_at,
            by=by,
            subject="payment",
            subject_id=payment.pk,
            title=payment.reference,
            facts={"amount": str(payment.amount), "method": payment.method},
        )
        audit.record(
            "sales.payment.voided", payment, by=by, label=payment.customer.name, amount=str(payment.amount)
        )
        posting.settle(
            [payment.customer_id], [business.day_of(payment.received_at)], orders=False, khata=True
        )
        return payment


def open_balance(
    customer: Customer, amount: Decimal, *, by: User | None, at: dt.datetime | None = None
) -> LedgerEntry | None:
    """Write what a customer owed us before Grahak (negative: we owed them), dated AT; an earlier opening
    balance is reversed. Zero only takes the earlier one away. ValidationError under amount or at."""
    with durable():
        posting.nothing_less(abs(amount), "amount", LARGEST)
        moment = posting.checked_moment(at, "at")
        earlier = LedgerEntry.objects.filter(customer=customer, kind=LedgerKind.OPENING)
        posting.reverse(earlier, by=by, note=_("Opening balance corrected"))
        entry = None
        if amount:
            entry = LedgerEntry.objects.create(
                customer=customer, kind=LedgerKind.OPENING, amount=amount, at=moment, due_on=None, by=by
            )
        tell(
            customer,
            "sales.balance.opened",
            group="money",
            at=moment,
            by=by,
            subject="opening",
            subject_id=customer.pk,
            amount=amount,
        )
        audit.record("sales.balance.opened", customer, by=by, amount=str(amount))
        posting.settle([customer.pk], [], orders=False, khata=True)
        return entry
