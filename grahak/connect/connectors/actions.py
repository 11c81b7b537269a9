"""What people do with connections: set up, change, test, pause, end; replay deliveries; back-fill; see to requests."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels.secrets import seal
from grahak.connect.connectors import jobs, woocommerce
from grahak.connect.connectors.api.outbound import Unreachable
from grahak.connect.connectors.api.shops import shop_of
from grahak.connect.connectors.models import (
    Backfill,
    BackfillState,
    Connector,
    ConnectorKind,
    Delivery,
    DeliveryState,
)
from grahak.connect.connectors.records.touched import Work
from grahak.connect.connectors.work import keep
from grahak.core import audit, links
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers.actions import erase_customer
from grahak.sales.models import Order

logger = logging.getLogger("grahak.connectors")
SECRETS = ("secret", "api_key", "api_secret")
KEEP_BODIES = dt.timedelta(days=30)
KEEP_ROWS = dt.timedelta(days=180)


@transaction.atomic
def connect(
    kind: str,
    name: str,
    *,
    by: User | None,
    source: str = "",
    sealed: dict[str, str] | None = None,
    **fields: Any,
) -> Connector:
    """A new connection. SEALED: the plain secrets by name. A till's secret is made here where none is given.
    SOURCE: what its orders are to bear, such as that of an earlier file; else a free one."""
    given = {key: value for key, value in (sealed or {}).items() if value}
    if kind != ConnectorKind.SHOPIFY:
        given.setdefault("secret", secrets.token_urlsafe(32))
    connector = Connector(kind=kind, name=name, by=by, source=source or _free_source(kind), **fields)
    for key in SECRETS:
        setattr(connector, f"{key}_sealed", seal(given.get(key, "")))
    connector.save()
    audit.record("connect.connection.added", connector, by=by, kind=kind, address=connector.address)
    return connector


def _free_source(kind: str) -> str:
    name, place = kind, 1
    while Connector.objects.filter(source=name).exists() or Order.objects.filter(source=name).exists():
        place += 1
        name = f"{kind}-{place}"
    return name


@transaction.atomic
def change(
    connector: Connector, *, by: User | None, sealed: dict[str, str] | None = None, **fields: Any
) -> None:
    """Change a connection; a secret that is left empty stays as it is."""
    changed = []
    for name, value in fields.items():
        if getattr(connector, name) != value:
            setattr(connector, name, value)
            changed.append(name)
    for key, value in (sealed or {}).items():
        if value:
            setattr(connector, f"{key}_sealed", seal(value))
            changed.append(key)
    if changed:
        connector.save()
        audit.record("connect.connection.changed", connector, by=by, fields=changed)


def pause(connector: Connector, *, by: User | None) -> None:
    """Keep what comes and work nothing until `resume`."""
    _mark(connector, "paused_at", timezone.now(), "connect.connection.paused", by)


def resume(connector: Connector, *, by: User | None) -> None:
    """Work what has come meanwhile, and what comes."""
    _mark(connector, "paused_at", None, "connect.connection.resumed", by)


@transaction.atomic
def end(connector: Connector, *, by: User | None) -> None:
    """End a connection: its address answers 410, its secrets are forgotten, its records stay."""
    stop_backfill(connector, by=by)
    connector.secret_sealed = connector.api_key_sealed = connector.api_secret_sealed = ""
    connector.save()
    _mark(connector, "ended_at", timezone.now(), "connect.connection.ended", by)


@transaction.atomic
def _mark(connector: Connector, field: str, value: Any, action: str, by: User | None) -> None:
    if bool(getattr(connector, field)) == bool(value):
        return
    setattr(connector, field, value)
    connector.save(update_fields=[field])
    audit.record(action, connector, by=by)


def try_out(connector: Connector) -> str:
    """Ask the shop something small; gives what it calls itself. Raises Unreachable."""
    told = shop_of(connector).try_out()
    Connector.objects.filter(pk=connector.pk).update(tested_at=timezone.now())
    return told


def register_webhooks(connector: Connector, *, by: User | None) -> list[str]:
    """Have the shop send to us: makes the webhooks that it has not yet. Returns their topics. Raises
    Unreachable."""
    made = shop_of(connector).register(links.absolute(connector.hook_path), connector.secret)
    audit.record("connect.connection.registered", connector, by=by, topics=made)
    return made


# Deliveries


@transaction.atomic
def replay(deliveries: Any, *, by: User | None) -> int:
    """Work failed, held or known deliveries again, in the order in which they came. Returns how many."""
    rows = deliveries.exclude(state__in=[DeliveryState.WAITING, DeliveryState.PERSON]).exclude(body=b"")
    ids = list(rows.values_list("pk", "connector_id"))
    Delivery.objects.filter(pk__in=[pk for pk, _whose in ids]).update(
        state=DeliveryState.WAITING, attempts=0, try_at=timezone.now()
    )
    if ids:
        connector = Connector.objects.get(pk=ids[0][1])
        audit.record("connect.deliveries.replayed", connector, by=by, count=len(ids))
    return len(ids)


def see_to(delivery: Delivery, *, by: User) -> dict[str, int]:
    """A person has seen to what a shop asked; an order to erase a customer erases them. Raises Conflict where
    that may not be."""
    if delivery.state != DeliveryState.PERSON:
        return {}
    counts: dict[str, int] = {}
    if delivery.code == "redact" and delivery.customer is not None:
        counts = erase_customer(delivery.customer, by=by, why=_("Shopify asked for it (customers/redact)."))
    with transaction.atomic():
        rows = Delivery.objects.filter(pk=delivery.pk)
        rows.update(state=DeliveryState.DONE, code="settled", params={}, worked_at=timezone.now(), body=b"")
        audit.record("connect.request.settled", delivery.connector, by=by, what=delivery.code)
    return counts


# Back-fill


def start_backfill(
    connector: Connector, *, by: User | None, kinds: list[str], since: dt.date | None = None
) -> Backfill:
    """Begin to read what the shop holds already. Conflict where one is under way."""
    try:
        with transaction.atomic():
            found = Backfill.objects.create(
                connector=connector, since=since, kinds=kinds, stage=kinds[0], by=by
            )
            audit.record("connect.backfill.begun", connector, by=by, kinds=kinds, since=str(since or ""))
    except IntegrityError:
        raise Conflict(_("This shop is being read already.")) from None
    jobs.back_fill.enqueue(found.pk)
    return found


@transaction.atomic
def stop_backfill(connector: Connector, *, by: User | None) -> None:
    """Stop reading after the page that is under way; what was taken over stays."""
    running = Backfill.objects.filter(connector=connector, state=BackfillState.RUNNING)
    if running.update(state=BackfillState.STOPPED, finished_at=timezone.now()):
        audit.record("connect.backfill.stopped", connector, by=by)


@transaction.atomic
def go_on(backfill: Backfill, *, by: User | None) -> None:
    """Go on with one that was stopped or failed, where it was. Conflict where another is under way."""
    resumable = (BackfillState.STOPPED, BackfillState.FAILED)
    if Backfill.objects.filter(connector=backfill.connector, state=BackfillState.RUNNING).exists():
        raise Conflict(_("This shop is being read already."))
    rows = Backfill.objects.filter(pk=backfill.pk, state__in=resumable)
    if rows.update(state=BackfillState.RUNNING, finished_at=None, fault=""):
        audit.record("connect.backfill.resumed", backfill.connector, by=by)
        transaction.on_commit(lambda: jobs.back_fill.enqueue(backfill.pk))


def fetch_refunds(connector_id: int, order_id: str) -> None:
    """Ask WooCommerce for the lines of an order's refunds and take them over. A shop that does not answer leaves
    them as sums."""
    connector = Connector.objects.working().filter(pk=connector_id).first()
    if connector is None:
        return
    try:
        told = [woocommerce.refund(one, order_id) for one in shop_of(connector).refunds(order_id)]
    except Unreachable:
        logger.warning("lines of refunds not told", extra={"connector": connector_id, "order": order_id})
        return
    with transaction.atomic():
        held = Connector.objects.select_for_update(no_key=True, of=("self",)).get(pk=connector_id)
        doing = Work.begin(held)
        for refund in told:
            keep(doing, refund)
        doing.settle()


# Tidying


def tidy(day: dt.date) -> None:
    """Once a day: what was taken over keeps its line in the log, and no longer its body; old lines go."""
    now = timezone.now()
    quiet = Delivery.objects.filter(state__in=[DeliveryState.DONE, DeliveryState.SAME])
    quiet.filter(received_at__lt=now - KEEP_ROWS).delete()
    quiet.filter(received_at__lt=now - KEEP_BODIES).exclude(body=b"").update(body=b"")
