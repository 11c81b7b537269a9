"""The web process killed with SIGKILL in the midst of events coming in, started again, and counted.

`fate(seed, template, folder)` lives one such life: four senders post batches as the SDKs do (what is not answered with
200 is sent again), the whole server is killed up to three times at seeded moments. What was acknowledged must be
there at once after each death; at the end everything that was sent is there exactly once.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from grahak.connect.intake.reading import once
from tests.kill.imports import environment
from tests.migrated import begin

SENDERS, BATCHES, SIZE = 4, 25, 20
KEY, SOURCE = "gw_kill", 1
PATIENCE = 120.0  # seconds that a sender goes on trying
PREPARE = f"""
import django
django.setup()
from grahak.customers.models import Source
Source.objects.create(pk={SOURCE}, name="Kill", kind="server", write_key="{KEY}")
"""


def prepared(folder: Path) -> Path:
    """A data directory with a source. Copied for each life."""
    begin(folder / "data")
    subprocess.run([sys.executable, "-c", PREPARE], env=environment(folder / "data"), check=True)
    (folder / "data" / "static").mkdir(exist_ok=True)
    return folder / "data"


class Server:
    """`grahak web`, to be killed whole."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.data = data
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grahak", "web", "--host=127.0.0.1", f"--port={self.port}"],
            env=environment(self.data) | {"GRAHAK_SUPERVISED": "1"},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Senders:
    """SENDERS threads that post BATCHES batches each, every one until it is acknowledged."""

    def __init__(self, seed: int, port: int) -> None:
        self.seed, self.port = seed, port
        self.acknowledged: set[str] = set()
        self.batches, self.again = 0, 0
        self._lock = threading.Lock()
        self.threads = [threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def _send(self, sender: int) -> None:
        chance = random.Random(f"{self.seed}-{sender}")
        for batch in range(BATCHES):
            names = [f"{sender}-{batch}-{n}" for n in range(SIZE)]
            if batch and chance.random() < 0.2:  # an SDK that did not hear of its success
                names += [f"{sender}-{batch - 1}-{n}" for n in range(5)]
            events = [
                {
                    "type": "track",
                    "event": "Kill",
                    "messageId": name,
                    "anonymousId": f"b{chance.randrange(7)}",
                }
                | ({"userId": f"u{chance.randrange(3)}"} if chance.random() < 0.1 else {})
                for name in names
            ]
            self._post(json.dumps({"batch": events}).encode())
            with self._lock:
                self.acknowledged.update(names)
                self.batches += 1

    def _post(self, body: bytes) -> None:
        key = base64.b64encode(f"{KEY}:".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
                line.request("POST", "/v1/batch", body, headers)
                if line.getresponse().status == 200:
                    return
            with self._lock:
                self.again += 1
            time.sleep(0.05)
        raise TimeoutError("a batch was never acknowledged")

    def wait_for(self, batches: int) -> bool:
        """True once so many are acknowledged; False where the senders ended before."""
        while any(thread.is_alive() for thread in self.threads):
            if self.batches >= batches:
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
    senders = Senders(seed, server.port)
    killed, lost = [], 0
    for at in sorted(chance.sample(range(1, SENDERS * BATCHES - 5), chance.randint(1, 3))):
        if not senders.wait_for(at):
            break
        time.sleep(chance.uniform(0, 0.03))  # somewhere inside what it does next
        with senders._lock:
            said = set(senders.acknowledged)
        server.kill()
        killed.append(at)
        lost += len(said - _kept(data, said))
        server.start()
    for thread in senders.threads:
        thread.join()
    server.kill()
    every = {
        f"{sender}-{batch}-{n}" for sender in range(SENDERS) for batch in range(BATCHES) for n in range(SIZE)
    }
    with sqlite3.connect(data / "grahak.sqlite3") as database:
        rows, whole = (
            database.execute("SELECT count(*) FROM customers_event").fetchone()[0],
            database.execute("PRAGMA integrity_check").fetchone()[0],
        )
        strays = database.execute("PRAGMA foreign_key_check").fetchall()
    found = {
        "killed_at": killed,
        "sent_again": senders.again,
        "acknowledged_and_lost": lost,
        "sent": len(every),
        "kept": len(_kept(data, every)),
        "rows": rows,
        "whole": whole == "ok" and not strays,
    }
    shutil.rmtree(data)
    return {"what": "intake", "seed": seed, **found, "ok": is_whole(found)}


def _kept(data: Path, names: set[str]) -> set[str]:
    with sqlite3.connect(data / "grahak.sqlite3", timeout=20) as database:
        there = {row[0] for row in database.execute("SELECT once FROM customers_event")}
    return {name for name in names if once(SOURCE, name) in there}


def is_whole(found: dict[str, Any]) -> bool:
    """Nothing that was acknowledged is gone, nothing is there twice, nothing is missing in the end."""
    return (
        found["acknowledged_and_lost"] == 0
        and found["sent"] == found["kept"] == found["rows"] == SENDERS * BATCHES * SIZE
        and found["whole"]
    )
