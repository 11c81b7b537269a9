"""A sending worker killed with SIGKILL at a seeded point, started again until it ends, and counted at both
ends: in the ledger and at a real SMTP server, which keeps every mail it took and writes a log like Postfix.

`fate(seed, …)` runs one such life in a data directory of its own. Nobody may get two mails, nobody may be
lost; unknown are at most as many as there were connections, and none once the log was read.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.kill.imports import environment
from tests.mailserver import listening
from tests.migrated import begin

PEOPLE, CONNECTIONS = 240, 6
NO_CONSENT, NO_ADDRESS, SAME_ADDRESS, SUPPRESSED = 24, 20, 7, 5
REACHABLE = PEOPLE - NO_CONSENT - NO_ADDRESS - SAME_ADDRESS - SUPPRESSED
GRACE = 0.4  # how long after a mail left our hands this server may still log it, in seconds
PHASES = ("counting", "rcpt", "data", "taken", "moment")
PREPARE = """
import django
django.setup()
from grahak.core.models import Business, User
from grahak.customers.models import Consent, Contact, Customer, Identity
from grahak.channels.models import Sender, SendingRules, Suppression
from grahak.marketing import actions
Business.objects.create(pk=1, name="Kill & Sons")
SendingRules.objects.create(quiet_from=None, quiet_until=None, holdout_percent=0)  # at any hour, everybody
owner = User.objects.create_user("owner@kill.example", name="Owner", role="owner")
Sender.objects.create(host="127.0.0.1", port=1, security="none", from_name="Kill & Sons",
    from_address="shop@kill.example", connections={connections})
for n in range({people}):
    customer = Customer.objects.create(name=f"Customer {{n}}", name_sort=f"{{n:06}}")
    contact = Contact.objects.create(customer=customer, name=f"Ayesha {{n}}", is_primary=True)
    if n % 12 == 0:
        continue                                                         # 20 without an address
    address = "shared@home.example" if n % 24 == 1 else f"c{{n}}@home.example"  # of 8 who said yes one gets it
    Identity.objects.create(contact=contact, kind="email", value=address)
    if n % 10 != 3:                                                      # 24 never said yes
        Consent.objects.create(contact=contact, channel="email", purpose="offers", state="granted", how="form")
for n in (2, 4, 6, 8, 10):
    Suppression.objects.create(address=f"c{{n}}@home.example", reason="bounced")
campaign = actions.begin(by=owner, name="Kill", query="")
actions.word(campaign, "en", subject="For {{{{ contact.first_name }}}}",
    body="Dear {{{{ contact.name }}}}, see https://shop.example/new", by=owner)
print(actions.send(campaign, by=owner).pk)
"""
VICTIM = """
import datetime as dt, threading, time
import django
django.setup()
from grahak.channels import engine, ledger, turns
from grahak.channels.models import Dispatch
from grahak.core import jobs
turns.DELAYS = (dt.timedelta(seconds=0.1),) * 8
jobs.LEASE, jobs.RENEW_EVERY = dt.timedelta(seconds=0.4), 0.1
ledger.FREEZE_BATCH = 30
engine.RESOLVE_EVERY = 1e9  # the log is read by its own command here
while Dispatch.objects.filter(state="freezing").exists():
    jobs.sweep()
    jobs.work(["sending"], threading.Event(), until_empty=True)
    time.sleep(0.05)
engine.send_all()
"""


class Sink:
    """A mail server that keeps what it took. Arm it, and it kills a process when a seeded mail is in a
    phase."""

    def __init__(self, log: Path, chance: random.Random) -> None:
        self.log, self.chance = log, chance
        self.taken: list[str] = []
        self.seen = Counter[str]()
        self.victim: subprocess.Popen[bytes] | None = None
        self.phase, self.at, self.fired = "", 0, False
        self._lock = threading.Lock()
        self._queue = 0
        self._write("postfix/master[1]: daemon started -- version 3.9, configuration /etc/postfix")

    def arm(self, victim: subprocess.Popen[bytes], phase: str, at: int) -> None:
        self.victim, self.phase, self.at, self.fired = victim, phase, at, False
        self.seen.clear()

    def _step(self, phase: str) -> None:
        with self._lock:
            self.seen[phase] += 1
            due = phase == self.phase and self.seen[phase] >= self.at and not self.fired
            self.fired = self.fired or due
        if due and self.victim is not None:
            self.victim.send_signal(signal.SIGKILL)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self._step("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        named = next(
            line.split(b":", 1)[1].strip().decode()
            for line in envelope.content.splitlines()
            if line.lower().startswith(b"message-id:")
        )
        with self._lock:
            self._queue += 1
            queue_id = f"4F{self._queue:06X}"
        self._write(f"postfix/cleanup[2]: {queue_id}: message-id={named}")
        self._step("data")
        if self.chance.random() < 0.1:  # read, and not taken
            self._write(f"postfix/smtpd[3]: {queue_id}: reject: DATA from localhost: 451 4.3.0 try again")
            return "451 4.3.0 Try again"
        self.taken.append(envelope.rcpt_tos[0])
        self._write(
            f"postfix/qmgr[4]: {queue_id}: from=<shop@kill.example>, size=900, nrcpt=1 (queue active)"
        )
        self._step("taken")
        return f"250 2.0.0 Ok: queued as {queue_id}"

    def _write(self, line: str) -> None:
        with self.log.open("a") as file:
            file.write(f"{dt.datetime.now(dt.UTC).isoformat()} mail {line}\n")


def prepared(folder: Path) -> Path:
    """A data directory with a campaign that was just sent off: nobody is counted yet. Copied for each
    life."""
    begin(folder / "data")
    code = PREPARE.format(people=PEOPLE, connections=CONNECTIONS)
    subprocess.run([sys.executable, "-c", code], env=environment(folder / "data"), check=True)
    return folder / "data"


def fate(seed: int, template: Path, folder: Path) -> dict[str, Any]:
    """One life: killed up to three times at seeded points, ended, its log read, ended again, and counted."""
    chance = random.Random(seed)
    data = folder / f"life-{seed}"
    shutil.copytree(template, data)
    path, log = data / "grahak.sqlite3", data / "mail.log"
    sink = Sink(log, chance)
    with listening(sink) as port:
        _edit(path, "UPDATE channels_sender SET port = ?", port)
        killed, worst = [], 0
        for life in range(chance.randint(1, 3)):
            found = _live(sink, data, PHASES[(seed + life) % len(PHASES)], chance)
            if found is None:
                break
            killed.append(found)
            worst = max(worst, found["attempted"])
        _run(data)
        before = _count(path)
        log_says = _read_log(data, log)
        _run(data)
        after = _count(path)
    mails = Counter(sink.taken)
    shutil.rmtree(data)
    found = {
        "killed": killed,
        "attempted_at_most": worst,
        "unknown_before_log": before["unknown"],
        "log": log_says,
        "end": after,
        "mails": sum(mails.values()),
        "twice": sum(1 for n in mails.values() if n > 1),
    }
    return {"what": "send", "seed": seed, **found, "ok": is_whole(found)}


def _live(sink: Sink, data: Path, phase: str, chance: random.Random) -> dict[str, Any] | None:
    """Start a worker and kill it in PHASE at a seeded mail; None if it ended before."""
    path = data / "grahak.sqlite3"
    at = chance.randrange(1, 160)
    victim = subprocess.Popen([sys.executable, "-c", VICTIM], env=_environment(data))
    try:
        if phase == "counting":
            _kill_when(victim, path, "SELECT count(*) FROM channels_message", at, 0)
        elif phase == "moment":
            sent = "SELECT count(*) FROM channels_message WHERE state = 'sent'"
            _kill_when(victim, path, sent, at, chance.uniform(0, 0.05))
        else:
            sink.arm(victim, phase, at)
            victim.wait()
    finally:
        victim.wait()
    if victim.returncode != -signal.SIGKILL:
        return None
    return {"phase": phase, "at": at, **_count(path, "attempted", "claimed", "unknown")}


def _kill_when(victim: subprocess.Popen[bytes], path: Path, query: str, at: int, pause: float) -> None:
    while victim.poll() is None:
        if _one(path, query) >= at:
            time.sleep(pause)  # somewhere inside what it does next
            victim.send_signal(signal.SIGKILL)
            return


def _run(data: Path) -> None:
    subprocess.run([sys.executable, "-c", VICTIM], env=_environment(data), check=True, timeout=300)


def _read_log(data: Path, log: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "grahak", "maillog", str(log), "--json"],
        env=_environment(data),
        check=True,
        capture_output=True,
        text=True,
    )
    said: dict[str, int] = json.loads(done.stdout)
    return {name: said[name] for name in ("sent", "failed", "waiting", "unknown")}


def _environment(data: Path) -> dict[str, str]:
    return environment(data) | {"GRAHAK_MAILLOG_GRACE": str(GRACE)}


def _edit(path: Path, change: str, *values: Any) -> None:
    with sqlite3.connect(path) as database:
        database.execute(change, values)


def _one(path: Path, query: str) -> Any:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20) as database:
        return database.execute(query).fetchone()[0]


def _count(path: Path, *states: str) -> dict[str, int]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20) as database:
        found = dict(
            database.execute("SELECT state, count(*) FROM channels_message GROUP BY state").fetchall()
        )
        audience = database.execute("SELECT audience FROM channels_dispatch").fetchone()[0]
    if states:
        return {state: found.get(state, 0) for state in states}
    every = ("sent", "failed", "skipped", "unknown", "waiting", "claimed", "attempted")
    return {"audience": audience} | {state: found.get(state, 0) for state in every}


def is_whole(found: dict[str, Any]) -> bool:
    """Nobody twice, nobody lost, sums add up, unknown within the connections and gone after the log."""
    end = found["end"]
    states = sum(n for name, n in end.items() if name != "audience")
    return (
        found["twice"] == 0
        and found["mails"] == REACHABLE
        and end["sent"] == REACHABLE
        and end["skipped"] == PEOPLE - REACHABLE
        and end["audience"] == PEOPLE == states
        and end["unknown"] == end["waiting"] == end["claimed"] == end["attempted"] == 0
        and found["attempted_at_most"] <= CONNECTIONS
        and found["unknown_before_log"] <= CONNECTIONS * len(found["killed"])
        and found["log"]["unknown"] == 0
    )
