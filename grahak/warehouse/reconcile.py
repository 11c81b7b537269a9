"""Counting the warehouse against the records: rows, keys and every sum of money and quantity, table by table, at one
and the same position. What differs while nothing moves is a fault, and is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from grahak.core import changes
from grahak.core.models import Setting
from grahak.customers.models import Event
from grahak.warehouse import lake, schema
from grahak.warehouse.star import TABLES, Table

NAME = "warehouse.reconciled"
TRIES = 4


@dataclass
class Count:
    """One table: rows, sum of the keys and of each amount, in the records and in the warehouse."""

    name: str
    records: int
    warehouse: int
    sums: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)  # column → (records, warehouse)

    @property
    def agrees(self) -> bool:
        return self.records == self.warehouse and all(ours == theirs for ours, theirs in self.sums.values())

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name,
            "records": self.records,
            "warehouse": self.warehouse,
            "sums": {
                column: {"records": str(ours), "warehouse": str(theirs)}
                for column, (ours, theirs) in self.sums.items()
            },
            "agrees": self.agrees,
        }


def summed(table: Table) -> list[tuple[str, int]]:
    """The columns that are added up, each with the units of one in the records."""
    units = {"money": 10_000, "quantity": 1_000}
    amounts = [(column.name, units[column.type]) for column in table.columns if column.type in units]
    return [(table.key, 1), *amounts]


def count(table: Table, event: int) -> Count:
    """Count a table on both sides as they stand; of events only those up to EVENT."""
    columns = summed(table)
    inner = table.select + (f" WHERE t.id <= {event}" if table.name == schema.EVENTS else "")
    sums = ", ".join(f"COALESCE(SUM({schema.quoted(name)}), 0)" for name, _units in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), {sums} FROM ({inner}) AS star")  # noqa: S608 (the star's own text)
        ours = cursor.fetchone()
    theirs = lake.ask(f"SELECT COUNT(*), {sums} FROM lake.{schema.quoted(table.name)}")[0]  # noqa: S608
    return Count(
        table.name,
        int(ours[0]),
        int(theirs[0]),
        {
            name: (Decimal(int(mine)) / units, Decimal(str(other)))
            for (name, units), mine, other in zip(columns, ours[1:], theirs[1:], strict=True)
        },
    )


def reconcile() -> list[Count]:
    """All tables. One that differs is counted again once the warehouse is up with the records, a few times, before
    its difference is believed: a shop does not stand still while it is counted."""
    from grahak.warehouse import sync

    found: dict[str, Count] = {}
    for again in range(TRIES):
        waiting = [name for name in TABLES if name not in found or not found[name].agrees]
        if not waiting:
            break
        if again or not is_level():
            try:
                sync.catch_up()
            except lake.Busy:  # the worker's loop is at it
                continue
        state = lake.state()
        if state is None:
            raise lake.Unavailable("no warehouse yet")
        found |= {name: count(TABLES[name], state.event) for name in waiting}
    counts = [found[name] for name in TABLES if name in found]
    remember(counts)
    return counts


def is_level() -> bool:
    """Whether the warehouse holds everything that is committed at this moment."""
    state = lake.state()
    return (
        state is not None
        and state.event == changes.settled_id(Event)
        and not changes.since(state.position, changes.settled(), 1)
    )


def remember(counts: list[Count]) -> None:
    """Keep the outcome for the screen."""
    value = {"at": timezone.now().isoformat(), "tables": [found.told() for found in counts]}
    Setting.objects.update_or_create(name=NAME, defaults={"value": value})


def last() -> dict[str, Any] | None:
    """The last outcome: {"at", "tables": [...]}, or None."""
    found = Setting.objects.filter(name=NAME).first()
    return found.value if found else None
