"""Loads the demo step by step in the background: files made, customers brought in, orders brought in, then
each room's own part of the story. Every step is written down when it is done, so that a kill in the middle
goes on there.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import shutil
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grahak.config.demo import prepare, progress
from grahak.connect import actions as connect
from grahak.connect.models import ImportRun, ImportState
from grahak.core import bulk, business
from grahak.core.jobs import task
from grahak.core.models import User
from grahak.customers.actions import index_names
from grahak.customers.models import Customer, ExternalRef

logger = logging.getLogger("grahak.demo")
WEEK = dt.timedelta(weeks=1)
SOURCE = "online_retail"
TELLERS = ("catalogue", "sales", "channels", "marketing", "customers", "connect", "insight")
MOST_FAULTS = 3
LOOK_AGAIN = dt.timedelta(seconds=1)


@task(queue_name="imports")
def go_on() -> None:
    """Take the next steps of the demo; waits for an import by coming again. Safe to repeat, and does
    nothing once the demo was left."""
    while True:
        shop, value = business.current(), progress.state()
        if shop is None or not shop.is_demo or value is None or value["finished"]:
            return
        step = value["step"]
        try:
            done = _STEPS[step](value)
        except Exception as error:
            logger.exception("demo step failed", extra={"step": step})
            faults = value.get("faults", 0) + 1
            gives_up = faults >= MOST_FAULTS
            value = progress.state() or value
            progress.keep(value | {"faults": faults, "fault": str(error)[:500], "finished": gives_up})
            done = False
        if not done:
            # After whatever else waits in the queue: the import it waits for is there
            go_on.using(priority=-10, run_after=timezone.now() + LOOK_AGAIN).enqueue()
            return
        logger.info("demo step done", extra={"step": step})


def _next(value: dict[str, Any], **changes: Any) -> bool:
    """Write down that the step of VALUE is done."""
    after = progress.STEPS[progress.STEPS.index(value["step"]) + 1]
    progress.keep(value | changes | {"step": after, "finished": after == "finished"})
    return True


def _prepare(value: dict[str, Any]) -> bool:
    shop = business.required()
    last = dt.datetime.fromisoformat(shop.demo_story["last_line"])
    prepare.prepare(last)  # the week was fixed when the demo was opened, and the banner says it
    return _next(value)


def _customers(value: dict[str, Any]) -> bool:
    mapping = {column: column for column in prepare.CUSTOMER_COLUMNS}
    run = _import(value, "customers.csv", mapping=mapping)
    if run is None:
        return False
    with transaction.atomic():
        _write_other_names()
        return _next(value, done=value["done"] + run.rows)


def _write_other_names() -> None:
    """The names in the other scripts, which no import file holds; searching finds the customer by each."""
    names = dict(prepare.other_names())
    ids = dict(ExternalRef.objects.filter(source=SOURCE).values_list("customer_id", "external_id"))
    rows = [(json.dumps(names[code], ensure_ascii=False), pk) for pk, code in ids.items() if code in names]
    bulk.update(Customer, ["other_names"], rows)
    index_names(list(ids))


def _orders(value: dict[str, Any]) -> bool:
    columns = {"Branch": "branch", "Salesman": "salesman"}
    run = _import(value, "orders.parquet", preset=SOURCE, more=columns)
    if run is None:
        return False
    shutil.rmtree(prepare.folder(), ignore_errors=True)
    _refresh_statistics()
    return _next(value, done=value["done"] + run.rows)


def _import(
    value: dict[str, Any],
    file: str,
    *,
    preset: str = "",
    mapping: dict[str, str] | None = None,
    more: dict[str, str] | None = None,
) -> ImportRun | None:
    """Bring a file in as a shop would; None while that is under way. A fault ends the demo's loading."""
    pk = value["runs"].get(value["step"])
    run = ImportRun.objects.filter(pk=pk).first() if pk else None
    if run is None:
        path = prepare.folder() / file
        if not path.exists():
            progress.keep(value | {"step": "prepare"})
            return None
        with transaction.atomic():
            run = _start(path, value["step"], preset, mapping, more or {})
            progress.keep(value | {"runs": value["runs"] | {value["step"]: run.pk}})
        return None
    if run.state == ImportState.FAILED:
        raise RuntimeError(f"the demo's import {run.pk} stopped: {run.fault}")
    return run if run.state == ImportState.DONE else None


def _start(
    path: Path, kind: str, preset: str, mapping: dict[str, str] | None, more: dict[str, str]
) -> ImportRun:
    owner = User.objects.filter(role="owner").order_by("pk").first()
    run = connect.take_file(path, path.name, kind, by=owner)
    if preset:
        run.source, run.columns, run.options = connect.preset_answer(
            preset, [column["name"] for column in run.inspection["columns"]]
        )
    run.source, run.columns = SOURCE, (mapping or run.columns) | more
    run.save()
    return connect.begin(run, by=owner)


def _story(value: dict[str, Any]) -> bool:
    """Each room tells its part: in one transaction with the note that it did; or, where it has `steps`, one by one in
    transactions of their own, so that nobody who writes meanwhile waits for the whole. Steps are safe to repeat."""
    owner = User.objects.filter(role="owner").order_by("pk").first()
    for room in TELLERS:
        name = f"grahak.{room}.demo"
        if room in value["told"] or find_spec(name) is None:
            continue
        teller = import_module(name)
        for step in getattr(teller, "steps", list)():
            step(owner)
        with transaction.atomic():
            if not hasattr(teller, "steps"):
                teller.tell_story(by=owner)
            value["told"].append(room)
            progress.keep(value)
        logger.info("demo story told", extra={"room": room})
    _refresh_statistics()
    return _next(value, done=value["whole"])


def _refresh_statistics() -> None:
    """The database's planner must know that the tables are full now."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit=2000")
        cursor.execute("ANALYZE")


_STEPS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "prepare": _prepare,
    "customers": _customers,
    "orders": _orders,
    "story": _story,
}
