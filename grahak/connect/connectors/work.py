"""Works deliveries that are stored: each in one transaction with what became of it, so that a worker killed in the
middle has done it wholly or not at all, and does it again.

A connector's work is done one at a time (its row is locked), in the order in which things came; but no outcome
depends on that order.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError, close_old_connections, transaction
from django.db.models import F
from django.utils import timezone

from grahak.connect.connectors import jobs, shopify, till, woocommerce
from grahak.connect.connectors.documents import (
    BackDoc,
    CustomerDoc,
    Document,
    GoneDoc,
    NothingDoc,
    OrderDoc,
    PaymentDoc,
    PersonDoc,
    ProductDoc,
    RefundDoc,
    Unreadable,
)
from grahak.connect.connectors.fields import Fields, parsed
from grahak.connect.connectors.models import Connector, Delivery, DeliveryState, ObjectKind, ShopObject
from grahak.connect.connectors.records import orders, parties, payments, products, states
from grahak.connect.connectors.records.touched import Work
from grahak.customers.models import Customer, ExternalRef, Identity

logger = logging.getLogger("grahak.connectors")
IDLE = 0.5  # seconds
AT_ONCE = 100
MOST_ATTEMPTS = 5
BROKEN_OFF = MOST_ATTEMPTS * 2
MOST_FIELDS = 10  # of what went wrong, told in the params


def run(stop: threading.Event) -> None:
    """Work what comes until STOP."""
    while not stop.is_set():
        close_old_connections()
        if not turn():
            stop.wait(IDLE)


def turn(most: int = AT_ONCE) -> int:
    """Work the deliveries whose turn it is, at most so many. Returns how many were taken up."""
    waiting = list(Delivery.objects.waiting().order_by("id").values_list("pk", flat=True)[:most])
    for pk in waiting:
        work(pk)
    return len(waiting)


def work(pk: int) -> None:
    """Work one delivery, whatever its fate: it is done, known, held, failed, or tried again later."""
    waiting = Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING)
    if not waiting.update(attempts=F("attempts") + 1):  # committed first: what kills a worker is found out
        return
    try:
        with transaction.atomic():
            delivery = _locked(pk)
            if delivery is not None:
                _work(delivery)
    except Unreadable as error:
        _fail(pk, error.field, error.code, error.params)
    except ValidationError as error:
        _fail(pk, "", "rejected", {"text": " ".join(error.messages)[:300]})
    except LookupError:
        if not _again(pk, MOST_ATTEMPTS):
            _fail(pk, "", "no_business", {})
    except Exception as error:
        logger.exception("delivery not worked", extra={"delivery": pk})
        most = BROKEN_OFF if isinstance(error, OperationalError) else 3
        if not _again(pk, most):
            _fail(pk, "", "fault", {"text": f"{type(error).__name__}: {error}"[:300]})


def _locked(pk: int) -> Delivery | None:
    """The delivery, with its connector held until the transaction ends; None where it is worked already."""
    holder = Delivery.objects.filter(pk=pk).values("connector_id")
    connector = Connector.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=holder).first()
    delivery = Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING).first()
    if delivery is None or connector is None:
        return None
    delivery.connector = connector
    if delivery.attempts > BROKEN_OFF:
        raise Unreadable("", "died", times=delivery.attempts - 1)
    return delivery


def _again(pk: int, most: int) -> bool:
    """Put a delivery off for a while that grows; False after MOST attempts."""
    row = Delivery.objects.filter(pk=pk).first()
    if row is None or row.attempts >= most:
        return False
    Delivery.objects.filter(pk=pk).update(try_at=timezone.now() + dt.timedelta(seconds=2**row.attempts))
    return True


def _fail(pk: int, field: str, code: str, params: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            delivery = Delivery.objects.select_related("connector").get(pk=pk)
            delivery.state, delivery.worked_at = DeliveryState.FAILED, timezone.now()
            delivery.field, delivery.code, delivery.params = field[:120], code, params
            _name(delivery)
            delivery.save()
    except (DatabaseError, Delivery.DoesNotExist):
        logger.exception("fate of a delivery not kept", extra={"delivery": pk})


def read(connector: Connector, topic: str, body: bytes, headers: dict[str, str]) -> list[Document]:
    """The documents of a body. Raises Unreadable."""
    payload = parsed(body)
    if connector.kind == "shopify":
        return shopify.read(topic, payload, told_at=shopify.told_at(headers))
    if connector.kind == "woocommerce":
        return woocommerce.read(topic, payload)
    return till.read(payload)


def _work(delivery: Delivery) -> None:
    connector = delivery.connector
    doing = Work.begin(connector)
    documents = read(connector, delivery.topic, bytes(delivery.body), delivery.headers)
    delivery.field, delivery.code, delivery.params = "", "", {}
    delivery.worked_at = timezone.now()
    changed, quiet = False, ""
    delivery.state = DeliveryState.SAME
    for document in documents:
        _label(delivery, document)
        if isinstance(document, PersonDoc):
            _ask_a_person(delivery, document)
        elif isinstance(document, NothingDoc):
            quiet = document.why
        else:
            try:
                is_new = keep(doing, document)
            except orders.Waits as wait:
                delivery.state = DeliveryState.HELD
                delivery.code, delivery.params = "waits_order", {"text": wait.order_id}
                continue
            changed |= doing.changed or (is_new and isinstance(document, GoneDoc | BackDoc))
            quiet = quiet or _why_quiet(document)
    doing.settle()
    delivery.order_id, delivery.customer_id = doing.order_id, doing.customer_id or delivery.customer_id
    delivery.product_id, delivery.payment_id = doing.product_id, doing.payment_id
    if delivery.state == DeliveryState.SAME:
        delivery.state = DeliveryState.DONE if changed else DeliveryState.SAME
        delivery.code = "" if changed else quiet
    delivery.save()
    if delivery.object_kind == ObjectKind.ORDER and doing.order_id:
        _release(connector, delivery.object_id, doing)
        _ask_for_lines(connector, documents)


def _why_quiet(document: Document) -> str:
    if isinstance(document, OrderDoc) and document.skip:
        return "draft"
    return "unknown" if isinstance(document, GoneDoc | BackDoc) else "same"


def keep(work: Work, document: Document) -> bool:
    """Take one document over; True where it was news. Raises Unreadable, orders.Waits."""
    match document:
        case OrderDoc():
            return False if document.skip else orders.keep_order(work, document)
        case RefundDoc():
            return orders.keep_refund(work, document)
        case CustomerDoc():
            return parties.keep_customer(work, document.party, document.version)
        case ProductDoc():
            return products.keep_product(work, document)
        case PaymentDoc():
            return payments.keep_payment(work, document)
        case GoneDoc():
            return _gone(work, document)
        case BackDoc():
            kind = ObjectKind(document.kind)
            if kind in (ObjectKind.ORDER, ObjectKind.REFUND):
                return orders.bring_back(work, kind, document.external_id)
            row = states.held(work.connector, kind, document.external_id)
            return states.mark_seen(row, timezone.now())
    return False


def _gone(work: Work, document: GoneDoc) -> bool:
    kind = ObjectKind(document.kind)
    if kind in (ObjectKind.ORDER, ObjectKind.REFUND):
        return orders.take_away(work, kind, document.external_id)
    if kind == ObjectKind.PAYMENT:
        return payments.take_away(work, document.external_id)
    if kind == ObjectKind.PRODUCT:
        return products.take_away(work, document.external_id)
    row = states.held(work.connector, kind, document.external_id)  # the customer stays: orders hang on them
    work.customer_id = row.customer_id
    return states.mark_gone(row, timezone.now())


def _label(delivery: Delivery, document: Document) -> None:
    """What a delivery is about, for the log of deliveries."""
    kinds = {
        OrderDoc: "order", RefundDoc: "refund", ProductDoc: "product", PaymentDoc: "payment", CustomerDoc: "customer"
    }  # fmt: skip
    kind = kinds.get(type(document))  # type: ignore[call-overload]
    if isinstance(document, GoneDoc | BackDoc):
        kind = document.kind
    elif isinstance(document, NothingDoc):
        return
    elif isinstance(document, PersonDoc):
        kind = "person"
    delivery.object_kind = kind or ""
    whole = isinstance(document, ProductDoc) and document.parent
    holder = document.party if isinstance(document, CustomerDoc) else document
    delivery.object_id = str(whole or getattr(holder, "external_id", ""))[:120]
    delivery.happened_at = getattr(document, "happened_at", None)


def _ask_a_person(delivery: Delivery, document: PersonDoc) -> None:
    delivery.state, delivery.code = DeliveryState.PERSON, document.what
    source = delivery.connector.source
    ref = ExternalRef.objects.filter(source=source, external_id=document.external_id).first()
    if document.external_id and ref is not None:
        delivery.customer_id = ref.customer_id
        return
    for kind, value in (("email", document.email), ("phone", document.phone)):
        holders = Identity.objects.filter(kind=kind, value=value) if value else Identity.objects.none()
        found = set(holders.values_list("contact__customer_id", flat=True))
        if len(found) == 1:
            delivery.customer_id = found.pop()
            return


def _name(delivery: Delivery) -> None:
    """What a failed delivery is about, as far as it can be read, and whom: so that it is found when that customer
    is erased."""
    try:
        documents = read(delivery.connector, delivery.topic, bytes(delivery.body), delivery.headers)
    except Unreadable:
        _name_unread(delivery)
        return
    for document in documents:
        _label(delivery, document)
        party = getattr(document, "party", None)
        if party is None or delivery.customer_id:
            continue
        ref = ExternalRef.objects.filter(source=delivery.connector.source, external_id=party.external_id)
        known = ref.first() if party.external_id else None
        holders = Customer.objects.filter(
            contacts__identities__kind="email", contacts__identities__value=party.email
        ).distinct()
        if known is not None:
            delivery.customer_id = known.customer_id
        elif party.email and holders.count() == 1:
            delivery.customer_id = holders.get().pk


def _name_unread(delivery: Delivery) -> None:
    """The number in the shop of what else can't be read."""
    try:
        delivery.object_id = Fields(parsed(bytes(delivery.body))).id()[:120]
    except Unreadable:
        return


def _ask_for_lines(connector: Connector, documents: list[Document]) -> None:
    """WooCommerce tells a refund as a sum: where we may ask, its lines are fetched."""
    if connector.kind != "woocommerce" or not connector.can_ask:
        return
    for order in documents:
        if not isinstance(order, OrderDoc) or not order.refunds:
            continue
        sums = ShopObject.objects.filter(
            connector=connector, parent=order.external_id, kind=ObjectKind.REFUND, version__startswith="0|"
        )
        if sums.exists():
            asking = partial(jobs.fetch_refunds.enqueue, connector.pk, order.external_id)
            transaction.on_commit(asking)


def _release(connector: Connector, order_id: str, doing: Work) -> None:
    """The refunds that waited for this order were taken over with it."""
    ids = ShopObject.objects.filter(connector=connector, parent=order_id).values_list(
        "external_id", flat=True
    )
    held = Delivery.objects.filter(
        connector=connector, state=DeliveryState.HELD, object_kind=ObjectKind.REFUND, object_id__in=list(ids)
    )
    held.update(
        state=DeliveryState.DONE,
        code="",
        params={},
        worked_at=timezone.now(),
        order_id=doing.order_id,
        customer_id=doing.customer_id,
    )
