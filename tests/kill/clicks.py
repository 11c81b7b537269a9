"""The web process killed with SIGKILL while people follow links, started again, and counted.

`fate(seed, template, folder)` lives one such life: four readers follow links of a message each, once more where
no answer came; the whole server is killed up to three times at seeded moments. In the end every link that was answered
is recorded, and none more often than it was asked for.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.kill.imports import environment
from tests.kill.intake import PATIENCE, Server
from tests.migrated import begin

READERS, EACH = 4, 60
AGENT = "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"
PREPARE = f"""
import datetime as dt, json
import django
django.setup()
from django.utils import timezone
from grahak.channels import tokens
from grahak.channels.models import Dispatch, Link, Message
from grahak.core.models import Business
Business.objects.create(pk=1, name="Kill")
dispatch = Dispatch.objects.create(renderer="kill", subject_id=1, state="done")
links = [Link.objects.create(dispatch=dispatch, url=f"https://shop.example/{{n}}").pk for n in range(3)]
at = timezone.now() - dt.timedelta(days=1)
rows = [Message(dispatch=dispatch, state="sent", sent_at=at) for _n in range({READERS * EACH})]
Message.objects.bulk_create(rows)
ids = Message.objects.order_by("pk").values_list("pk", flat=True)
print(json.dumps([[pk, tokens.link_token(pk, links[pk % 3])] for pk in ids]))
"""
TAKE_UP = """
import django
django.setup()
from grahak.channels.links_public.journal import take_up
take_up()
"""


def prepared(folder: Path) -> Path:
    """A data directory with messages whose links wait, and their tokens beside it. Copied for each life."""
    begin(folder / "data")
    told = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment(folder / "data"), check=True, stdout=subprocess.PIPE
    )
    (folder / "data" / "static").mkdir(exist_ok=True)
    (folder / "data" / "tokens.json").write_bytes(told.stdout.splitlines()[-1])
    return folder / "data"


class Readers:
    """READERS threads that follow EACH links each, every one until it leads on."""

    def __init__(self, port: int, tokens: list[list[Any]]) -> None:
        self.port, self.answered, self.asked = port, set[int](), dict[int, int]()
        self._lock = threading.Lock()
        pieces = [tokens[n::READERS] for n in range(READERS)]
        self.threads = [threading.Thread(target=self._read, args=(one,), daemon=True) for one in pieces]
        for thread in self.threads:
            thread.start()

    def _read(self, mine: list[list[Any]]) -> None:
        for message, token in mine:
            until = time.monotonic() + PATIENCE
            while not self._follow(message, token):
                if time.monotonic() > until:
                    raise TimeoutError("a link never led on")
                time.sleep(0.05)

    def _follow(self, message: int, token: str) -> bool:
        with self._lock:
            self.asked[message] = self.asked.get(message, 0) + 1
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
            line.request("GET", f"/r/{token}", headers={"User-Agent": AGENT})
            if line.getresponse().status == 302:
                with self._lock:
                    self.answered.add(message)
                return True
        return False

    def wait_for(self, many: int) -> bool:
        """True once so many were answered; False where the readers ended before."""
        while any(thread.is_alive() for thread in self.threads):
            if len(self.answered) >= many:
                return True
            time.sleep(0.002)
        return False


def fate(seed: int, template: Path, folder: Path) -> dict[str, Any]:
    """One life."""
    chance = random.Random(seed)
    data = folder / f"life-{seed}"
    shutil.copytree(template, data)
    server = Server(data)
    server.start()
    readers = Readers(server.port, json.loads((data / "tokens.json").read_text()))
    killed = []
    for at in sorted(chance.sample(range(1, READERS * EACH - 5), chance.randint(1, 3))):
        if not readers.wait_for(at):
            break
        time.sleep(chance.uniform(0, 0.2))  # somewhere inside what it does next: answering, or bringing in
        server.kill()
        killed.append(at)
        server.start()
    for thread in readers.threads:
        thread.join()
    time.sleep(chance.uniform(0, 0.2))
    server.kill()
    subprocess.run([sys.executable, "-c", TAKE_UP], env=environment(data), check=True)
    with sqlite3.connect(data / "grahak.sqlite3") as database:
        rows = dict(database.execute("SELECT message_id, count(*) FROM channels_click GROUP BY message_id"))
        twice = database.execute(
            "SELECT count(*) FROM (SELECT 1 FROM channels_click GROUP BY message_id, link_id, at HAVING count(*) > 1)"
        ).fetchone()[0]
        marked = database.execute(
            "SELECT count(*) FROM channels_message WHERE first_clicked_at IS NOT NULL"
        ).fetchone()[0]
    found = {
        "killed_at": killed,
        "answered": len(readers.answered),
        "answered_and_lost": len(readers.answered - set(rows)),
        "recorded_too_often": sum(n > readers.asked[message] for message, n in rows.items()) + twice,
        "messages_marked": marked,
        "files_left": len(list((data / "clicks").iterdir())),
    }
    shutil.rmtree(data)
    return {"what": "clicks", "seed": seed, **found, "ok": is_whole(found)}


def is_whole(found: dict[str, Any]) -> bool:
    """Every link that led on is recorded, none twice, and nothing is left over."""
    return (
        found["answered"] == found["messages_marked"] == READERS * EACH
        and found["answered_and_lost"] == found["recorded_too_often"] == found["files_left"] == 0
    )
