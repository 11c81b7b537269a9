"""A Grahak of its own in a folder, driven from outside like an operator does: by its command and by signals."""

from __future__ import annotations

import json
import os
import queue
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds until a process that says nothing has failed the test


class Shop:
    """An installation in FOLDER. DATABASE_URL is empty (SQLite) unless given."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.folder = folder
        self.env = {
            name: value for name, value in os.environ.items() if not name.startswith(("GRAHAK_", "DJANGO_"))
        }
        self.env |= {
            "GRAHAK_DATA": str(folder),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "grahak.config.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        for name in ("HOST", "PORT"):
            self.env.pop(name, None)

    def run(self, *words: str, code: int = 0, **env: str) -> str:
        """Run `grahak WORDS`; gives what it printed. Fails unless it ends with CODE."""
        done = subprocess.run(
            [sys.executable, "-m", "grahak", *words],
            env=self.env | env,
            capture_output=True,
            text=True,
            cwd=self.folder,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stdout + done.stderr

    def python(self, source: str) -> Any:
        """Run SOURCE with Django set up; gives what it printed last as JSON."""
        whole = f"import json, django\ndjango.setup()\n{source}"
        done = subprocess.run([sys.executable, "-c", whole], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    def start(self, *words: str, **env: str) -> Running:
        return Running([sys.executable, "-m", "grahak", *words], self.env | env, self.folder)

    def rows(self) -> dict[str, str]:
        """A fingerprint of the rows of every table."""
        return self.python(
            "import hashlib\n"
            "from django.db import connection\n"
            "found = {}\n"
            "with connection.cursor() as cursor:\n"
            "    for table in sorted(connection.introspection.table_names(cursor)):\n"
            "        cursor.execute(f'SELECT * FROM {connection.ops.quote_name(table)}')\n"
            "        rows = sorted(repr(row) for row in cursor.fetchall())\n"
            "        found[table] = [len(rows), hashlib.sha256('|'.join(rows).encode()).hexdigest()]\n"
            "print(json.dumps(found))"
        )


class Running:
    """A process under way, its lines readable one by one without waiting longer than PATIENCE."""

    def __init__(self, words: list[str], env: dict[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            words, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.seen: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line from now on that PATTERN is found in."""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            assert line is not None, f"never said {pattern!r}:\n" + "\n".join(self.seen)
            self.seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def rest(self) -> list[str]:
        """Every line until the process has ended."""
        while (line := self.lines.get(timeout=PATIENCE)) is not None:
            self.seen.append(line)
        return self.seen

    def children(self) -> dict[str, int]:
        """The processes it started, by the command they run."""
        found = {}
        for line in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            words = Path(f"/proc/{line}/cmdline").read_text().split("\0")
            found[words[words.index("grahak") + 1]] = int(line)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers in lower case, body); redirects are followed."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return (
                answer.status,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.read(),
            )
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def watch(pids: Iterable[int]) -> list[int]:
    """Handles that tell of the end of processes, for `have_ended`."""
    return [os.pidfd_open(pid) for pid in pids]


def have_ended(handles: list[int]) -> bool:
    """Whether all these processes end, waiting for them."""
    try:
        return all(select.select([handle], [], [], PATIENCE)[0] for handle in handles)
    finally:
        for handle in handles:
            os.close(handle)
