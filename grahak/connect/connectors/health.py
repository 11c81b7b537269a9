"""How a connection is doing: when it last delivered, how long its deliveries waited, what failed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.utils import timezone

from grahak.connect.connectors.models import Connector, Delivery, DeliveryState

QUIET = dt.timedelta(days=2)
LATE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Health:
    """LAST_AT: the last delivery came; WAITED: seconds that the last worked one lay here; TOLD_AFTER: seconds from
    the change in the shop to its delivery; WAITING with the OLDEST of them; FAILED_TODAY in the last 24 hours,
    FAILED ever; PERSON: requests that need somebody."""

    connector: Connector
    last_at: dt.datetime | None
    waited: float | None
    told_after: float | None
    waiting: int
    oldest: dt.datetime | None
    failed_today: int
    failed: int
    held: int
    person: int

    @property
    def state(self) -> str:
        """ended, paused, late, failing, silent (never heard of), quiet (for two days), well."""
        now = timezone.now()
        if self.connector.ended_at:
            return "ended"
        if self.connector.paused_at:
            return "paused"
        if self.oldest is not None and now - self.oldest > LATE:
            return "late"
        if self.failed:
            return "failing"
        if self.last_at is None:
            return "silent"
        return "quiet" if now - self.last_at > QUIET else "well"


def healths(connectors: list[Connector]) -> list[Health]:
    """The health of these connections in a fixed number of queries."""
    ids = [one.pk for one in connectors]
    mine = Delivery.objects.filter(connector=OuterRef("pk"), from_backfill=False).order_by(
        "-received_at", "-id"
    )
    worked = mine.filter(worked_at__isnull=False)
    last = {
        row["pk"]: row
        for row in Connector.objects.filter(pk__in=ids)
        .annotate(
            last_at=Subquery(mine.values("received_at")[:1]),
            worked_at=Subquery(worked.values("worked_at")[:1]),
            came_at=Subquery(worked.values("received_at")[:1]),
            happened_at=Subquery(worked.values("happened_at")[:1]),
        )
        .values("pk", "last_at", "worked_at", "came_at", "happened_at")
    }
    today = Q(state=DeliveryState.FAILED, received_at__gte=timezone.now() - dt.timedelta(hours=24))
    open_states = [
        DeliveryState.WAITING, DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.PERSON
    ]  # fmt: skip
    counts = {
        row["connector"]: row
        for row in Delivery.objects.filter(connector__in=ids, state__in=open_states)
        .values("connector")
        .annotate(
            waiting=Count("pk", filter=Q(state=DeliveryState.WAITING)),
            oldest=Min("received_at", filter=Q(state=DeliveryState.WAITING)),
            failed_today=Count("pk", filter=today),
            failed=Count("pk", filter=Q(state=DeliveryState.FAILED)),
            held=Count("pk", filter=Q(state=DeliveryState.HELD)),
            person=Count("pk", filter=Q(state=DeliveryState.PERSON)),
        )
        .order_by()
    }
    return [_health(one, dict(last.get(one.pk) or {}), dict(counts.get(one.pk) or {})) for one in connectors]


def _health(connector: Connector, last: dict[str, Any], counts: dict[str, Any]) -> Health:
    def seconds(since: Any, until: Any) -> float | None:
        return max(0.0, (until - since).total_seconds()) if since and until else None

    return Health(
        connector=connector,
        last_at=last.get("last_at"),
        waited=seconds(last.get("came_at"), last.get("worked_at")),
        told_after=seconds(last.get("happened_at"), last.get("came_at")),
        waiting=counts.get("waiting", 0),
        oldest=counts.get("oldest"),
        failed_today=counts.get("failed_today", 0),
        failed=counts.get("failed", 0),
        held=counts.get("held", 0),
        person=counts.get("person", 0),
    )
