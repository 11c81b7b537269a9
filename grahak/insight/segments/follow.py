"""Segments kept up with what happens: the change log and new events name the customers to decide again, at once, from
the records. Only the leader of several workers does it; killed anywhere, the next turn does the same again."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from grahak.catalogue.models import Product
from grahak.core import business, changes, heartbeat, leader
from grahak.core.models import Setting
from grahak.customers.models import Event
from grahak.insight.models import Segment
from grahak.insight.segments import refresh, sizes, stale
from grahak.insight.segments.compile import compiled
from grahak.insight.segments.context import records
from grahak.insight.segments.refresh import FEW, OURS, Ruled
from grahak.warehouse import lake, star

logger = logging.getLogger("grahak.segments")
READER: Final = "segments"
EVENT: Final = "insight.segments.event"
PAUSE: Final = 0.3  # seconds between two looks
LEAD_EVERY: Final = 5.0
TRY_AGAIN: Final = 20.0  # seconds until segments that could not be counted are tried again
MOST_LINES: Final = 20_000
MOST_EVENTS: Final = 20_000
MOST_CUSTOMERS: Final = 50_000  # beyond that everybody is counted anew
WAIT_FOR_WAREHOUSE: Final = 5.0
_OWN_COLUMNS: Final = re.compile(r"\bc\.(?!customer_id\b|archived_at\b)")


def run(stop: threading.Event) -> None:
    """Follow until STOP."""
    follower = Follower()
    lead_until = 0.0
    while not stop.is_set():
        if time.monotonic() >= lead_until:
            if not leader.lead(heartbeat.place()):
                follower = Follower()
                stop.wait(LEAD_EVERY)
                continue
            lead_until = time.monotonic() + LEAD_EVERY
        stop.wait(0.0 if follower.turn(stop) else PAUSE)


def catch_up() -> None:
    """Deal with everything that is committed now (for tests and the demo)."""
    follower = Follower()
    while follower.turn():
        pass


@dataclass
class Changed:
    """What happened since the last turn: which tables of the star changed for which customers; EVERYBODY where
    that can't be said; CATEGORIES where items moved to another category; ERASED where customers are gone."""

    customers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    everybody: bool = False
    categories: bool = False
    erased: bool = False


def tables_of(kind: str) -> frozenset[str]:
    """The tables of the star that a kind of change renews."""
    return frozenset(
        name for name, table in star.TABLES.items() if kind in {one for one, _sql in table.follows}
    )


class Follower:
    """One worker's following, turn by turn."""

    def __init__(self) -> None:
        self.segments: list[Ruled] | None = None
        self.reads: dict[int, frozenset[str]] = {}
        self.shelves: dict[int, int | None] | None = None
        self.tried = 0.0
        self.day = business.today()

    def turn(self, stop: threading.Event | None = None) -> bool:
        """Do what is to be done now. Returns whether there may be more at once."""
        if business.current() is None:
            return False
        self._count_marked()
        position, upto = changes.position(READER), changes.settled()
        if changes.is_cut(position):
            return self._begin_anew(upto)
        lines = changes.since(position, upto, MOST_LINES)
        reached = lines[-1].position if len(lines) >= MOST_LINES else upto
        event = _event()
        last = min(changes.settled_id(Event), event + MOST_EVENTS)
        if not lines and last <= event:
            if upto > position:
                changes.advance(READER, upto)
            return False
        changed = self._gather(lines)
        for customer in refresh.doers(event, last, MOST_EVENTS):
            changed.customers[customer].add("events")
        self._decide(changed, reached, last, stop)
        if changed.erased:
            sizes.recount()
        with transaction.atomic():
            changes.advance(READER, reached)
            _keep_event(last)
        return len(lines) >= MOST_LINES or last == event + MOST_EVENTS

    # What happened

    def _gather(self, lines: list[changes.Change]) -> Changed:
        found = Changed()
        for line in lines:
            if line.kind == "segment":
                self.segments = None
            if line.kind in OURS:
                continue
            found.erased |= line.kind == "customer" and line.gone
            if line.row_id == 0:
                found.everybody = True
            elif line.customer_id is not None:
                found.customers[line.customer_id] |= _tables(line.kind)
            elif line.kind == "product":
                found.categories |= self._moved_shelf(line.row_id)
        return found

    def _moved_shelf(self, product: int) -> bool:
        """Whether an item stands in another category than when it was last looked at. Prices and stock change all
        the time, and no rule reads them."""
        if self.shelves is None:
            self.shelves = dict(Product.objects.values_list("pk", "category_id"))
            return True
        now = Product.objects.filter(pk=product).values_list("category_id", flat=True).first()
        known = product in self.shelves
        before = self.shelves.get(product)
        self.shelves[product] = now
        return known and before != now

    # Who is where now

    def _decide(self, changed: Changed, position: int, event: int, stop: threading.Event | None) -> None:
        segments = self._segments()
        if changed.categories:
            named = [one.pk for one in segments if any(one.tree.rows_of("category"))]
            stale.mark(stale.with_dependents(set(named)), "changed")
        if changed.everybody or len(changed.customers) > MOST_CUSTOMERS:
            _wait_for_warehouse(position, event, stop)
            refresh.refresh()
            return
        if len(changed.customers) > FEW * 5:
            _wait_for_warehouse(position, event, stop)
            refresh.refresh(customer_ids=changed.customers.keys())
            return
        alike: dict[frozenset[str], list[int]] = defaultdict(list)
        for customer, tables in changed.customers.items():
            alike[frozenset(tables)].append(customer)
        for changed_tables, customers in alike.items():
            own = "customers" in changed_tables
            concerned = [one for one in segments if own or changed_tables & self.reads[one.pk]]
            refresh.from_records(concerned, customers, business.today())

    def _segments(self) -> list[Ruled]:
        if self.segments is None or self.day != business.today():
            self.segments = refresh.ruled()
            self.reads = {one.pk: _reads(one) for one in self.segments}
            self.day = business.today()
        return self.segments

    # Counting anew

    def _count_marked(self) -> None:
        """Count the segments that are new, or whose rules changed; those that could not be counted, after a
        while."""
        reasons = ["new", "changed"]
        if time.monotonic() - self.tried > TRY_AGAIN:
            reasons += ["failed", "behind"]
            self.tried = time.monotonic()
        marked = Segment.objects.ruled().filter(stale_reason__in=reasons)
        found = list(marked.values_list("pk", flat=True))
        if found:
            refresh.refresh(found)
            still = set(marked.filter(pk__in=found).values_list("pk", flat=True))
            if still:  # not now: the warehouse is not there yet
                stale.mark(still, "behind")

    def _begin_anew(self, upto: int) -> bool:
        """The log was cut before we read it: everybody is counted anew."""
        event = changes.settled_id(Event)
        refresh.refresh()
        changes.advance(READER, upto)
        _keep_event(event)
        return True


def _tables(kind: str) -> frozenset[str]:
    """What a change renews. Figures stand beside the customer, and only rules that read them care; a change of the
    customer's own row may have put them away, which concerns every rule."""
    if kind == "figures":
        return frozenset({"figures"})
    if kind == "visitor":
        return frozenset({"events", "visits"})
    return tables_of(kind)


def _reads(segment: Ruled) -> frozenset[str]:
    """The tables whose changes concern a segment."""
    text = compiled(segment.tree, records("few"))
    own = {"figures"} if _OWN_COLUMNS.search(text.where) else set()
    return frozenset((text.tables - {"customers"}) | own)


def _event() -> int:
    """The last event that was looked at; from the newest on where none ever was."""
    found = Setting.objects.filter(name=EVENT).values_list("value", flat=True).first()
    if found is None:
        _keep_event(changes.settled_id(Event))
        return _event()
    return int(found)


def _keep_event(event: int) -> None:
    Setting.objects.update_or_create(name=EVENT, defaults={"value": event})


def _wait_for_warehouse(position: int, event: int, stop: threading.Event | None) -> None:
    """Give the warehouse a moment to come so far: then fewer customers must be decided from the records."""
    until = time.monotonic() + WAIT_FOR_WAREHOUSE
    while time.monotonic() < until and not (stop and stop.is_set()):
        state = lake.state()
        if state is None or (state.position >= position and state.event >= event):
            return
        (stop or threading.Event()).wait(0.2)
