"""Erasing: once a customer is gone from the records, their rows leave every table, their bytes every file, snapshot,
statistic and open copy.

The announcement only writes down whom; the worker's loop does the work step by step between its syncs, so that other
rows stay fresh meanwhile, and remembers it until the last byte is gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from grahak.core.models import Setting
from grahak.warehouse import apart, copies, lake, rebuild, schema, sync, upkeep
from grahak.warehouse.star import TABLES

NAME = "warehouse.erasing"


def on_erased(customer_ids: list[int]) -> None:
    """Listens to customers.erased, in its transaction: the promise stands or falls with the erasure."""
    ids = sorted({int(pk) for pk in customer_ids})
    if not ids:
        return
    with transaction.atomic():
        found = Setting.objects.select_for_update().filter(name=NAME).first()
        if found is None:
            Setting.objects.create(name=NAME, value={"since": timezone.now().isoformat(), "ids": ids})
        else:
            found.value = found.value | {"ids": sorted({*found.value["ids"], *ids})}
            found.save()


def waiting() -> list[int]:
    """The customers whose bytes are still to be erased."""
    found = Setting.objects.filter(name=NAME).first()
    return list(found.value["ids"]) if found else []


def since() -> dt.datetime | None:
    """Since when some wait; None where none do."""
    found = Setting.objects.filter(name=NAME).first()
    return dt.datetime.fromisoformat(found.value["since"]) if found else None


def steps(writer: sync.Writer, ids: list[int]) -> Iterator[str]:
    """The work of erasing these customers, one step a turn (each under a minute even in a large shop); the last
    one has been done when the iterator ends. For who holds the writer's lock while it asks for a step."""
    while lake.is_held("rebuild") or rows_of(writer, ids):
        # a rebuild that began before the erasure may have read them; a sync takes their rows out
        yield "wait"
    for name in [*TABLES]:
        upkeep.rewrite(writer, [name])
        yield f"rewrite {name}"
    upkeep.expire_all(writer)
    yield "files"
    scrub(writer.generation)
    lake.sweep_generations(after=0.0)
    lake.sweep_scratch()
    yield "catalogue"
    copies.refresh()
    _done(ids)
    yield "copies"


def rows_of(writer: sync.Writer, ids: list[int]) -> int:
    """How many rows of these customers stand in the warehouse. Who stands there as erased is no longer anybody: the
    books keep their orders and khata, and the change log, which comes in its order, has taken all else out."""
    listed = ", ".join(str(int(pk)) for pk in ids)
    nobody = "SELECT customer_id FROM lake.customers WHERE source = 'erased'"
    parts = [
        f"SELECT count(*) AS n FROM lake.{schema.quoted(table.name)}"  # noqa: S608 (numbers and the star's names)
        f" WHERE {schema.quoted(table.customer)} IN ({listed})"
        f" AND {schema.quoted(table.customer)} NOT IN ({nobody})"
        for table in TABLES.values()
        if table.customer
    ]
    return int(writer.run(f"SELECT sum(n) FROM ({' UNION ALL '.join(parts)})")[0][0])  # noqa: S608


def scrub(generation: Path) -> None:
    """Take what is no longer in any file out of the catalogue, in a process apart (see there)."""
    apart.run("scrub", catalogue=str(generation / "catalog.sqlite3"))


@transaction.atomic
def _done(ids: list[int]) -> None:
    found = Setting.objects.select_for_update().filter(name=NAME).first()
    if found is None:
        return
    left = sorted(set(found.value["ids"]) - set(ids))
    if left:
        found.value = found.value | {"ids": left}
        found.save()
    else:
        found.delete()


def finish() -> bool:
    """Erase at once all who wait; returns whether any did. lake.Busy where another process writes."""
    ids = waiting()
    if not ids:
        return False
    with lake.held("writer", wait=60.0):
        if rebuild.needed():
            rebuild.build_and_use()
        writer = sync.Writer(lake.current())
        try:
            sync.run_out(writer)
            if rows_of(writer, ids):
                raise LookupError("customers who were announced as erased still stand in the records")
            for step in steps(writer, ids):
                if step == "wait":
                    raise lake.Busy("rebuild")
        finally:
            writer.close()
    return True
