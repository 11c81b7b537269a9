"""A write key made by `grahak key write` or on the keys' page is a source of events, and ends with the key."""

from __future__ import annotations

from django.utils import timezone

from grahak.core.actions import keys
from grahak.core.models import ApiKey
from grahak.customers.models import Source
from grahak.customers.models.behaviour import SourceKind


def _begin(key: ApiKey, plain: str) -> None:
    if key.kind == "write":
        Source.objects.create(kind=SourceKind.SERVER, name=key.name or key.prefix, write_key=plain)


def _end(key: ApiKey) -> None:
    if key.kind != "write":
        return
    for source in Source.objects.filter(write_key__startswith=key.prefix, ended_at=None):
        if ApiKey.digest_of(source.write_key) == key.digest:
            source.ended_at = timezone.now()
            source.save(update_fields=["ended_at"])


def register() -> None:
    keys.made.append(_begin)
    keys.withdrawn.append(_end)
