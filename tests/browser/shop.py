"""A real shop for the browser: `grahak serve` in its own process, with its own data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.migrated import begin

ROOT = Path(__file__).resolve().parents[2]
GRAHAK = [sys.executable, "-c", "from grahak.config.cli import main; main()"]
START_LIMIT = 120.0  # seconds; a cold start on a busy machine takes ten

CAST = """
from grahak.core.models import Branch, Business, User
from tests.cast import PASSWORD
Business.objects.get_or_create(
    pk=1, defaults={"name": "Kapasi Textiles", "currency": "INR", "time_zone": "Asia/Kolkata"}
)
for name, role, place in (("Amina Kapasi", "owner", "Rajkot"), ("Bilal Shaikh", "salesman", "Rajkot"),
                          ("Chirag Dave", "salesman", "Surat")):
    branch, _new = Branch.objects.get_or_create(name=place)
    mail = f"{name.split()[0].lower()}@kapasi.example"
    User.objects.create_user(mail, PASSWORD, name=name, role=role, branch=branch)
"""


class Shop:
    """One installation: a data directory, a port and, while it is open, the running server.

    `url` ends without a slash. Nothing is in it until cast() or the set-up pages put it there.
    """

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        without = ("GRAHAK_", "DJANGO_", "DATABASE_URL", "PORT", "HOST")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(without)}
        self.env |= {"GRAHAK_DATA": str(data), "PYTHONPATH": str(ROOT), **env}
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, *options: str) -> None:
        """Start `grahak serve` and wait until it answers. Raises RuntimeError with its log if it does not."""
        if not self.data.exists():
            begin(self.data)
        command = [*GRAHAK, "serve", "--host=127.0.0.1", f"--port={self.port}", *options]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=out, stderr=out, start_new_session=True
            )
        until = time.monotonic() + START_LIMIT
        while time.monotonic() < until and self._process.poll() is None:
            if self.answers():
                return
            time.sleep(0.1)
        self.close()
        raise RuntimeError(f"the shop did not open:\n{self.log.read_text(errors='replace')[-4000:]}")

    def answers(self) -> bool:
        """Whether the server is there."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def close(self) -> None:
        """Stop it as Ctrl-C would; what does not stop in 20 s is killed."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._process = None

    def grahak(self, *words: str) -> str:
        """Run a `grahak` command on this shop's data and give what it printed; a failure raises with it."""
        return self._run([*GRAHAK, *words])

    def python(self, code: str) -> str:
        """Run Python inside this shop, Django set up, and give what it printed."""
        start = "import django; django.setup()\n"
        return self._run(
            [sys.executable, "-c", start + code], DJANGO_SETTINGS_MODULE="grahak.config.settings"
        )

    def cast(self) -> None:
        """Kapasi Textiles with Amina, Bilal and Chirag, as in every other test (tests.cast)."""
        self.python(CAST)

    def _run(self, command: list[str], **env: str) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.env | env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[-3:])}\n{done.stdout}{done.stderr}")
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
