"""A worker killed with SIGKILL at a seeded moment while it reads the bounce mailbox, started again until it ends, and
counted against one that nobody killed. The mailbox is a fake of our own (tests/mail/fake_imap), which can kill at each
step of the dialogue; what is read from it is real mail."""

from __future__ import annotations

import base64
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.kill.imports import environment
from tests.mail.fake_imap import STEPS, Mailbox, listening
from tests.migrated import begin

PEOPLE, GROUP = 90, 7
PREPARE = f"""
import base64, json, sys
import datetime as dt
from email.utils import format_datetime
import django
django.setup()
from django.utils import timezone
from grahak.core.models import Business
from grahak.customers.models import Consent, Contact, Customer, Identity
from grahak.channels.models import BounceMailbox, Dispatch, Message
from grahak.channels.secrets import seal
from grahak.channels.testing import returned
from grahak.channels.testing.returned import arf, dsn
Business.objects.create(pk=1, name="Kill & Sons")
BounceMailbox.objects.create(host="127.0.0.1", port=1, security="none", username="shop", password_sealed=seal("x"),
    done_folder="Read")
ago = timezone.now() - dt.timedelta(hours=2)
mails = []
def told(n, message, kind, turn):
    when = format_datetime(ago + dt.timedelta(minutes=turn + 1))
    own = f"{{n}}-{{turn}}@mx.example"
    if kind == "complained":
        return arf(message.address, message_id=message.message_id, own_id=own, hidden=n % 2 == 0, when=when)
    status = {{"hard": "5.1.1", "soft": "4.2.2", "blocked": "5.7.1"}}[kind]
    return dsn(message.address, message_id=message.message_id, status=status, diagnostic="550 " + status, own_id=own,
        when=when)
dispatches = [Dispatch.objects.create(renderer="letter", subject_id=k, title=f"Letter {{k}}", state="done",
    audience={PEOPLE}) for k in range(3)]
for n in range({PEOPLE}):
    customer = Customer.objects.create(name=f"Customer {{n}}", name_sort=f"{{n:06}}")
    contact = Contact.objects.create(customer=customer, name=f"Ayesha {{n}}", is_primary=True)
    Identity.objects.create(contact=contact, kind="email", value=f"c{{n}}@home.example")
    Consent.objects.create(contact=contact, channel="email", purpose="offers", state="granted", how="form", at=ago)
    for k, dispatch in enumerate(dispatches):
        message = Message.objects.create(dispatch=dispatch, customer=customer, contact=contact, state="sent",
            address=f"c{{n}}@home.example", attempted_at=ago, sent_at=ago)
        message.message_id = f"{{message.pk}}.{{'0' * 20}}@kill.example"
        message.save()
        kind = ("hard", "soft", "complained", "blocked", "")[n % 5]
        if kind:
            mails.append(told(n, message, kind, k))
            if n % 4 == 0:
                mails.append(mails[-1])                                     # the same mail twice
    if n % 9 == 0:
        mails.append(returned.words(returned.VACATION, message.message_id))
        broken = b"From: x@y.example\\r\\nContent-Type: multipart/report; report-type=delivery-status"
        mails.append(broken + b"\\r\\n\\r\\n%d" % n)
print(json.dumps([base64.b64encode(mail).decode() for mail in mails]))
"""
VICTIM = f"""
import sys
import django
django.setup()
from grahak.channels.bounces import reader
from grahak.channels.contract import Unreachable
reader.GROUP = {GROUP}
print("begun", flush=True)
box = reader.current()
try:
    reader.read(box)
except Unreachable as error:
    sys.exit(str(error))
"""
COUNT = """
import django, json
django.setup()
from grahak.channels.models import BounceMailbox, Message, Report, SetAside, Suppression
from grahak.customers.models import Activity, Consent
def rows(found, *names):
    return sorted(map(str, found.values_list(*names)))
print(json.dumps({
    "messages": rows(Message.objects, "id", "state", "reason", "bounced_at", "complained_at", "delivered_at"),
    "reports": rows(Report.objects, "provider", "event_id", "kind", "message_id", "address", "code"),
    "barred": rows(Suppression.objects.filter(lifted_at=None), "address", "reason", "until", "message_id"),
    "consents": rows(Consent.objects, "contact_id", "state", "is_current"),
    "told": rows(Activity.objects, "kind", "subject", "customer_id"),
    "aside": rows(SetAside.objects, "key", "reason"),
    "last_uid": BounceMailbox.objects.get().last_uid,
}))
"""


def _python(code: str, data: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(data), text=True, check=True, capture_output=True
    )
    return done.stdout


def prepared(folder: Path) -> tuple[Path, list[bytes], dict[str, Any]]:
    """A data directory in which everybody was written to, the mails that come back, and what a reader that nobody
    kills makes of them."""
    begin(folder / "data")
    mails = [base64.b64decode(mail) for mail in json.loads(_python(PREPARE, folder / "data"))]
    whole = Path(shutil.copytree(folder / "data", folder / "whole"))
    with listening(Mailbox(mails)) as port:
        _point_at(whole, port)
        _python(VICTIM, whole)
    return folder / "data", mails, json.loads(_python(COUNT, whole))


def _point_at(data: Path, port: int) -> None:
    with closing(sqlite3.connect(data / "grahak.sqlite3", timeout=30)) as db, db:
        db.execute("UPDATE channels_bouncemailbox SET port = ?", (port,))


def fate(seed: int, data: Path, mails: list[bytes], wanted: dict[str, Any], folder: Path) -> dict[str, Any]:
    """One life: killed up to three times at a seeded step of the dialogue or moment, then left to end; `ok` where the
    records are those of the whole one."""
    chance = random.Random(seed)
    mine = Path(shutil.copytree(data, folder / f"life-{seed}"))
    box = Mailbox(mails)
    killed = []
    with listening(box) as port:
        _point_at(mine, port)
        for life in range(chance.randint(1, 3)):
            phase = (*STEPS, "moment")[(seed + life) % (len(STEPS) + 1)]
            at = chance.randint(1, len(mails) // GROUP)
            if _live(box, mine, phase, at, chance.uniform(0.0, 0.9)):
                killed.append([phase, at])
        _python(VICTIM, mine)
    found = json.loads(_python(COUNT, mine))
    differs = [name for name in wanted if found[name] != wanted[name]]
    shutil.rmtree(mine)
    return {"what": "bounce intake", "seed": seed, "mails": len(mails), "killed": killed, "ok": not differs,
            "differs": differs}  # fmt: skip


def _live(box: Mailbox, data: Path, phase: str, at: int, wait: float) -> bool:
    """Start a reader and kill it at the AT-th step PHASE of its dialogue, or WAIT seconds after it began. False where
    it ended before."""
    lock, seen = threading.Lock(), 0
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def step(name: str) -> None:
        nonlocal seen
        with lock:
            seen += name == phase
            due = name == phase and (seen == at or phase == "search")
        if due and victim.poll() is None:
            victim.send_signal(signal.SIGKILL)

    box.step = step
    try:
        assert victim.stdout is not None
        victim.stdout.readline()
        if phase == "moment":
            time.sleep(wait)
            if victim.poll() is None:
                victim.send_signal(signal.SIGKILL)
        victim.communicate()
    finally:
        box.step = lambda _name: None
    return victim.returncode == -signal.SIGKILL
