"""A worker killed with SIGKILL at a seeded moment while it works a shop's deliveries, started again until it ends, and
counted against a worker that nobody killed."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.kill.imports import environment
from tests.migrated import begin

ORDERS = 60
PREPARE = f"""
import django
django.setup()
from grahak.core.models import Business
from grahak.connect.connectors import doorstep
from grahak.connect.connectors.actions import connect
from grahak.connect.connectors.tests import payloads
Business.objects.create(pk=1, name="Kill", currency="INR", time_zone="Asia/Kolkata")
connector = connect("shopify", "Kill", by=None, sealed={{"secret": "x"}})
number = 0
def tell(topic, payload):
    global number
    number += 1
    headers = {{"X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": str(number)}}
    doorstep.store(connector, payloads.encoded(payload), headers)
for one in range({ORDERS}):
    guest = {{"customer": payloads.shopify_customer(one % 9)}}
    if one % 3 == 0:
        tell("refunds/create", payloads.shopify_refund(one, one))
    tell("orders/create", payloads.shopify_order(one, financial_status="pending", **guest))
    tell("orders/updated", payloads.shopify_order(one, updated_at="2026-10-09T00:00:00Z", **guest))
"""
VICTIM = """
import django
django.setup()
from grahak.connect.connectors import work
print("begun", flush=True)
while work.turn(7):
    pass
"""
COUNT = """
import django, json
django.setup()
from django.db.models import Sum
from grahak.sales.models import CustomerFigures, LedgerEntry, Order, OrderLine
from grahak.customers.models import Activity, Customer, ExternalRef
from grahak.connect.connectors.models import Delivery, ShopObject
from grahak.sales.recount import recount_customers
def figures():
    names = ("customer__refs__external_id", "orders", "returns", "net", "balance")
    return sorted(map(str, CustomerFigures.objects.values_list(*names)))
before = figures()
recount_customers(Customer.objects.values_list("pk", flat=True))
print(json.dumps({
    "orders": sorted(map(str, Order.objects.values_list("number", "kind", "net", "total", "received"))),
    "lines": OrderLine.objects.count(), "customers": Customer.objects.count(), "refs": ExternalRef.objects.count(),
    "balance": str(LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"]),
    "told": Activity.objects.filter(subject="order").count(),
    "objects": ShopObject.objects.count(),
    "states": sorted(set(Delivery.objects.values_list("state", flat=True))),
    "deliveries": Delivery.objects.count(),
    "figures": before, "recounted": before == figures(),
}))
"""


def _python(code: str, data: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(data), text=True, check=True, capture_output=True
    )
    return done.stdout


def prepared(folder: Path) -> tuple[Path, dict[str, Any]]:
    """A data directory with deliveries that wait, and what a worker that nobody kills makes of them."""
    begin(folder / "data")
    _python(PREPARE, folder / "data")
    whole = shutil.copytree(folder / "data", folder / "whole")
    _python(VICTIM, whole)
    return folder / "data", json.loads(_python(COUNT, whole))


def fate(seed: int, data: Path, wanted: dict[str, Any], folder: Path) -> dict[str, Any]:
    """One life: killed up to three times, then left to end; `ok` where the records are those of the whole one."""
    chance = random.Random(seed)
    mine = shutil.copytree(data, folder / f"life-{seed}")
    kills = 0
    for _life in range(3):
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM], env=environment(mine), stdout=subprocess.PIPE, text=True
        )
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(chance.uniform(0.02, 1.2))
        if victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
            kills += 1
        victim.wait()
        victim.stdout.close()
    _python(VICTIM, mine)
    found = json.loads(_python(COUNT, mine))
    differs = {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}
    shutil.rmtree(mine)
    return {
        "what": "deliveries of a shop",
        "seed": seed,
        "kills": kills,
        "ok": not differs,
        "differs": differs,
    }
