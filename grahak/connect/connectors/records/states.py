"""Keeps the newest state of each object of a shop: an older one never replaces a newer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grahak.connect.connectors.models import Connector, ObjectKind, ShopObject


def found(connector: Connector, kind: ObjectKind, external_id: str) -> ShopObject | None:
    return ShopObject.objects.filter(connector=connector, kind=kind, external_id=external_id).first()


def held(connector: Connector, kind: ObjectKind, external_id: str, **first: Any) -> ShopObject:
    """The object's row, made where it is not there yet. Callers hold the connector's lock."""
    row, _new = ShopObject.objects.get_or_create(
        connector=connector, kind=kind, external_id=external_id, defaults=first
    )
    return row


def is_newer(row: ShopObject, version: str) -> bool:
    return version > row.version


def mark_gone(row: ShopObject, at: dt.datetime) -> bool:
    """Note that the shop deleted it; True where that is news."""
    was = row.is_gone
    if row.gone_at is None or row.gone_at < at:
        row.gone_at = at
        row.save(update_fields=["gone_at"])
    return row.is_gone and not was


def mark_seen(row: ShopObject, at: dt.datetime) -> bool:
    """Note that it was there at that moment (brought back, or read from the shop); True where it was gone."""
    was = row.is_gone
    if row.seen_at is None or row.seen_at < at:
        row.seen_at = at
        row.save(update_fields=["seen_at"])
    return was and not row.is_gone
