"""Reads what a shop holds already, page by page, through the same reader and records as its deliveries. What a page
gave, the counts and where to go on commit together: killed at any moment it goes on there, and reading an object twice
changes nothing. Of what can't be taken over a failed delivery stays, to look at and to try again."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from grahak.connect.connectors.api.client import Item, Page, ShopApi, Stopped
from grahak.connect.connectors.api.outbound import Unreachable
from grahak.connect.connectors.api.shops import shop_of
from grahak.connect.connectors.documents import NothingDoc, Unreadable
from grahak.connect.connectors.models import (
    Backfill,
    BackfillState,
    Connector,
    Delivery,
    DeliveryState,
)
from grahak.connect.connectors.records.orders import Waits
from grahak.connect.connectors.records.touched import Work
from grahak.connect.connectors.work import keep
from grahak.core import business

logger = logging.getLogger("grahak.connectors")
KINDS = ("customers", "products", "orders")
IN_ONE_TRANSACTION = 25  # objects: others can write in between


class Lost(RuntimeError):
    """Another worker has gone on with this back-fill."""


def run(pk: int) -> None:
    """Go on with a back-fill until its end, a stop or a fault. Safe to repeat."""
    found = Backfill.objects.select_related("connector").filter(pk=pk, state=BackfillState.RUNNING).first()
    if found is None:
        return

    def sleep(seconds: float) -> None:
        for _second in range(max(1, round(seconds))):
            time.sleep(min(1.0, seconds))
            if not Backfill.objects.filter(pk=pk, state=BackfillState.RUNNING).exists():
                raise Stopped

    try:
        shop = shop_of(found.connector, sleep=sleep)
        _expect(found, shop)
        while found.stage and _step(found, shop):
            pass
    except Unreachable as error:
        _end(found, BackfillState.FAILED, fault={"code": error.code, "params": error.params})
    except (Stopped, Lost):
        logger.info("back-fill stopped", extra={"backfill": pk})


def _expect(found: Backfill, shop: ShopApi) -> None:
    """Ask once how much there is, for the bar of the progress."""
    if found.expected is not None:
        return
    told = [shop.count(kind, _since(found)) for kind in found.kinds]
    found.expected = sum(one or 0 for one in told)
    Backfill.objects.filter(pk=found.pk).update(expected=found.expected)


def _since(found: Backfill) -> str:
    return business.day_start(found.since).isoformat() if found.since else ""


def _step(found: Backfill, shop: ShopApi) -> bool:
    """Read one page and take it over; False at the end."""
    before = (shop.asker.requests, shop.asker.waited)
    page = shop.page(found.stage, _since(found), found.cursor)
    told = [_read(item) for item in page.items]
    for start in range(0, len(told), IN_ONE_TRANSACTION):
        piece = told[start : start + IN_ONE_TRANSACTION]
        is_last = start + IN_ONE_TRANSACTION >= len(told)
        _take_over(found, piece, page if is_last else None)
    if not told:
        _take_over(found, [], page)
    Backfill.objects.filter(pk=found.pk).update(
        requests=found.requests + shop.asker.requests - before[0],
        waited=found.waited + round(shop.asker.waited - before[1]),
    )
    found.requests += shop.asker.requests - before[0]
    found.waited += round(shop.asker.waited - before[1])
    return bool(found.stage)


Told = tuple[Item, Any]  # what came, and its documents or the Unreadable that reading it gave


def _read(item: Item) -> Told:
    """Read outside the transaction: it may ask the shop for more."""
    try:
        return item, item.read()
    except Unreadable as error:
        return item, error


def _take_over(found: Backfill, told: list[Told], page: Page | None) -> None:
    """One transaction: records of a piece, counts, and with the last piece of a page the place to go on."""
    with transaction.atomic():
        connector = Connector.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.connector_id)
        row = Backfill.objects.get(pk=found.pk)
        if row.state != BackfillState.RUNNING:
            raise Stopped
        if (row.stage, row.cursor) != (found.stage, found.cursor):
            raise Lost
        doing = Work.begin(connector)
        for item, documents in told:
            fate = _keep(doing, item, documents)
            setattr(row, fate, getattr(row, fate) + 1)
            row.read += 1
        doing.settle()
        row.moved_at = timezone.now()
        if page is not None:
            _go_on(row, page)
        row.save()
    for name in ("stage", "cursor", "state", "read", "changed", "same", "failed"):
        setattr(found, name, getattr(row, name))


def _keep(doing: Work, item: Item, documents: Any) -> str:
    """Take one object over: "changed", "same" or "failed"."""
    doing.changed = False
    error = documents if isinstance(documents, Unreadable) else None
    if error is None:
        try:
            with transaction.atomic():
                for document in documents:
                    if not isinstance(document, NothingDoc):
                        keep(doing, document)
        except Unreadable as caught:
            error = caught
        except Waits as caught:
            error = Unreadable("", "waits_order", text=caught.order_id)
        except ValidationError as caught:
            error = Unreadable("", "rejected", text=" ".join(caught.messages)[:300])
    if error is not None:
        _put_aside(doing.connector, item, error)
        return "failed"
    return "changed" if doing.changed else "same"


def _put_aside(connector: Connector, item: Item, error: Unreadable) -> None:
    """A failed delivery of what could not be taken over."""
    body = json.dumps(item.payload, default=str).encode()
    digest = hashlib.sha256(item.topic.encode() + b"\n" + body).hexdigest()
    Delivery.objects.update_or_create(
        connector=connector,
        delivery_id=f"backfill#{digest[:40]}",
        defaults={
            "topic": item.topic,
            "body": body,
            "from_backfill": True,
            "state": DeliveryState.FAILED,
            "field": error.field[:120],
            "code": error.code,
            "params": error.params,
            "object_id": str(item.payload.get("id", ""))[:120] if isinstance(item.payload, dict) else "",
            "object_kind": item.topic.split("/")[0].split(".")[0].rstrip("s")[:10],
            "worked_at": timezone.now(),
        },
    )


def _go_on(row: Backfill, page: Page) -> None:
    """Note where to go on: the next page, else the next kind, else the end."""
    if page.cursor is not None:
        row.cursor = page.cursor
        return
    kinds = list(row.kinds)
    following = kinds.index(row.stage) + 1
    row.cursor = {}
    if following < len(kinds):
        row.stage = kinds[following]
    else:
        row.stage, row.state, row.finished_at = "", BackfillState.DONE, timezone.now()


def _end(found: Backfill, state: BackfillState, *, fault: dict[str, Any]) -> None:
    running = Backfill.objects.filter(pk=found.pk, state=BackfillState.RUNNING)
    running.update(state=state, finished_at=timezone.now(), fault=json.dumps(fault)[:300])
