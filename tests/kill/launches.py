"""A worker killed with SIGKILL at a seeded moment while it freezes a campaign's audience, with a test of two variants
and a part held out by lot; started again until it is frozen, then the winner given out under kills too, and counted
against a launch that nobody killed."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.kill.imports import environment
from tests.migrated import begin

PEOPLE = 900
PHASES = ("writing", "moment", "giving")
PREPARE = f"""
import django
django.setup()
from grahak.core.models import Business, User
from grahak.customers.models import Consent, Contact, Customer, Identity
from grahak.channels.models import Sender, SendingRules, Suppression
from grahak.insight.models import Membership, Segment
from grahak.marketing import actions
Business.objects.create(pk=1, name="Kill & Sons")
SendingRules.objects.create(quiet_from=None, quiet_until=None, holdout_percent=10)
owner = User.objects.create_user("owner@kill.example", name="Owner", role="owner")
Sender.objects.create(host="127.0.0.1", port=1, security="none", from_name="Kill", from_address="shop@kill.example")
staff = Segment.objects.create(name="Staff", kind="static")
for n in range({PEOPLE}):
    customer = Customer.objects.create(name=f"Customer {{n}}", name_sort=f"{{n:06}}", country="IN" if n % 3 else "GB")
    contact = Contact.objects.create(customer=customer, name=f"Ayesha {{n}}", is_primary=True)
    if n % 12 == 0:
        continue
    Identity.objects.create(contact=contact, kind="email", value=f"c{{n % 880}}@home.example")
    Identity.objects.create(contact=contact, kind="phone", value=f"+9198250{{n % 850:05}}")
    if n % 10 != 3:
        Consent.objects.create(contact=contact, channel="email", purpose="offers", state="granted", how="form")
    if n % 50 == 1:
        Membership.objects.create(segment=staff, customer=customer)
parts = [actions.Part(query=""), actions.Part(segment=staff.pk, minus=True)]
campaign = actions.begin(by=owner, name="Kill", parts=parts)
actions.word(campaign, "en", subject="Hello", body="See https://shop.example/new", by=owner)
actions.edit(campaign, by=owner, test_percent=40, winner_by="hand")
actions.set_variant(campaign, "A", by=owner, subjects={{"en": "One"}})
actions.set_variant(campaign, "B", by=owner, subjects={{"en": "Two"}})
actions.send_now(campaign, by=owner)
"""
VICTIM = """
import threading, time
import django
django.setup()
from django.utils import timezone
from grahak.channels.models import Dispatch
from grahak.core import jobs
from grahak.core.models import User
from grahak.marketing import actions, winner
from grahak.marketing.audience import launching, plan
from grahak.marketing.models import Campaign
jobs.LEASE, jobs.RENEW_EVERY = launching.dt.timedelta(seconds=0.4), 0.1
plan.PIECE, launching.PIECE, winner.PIECE = 100, 20, 20
print("begun", flush=True)
while Dispatch.objects.filter(state="freezing").exists():
    jobs.sweep()
    jobs.work(["sending"], threading.Event(), until_empty=True)
    time.sleep(0.05)
campaign = Campaign.objects.get()
if not campaign.winner:
    winner.choose_winner(campaign, "B", by=User.objects.get())
winner.step()
"""
QUERIES = {
    "state": "SELECT state FROM channels_dispatch",
    "audience": "SELECT audience FROM channels_dispatch",
    "messages": "SELECT count(*) FROM channels_message",
    "twice": "SELECT count(*) FROM (SELECT contact_id FROM channels_message GROUP BY contact_id HAVING count(*) > 1)",
    "held": "SELECT count(*) FROM marketing_heldout",
    "held_and_written_to": "SELECT count(*) FROM marketing_heldout WHERE customer_id IN "
    "(SELECT customer_id FROM channels_message)",
    "excluded": "SELECT sum(customers) FROM marketing_exclusion",
    "without_wording": "SELECT count(*) FROM channels_message WHERE state = 'waiting' AND variant = ''",
    "who": "SELECT group_concat(line, ' ') FROM (SELECT customer_id || state || reason || variant AS line "
    "FROM channels_message ORDER BY customer_id)",
    "held_who": "SELECT group_concat(customer_id) FROM "
    "(SELECT customer_id FROM marketing_heldout ORDER BY customer_id)",
}


def prepared(folder: Path) -> tuple[Path, dict[str, Any]]:
    """A data directory with a campaign that was just sent off, and what a worker that nobody kills makes of it."""
    begin(folder / "data")
    _python(PREPARE, folder / "data")
    whole = shutil.copytree(folder / "data", folder / "whole")
    _python(VICTIM, whole)
    return folder / "data", _count(whole)


def fate(seed: int, data: Path, wanted: dict[str, Any], folder: Path) -> dict[str, Any]:
    """One life: killed up to three times at seeded moments, then left to end; `ok` where the ledger is that of the
    launch that nobody killed."""
    chance = random.Random(seed)
    mine = shutil.copytree(data, folder / f"life-{seed}")
    killed = []
    for life in range(3):
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM], env=environment(mine), stdout=subprocess.PIPE, text=True
        )
        assert victim.stdout is not None
        victim.stdout.readline()
        _wait(victim, mine, PHASES[(seed + life) % len(PHASES)], chance)
        if victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
        if victim.returncode == -signal.SIGKILL:
            found = _count(mine)
            killed.append({name: found[name] for name in ("state", "messages", "held", "without_wording")})
    _python(VICTIM, mine)
    found = _count(mine)
    differs = {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}
    shutil.rmtree(mine)
    whole = (
        found["messages"] == found["audience"]
        and found["twice"] == found["held_and_written_to"] == found["without_wording"] == 0
        and found["messages"] + found["held"] + found["excluded"] == PEOPLE
    )
    end = {name: found[name] for name in ("audience", "held", "excluded")}
    return {
        "what": "launch",
        "seed": seed,
        "killed": killed,
        "end": end,
        "ok": whole and not differs,
        "differs": differs,
    }


def _wait(victim: subprocess.Popen[str], data: Path, phase: str, chance: random.Random) -> None:
    """Until a seeded point of a phase: some moment, so many rows newly written, or so many still to be given the
    winner's wording."""
    if phase == "moment":
        time.sleep(chance.uniform(0.0, 0.6))
        return
    at = chance.randrange(1, PEOPLE // 2)
    seen_before = False
    while victim.poll() is None:
        if phase == "writing":
            n = _one(data, QUERIES["messages"])
            seen_before = seen_before or n < at  # what an earlier life left does not count
            if (seen_before and n >= at) or _one(data, QUERIES["state"]) == "sending":
                return
        elif _one(data, QUERIES["state"]) == "sending" and _one(data, QUERIES["without_wording"]) <= at:
            return


def _one(data: Path, query: str) -> Any:
    with sqlite3.connect(f"file:{data / 'grahak.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
        return database.execute(query).fetchone()[0]


def _count(data: Path) -> dict[str, Any]:
    return {name: _one(data, query) for name, query in QUERIES.items()}


def _python(code: str, data: Path) -> None:
    subprocess.run([sys.executable, "-c", code], env=environment(data), check=True, timeout=300)
