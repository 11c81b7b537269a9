"""An import killed with SIGKILL at a seeded moment, started again until it ends, and counted.

`fate(seed, folder)` runs one such life in a data directory of its own and tells what was found; nothing may
be lost or doubled.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.migrated import begin

ROWS, ORDERS, PIECE = 6_000, 1_500, 150
VICTIM = """
import sys, django
django.setup()
from grahak.connect.importing import engine
engine.PIECE["orders"] = int(sys.argv[2])
engine.run_import(int(sys.argv[1]))
"""
PREPARE = """
import sys, pathlib, django
django.setup()
from grahak.core.models import Business
from grahak.connect import actions
Business.objects.create(pk=1, name="Kill")
print(actions.prepare_import(pathlib.Path(sys.argv[1]), "orders", by=None).pk)
"""


def write_file(path: Path) -> None:
    """1,500 orders of 4 lines, 100 customers, 50 items; every tenth order's rows stand apart at the end."""
    lines, late = ["Bill No,Date,Party Code,Party,Item Code,Item,Qty,Rate"], []
    for number in range(ORDERS):
        for place in range(ROWS // ORDERS):
            row = (
                f"{number},{number % 28 + 1}/10/2026,A{number % 100},Shop {number % 100},"
                f"G{(number + place) % 50},Item,{place + 1},{number % 97 + 1}"
            )
            (late if number % 10 == 0 and place == 3 else lines).append(row)
    path.write_text("\n".join(lines + late) + "\n")


def prepared(folder: Path) -> tuple[Path, int]:
    """A data directory with an import ready to run: (directory, import's id). Copied for each life."""
    begin(folder / "data")
    file = folder / "orders.csv"
    write_file(file)
    done = _python(PREPARE, folder / "data", str(file), capture=True)
    return folder / "data", int(done.stdout.strip().splitlines()[-1])


def _python(code: str, data: Path, *words: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environment(data),
        text=True,
        check=True,
        capture_output=capture,
    )


def environment(data: Path) -> dict[str, str]:
    return os.environ | {
        "GRAHAK_DATA": str(data),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "grahak.config.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "GRAHAK_LOG_LEVEL": "ERROR",
    }


def fate(seed: int, template: Path, run_id: int, folder: Path) -> dict[str, Any]:
    """One life: killed when it has passed a seeded row (and a seeded moment more), up to three times."""
    chance = random.Random(seed)
    data = folder / f"life-{seed}"
    shutil.copytree(template, data)
    path = data / "grahak.sqlite3"
    killed_at = []
    for _life in range(chance.randint(1, 3)):
        target = chance.randrange(0, ROWS)
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(run_id), str(PIECE)], env=environment(data)
        )
        try:
            killed_at.append(_kill_after(victim, path, run_id, target, chance.uniform(0, 0.02)))
        finally:
            victim.wait()
        if killed_at[-1] is None:
            break
    _python(VICTIM, data, str(run_id), str(PIECE))
    found = count(path, run_id)
    shutil.rmtree(data)
    return {"what": "import", "seed": seed, "killed_at": killed_at, **found, "ok": is_whole(found)}


def _kill_after(
    victim: subprocess.Popen[bytes], path: Path, run_id: int, target: int, pause: float
) -> int | None:
    """Wait until the import has passed TARGET, then SIGKILL; None if it ended before."""
    while victim.poll() is None:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            at = database.execute(
                "SELECT next_row FROM connect_importrun WHERE id = ?", (run_id,)
            ).fetchone()[0]
        if at >= target:
            time.sleep(pause)  # somewhere inside the next piece
            victim.send_signal(signal.SIGKILL)
            return int(at)
    return None


def count(path: Path, run_id: int) -> dict[str, Any]:
    """What the books say at the end."""
    with sqlite3.connect(path) as database:

        def one(query: str) -> Any:
            return database.execute(query).fetchone()[0]

        return {
            "state": one(f"SELECT state FROM connect_importrun WHERE id = {run_id}"),
            "added": one(f"SELECT added FROM connect_importrun WHERE id = {run_id}"),
            "orders": one("SELECT count(*) FROM sales_order"),
            "lines": one("SELECT count(*) FROM sales_orderline"),
            "customers": one("SELECT count(*) FROM customers_customer"),
            "activities": one("SELECT count(*) FROM customers_activity WHERE subject = 'order'"),
            "net_of_lines": one("SELECT sum(amount) FROM sales_orderline"),
            "net_of_orders": one("SELECT sum(net) FROM sales_order"),
            "net_of_days": one("SELECT sum(net) FROM sales_daysales"),
            "net_of_customers": one("SELECT sum(net) FROM sales_customerfigures"),
        }


def is_whole(found: dict[str, Any]) -> bool:
    """Nothing lost, nothing doubled, every sum the same."""
    net = sum((number % 97 + 1) * (place + 1) for number in range(ORDERS) for place in range(4)) * 10_000
    sums = {found[name] for name in ("net_of_lines", "net_of_orders", "net_of_days", "net_of_customers")}
    return (
        found["state"] == "done"
        and (found["added"], found["lines"], found["orders"]) == (ROWS, ROWS, ORDERS)
        and found["activities"] == ORDERS
        and found["customers"] == 100
        and sums == {net}
    )
