"""What a rule would have done in the last thirty days. It is judged as the engine judges, with the conditions as they
are now: what a customer was then is not known for most of them, and the page says so. Nothing is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils import timezone

from grahak.connect.rules import deeds, engine
from grahak.connect.rules.models import Rule
from grahak.connect.rules.triggers import TRIGGERS
from grahak.customers.models import Customer

SPAN = dt.timedelta(days=30)
MOST = 20_000  # occasions that are looked at
SHOWN = 200


@dataclass
class Row:
    """What would have happened to a customer at a moment."""

    customer: Customer
    at: dt.datetime
    verdict: engine.Verdict
    deeds: list[str] = field(default_factory=list)


@dataclass
class Found:
    """The rows that are shown, and how many there were in all."""

    rows: list[Row]
    occasions: int = 0
    acted: int = 0
    customers: int = 0
    is_cut: bool = False


def would_have(rule: Rule, now: dt.datetime | None = None, shown: int = SHOWN) -> Found:
    """Go through the last thirty days. RULE need not be saved."""
    until = now or timezone.now()
    trigger = TRIGGERS[rule.trigger]
    past = trigger.past(rule.settings, until - SPAN, until)
    fitting = (one for one in past if trigger.fits(rule.settings, one[2]))
    occasions = list(islice(fitting, MOST + 1))
    is_cut = len(occasions) > MOST
    del occasions[MOST:]
    ids = sorted({pk for pk, _at, _facts in occasions})
    fits: set[int] = set()
    for start in range(0, len(ids), 500):
        fits |= engine.fitting(rule, ids[start : start + 500])
    verdicts: list[tuple[int, dt.datetime, engine.Verdict]] = []
    last: dict[int, dt.datetime] = {}
    for pk, at, _facts in sorted(occasions, key=lambda one: one[1]):
        verdict = engine.judged(rule, pk, pk in fits, last.get(pk), at)
        if verdict.acts:
            last[pk] = at
        verdicts.append((pk, at, verdict))
    return _found(rule, verdicts, last, is_cut, shown)


def _found(rule: Rule, verdicts: list[Any], last: dict[int, dt.datetime], is_cut: bool, shown: int) -> Found:
    """The newest that would have acted first, then those that would not."""
    ordered = sorted(verdicts, key=lambda one: (not one[2].acts, -one[1].timestamp()))[:shown]
    known = Customer.objects.select_related("owner").in_bulk([pk for pk, _at, _verdict in ordered])
    rows = [
        Row(
            known[pk],
            at,
            verdict,
            [deeds.says(deed, known[pk]) for deed in rule.deeds] if verdict.acts else [],
        )
        for pk, at, verdict in ordered
        if pk in known
    ]
    acted = sum(1 for _pk, _at, verdict in verdicts if verdict.acts)
    return Found(rows, len(verdicts), acted, len(last), is_cut)
