"""What is told of a happening: {"type", "timestamp", "data"} as the Standard Webhooks convention has it, where data is
the record as the API gives it to the address's role, with what else is known of the event."""

from __future__ import annotations

from typing import Any

import msgspec

from grahak.connect.api import listing
from grahak.connect.api.principal import Standing
from grahak.connect.api.problems import Problem
from grahak.connect.api.resources import reach
from grahak.connect.webhooks.kinds import KINDS
from grahak.connect.webhooks.models import Endpoint, Happening
from grahak.core.access import scope_of


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
            for one in mine:
                facts = _seen(eyes, one.facts)
                if facts is not None:
                    told[one.pk] = _written(one, {"id": one.subject_id, **facts})
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


def _seen(eyes: Standing, facts: dict[str, Any]) -> dict[str, Any] | None:
    """FACTS with only those of the "customers" they name whom the address may see; None where it sees none."""
    if "customers" not in facts or scope_of(eyes, "customers.view") == "all":
        return facts
    there = reach.customers(eyes, "customers.view").filter(pk__in=facts["customers"])
    seen = set(there.values_list("pk", flat=True))
    return facts | {"customers": [pk for pk in facts["customers"] if pk in seen]} if seen else None


_ALL = Standing("owner")


def _written(happening: Happening, data: dict[str, object]) -> str:
    body = {"type": happening.event, "timestamp": happening.at, "sequence": happening.pk, "data": data}
    return msgspec.json.encode(body).decode()
