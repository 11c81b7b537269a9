"""Payments that a till reports: money on a customer's khata."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.connect.connectors.documents import PaymentDoc, Unreadable, as_json, sealed
from grahak.connect.connectors.models import ObjectKind, ShopObject
from grahak.connect.connectors.records import parties, states
from grahak.connect.connectors.records.orders import own_currency
from grahak.connect.connectors.records.touched import Work
from grahak.customers.models import Customer
from grahak.sales.actions import receive_payment, void_payment


def keep_payment(work: Work, doc: PaymentDoc) -> bool:
    """Work a payment; a changed one is taken back and written anew. False where it is known. Raises
    Unreadable."""
    own_currency(work, doc.currency)
    if not doc.amount:
        raise Unreadable("amount", "nothing")
    row = states.held(work.connector, ObjectKind.PAYMENT, doc.external_id)
    plain = as_json(replace(doc, party=None))  # type: ignore[arg-type]  # who paid is in the row
    version = sealed(doc.version, plain)
    work.customer_id, work.payment_id = row.customer_id, row.payment_id
    if not states.is_newer(row, version):
        return False
    customer_id = parties.customer_of(work, doc.party, parties.weak_version(doc.at, doc.party))
    row.doc, row.version, row.customer_id = plain, version, customer_id
    _write(work, row, doc, customer_id)
    return True


def _write(work: Work, row: ShopObject, doc: PaymentDoc, customer_id: int) -> None:
    off = doc.cancelled or row.is_gone
    there = row.payment
    told = (customer_id, doc.amount, doc.how, doc.reference, doc.at)
    if there is not None and not there.voided_at:
        stands = (there.customer_id, there.amount, there.method, there.reference, there.received_at)
        if not off and stands == told:
            row.save()
            return
        void_payment(there, by=None)
    if not off:
        try:
            row.payment = receive_payment(
                by=None,
                customer=Customer.objects.get(pk=customer_id),
                amount=doc.amount,
                method=doc.how,
                reference=doc.reference,
                received_at=doc.at,
                branch=work.connector.branch,
            )
        except ValidationError as error:
            field, sentences = next(iter(error.message_dict.items()))
            raise Unreadable(field, "rejected", text=str(sentences[0])) from None
    row.save()
    work.changed = True
    work.customer_id, work.payment_id = row.customer_id, row.payment_id


def take_away(work: Work, external_id: str) -> bool:
    """The till deleted a payment: it is taken back here."""
    row = states.held(work.connector, ObjectKind.PAYMENT, external_id)
    if not states.mark_gone(row, timezone.now()):
        return False
    if row.payment is not None:
        void_payment(row.payment, by=None)
        work.changed = True
    work.customer_id, work.payment_id = row.customer_id, row.payment_id
    return True
