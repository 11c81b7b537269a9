"""What is told of a happening: {"type", "timestamp", "data"} as the Standard Webhooks convention has it, where data is
the record as the API gives it to the address's role, with what else is known of the event."""

from __future__ import annotations

import msgspec

from grahak.connect.api import listing
from grahak.connect.api.principal import Standing
from grahak.connect.api.problems import Problem
from grahak.connect.webhooks.kinds import KINDS
from grahak.connect.webhooks.models import Endpoint, Happening


def standing(endpoint: Endpoint) -> Standing:
    """Whose eyes an address has."""
    return Standing(endpoint.role, endpoint.branch_id)


def bodies(endpoint: Endpoint, happenings: list[Happening]) -> dict[int, str]:
    """The bodies by the happenings' numbers; what the address's role may not see has none. A record that is gone is
    told as {"id": …, "gone": true}."""
    eyes = standing(endpoint)
    told: dict[int, str] = {}
    for name in {one.event for one in happenings}:
        kind = KINDS[name]
        mine = [one for one in happenings if one.event == name]
        if not eyes.can(kind.view):
            continue
        if kind.resource is None:
            told |= {one.pk: _written(one, {"id": one.subject_id, **one.facts}) for one in mine}
            continue
        ids = {one.subject_id for one in mine}
        try:
            records = listing.several(kind.resource, eyes, sorted(ids))
        except Problem:
            continue
        there = set(
            kind.resource.rows(_ALL, kind.resource.view).filter(pk__in=ids).values_list("pk", flat=True)
        )
        for one in mine:
            if one.subject_id in records:
                told[one.pk] = _written(one, {**records[one.subject_id], **one.facts})
            elif one.subject_id not in there:
                told[one.pk] = _written(one, {"id": one.subject_id, "gone": True, **one.facts})
    return told


_ALL = Standing("owner")


def _written(happening: Happening, data: dict[str, object]) -> str:
    body = {"type": happening.event, "timestamp": happening.at, "sequence": happening.pk, "data": data}
    return msgspec.json.encode(body).decode()
