"""`grahak serve`: everything with one command; the web process, the worker, and somebody who watches over
both."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from grahak import __version__
from grahak.config import address, start
from grahak.config.changes import Changes
from grahak.config.supervise import Child, Supervisor


class Command(BaseCommand):
    help = "Run Grahak: the web and the worker, with one command."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        address.add_address(parser)
        parser.add_argument(
            "--workers", type=int, default=1, help="web processes (default 1; try one per two cores)"
        )
        parser.add_argument(
            "--demo", action="store_true", help="open the demo shop where there is no business yet"
        )
        parser.add_argument(
            "--dev", action="store_true", help="for developers: debug pages, restart on changes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        host, port = options["host"], options["port"]
        wrong = address.trouble(host, port)
        if wrong:
            raise CommandError(wrong, returncode=2)
        for line in start.prepare(screens=not options["dev"]):
            self.stdout.write(f"  {line}")
        if options["demo"]:
            self._open_demo()
        env = {"GRAHAK_DEBUG": "yes", "GRAHAK_LOG": "human"} if options["dev"] else {}
        self.supervisor = Supervisor(
            [
                Child(
                    "web", ["web", f"--host={host}", f"--port={port}", f"--workers={options['workers']}"], env
                ),
                Child("worker", ["worker"], env, again=lambda pid: [f"--takes-over={pid}"]),
            ]
        )
        changes = Changes(settings.PACKAGE) if options["dev"] else None
        said = False

        def tick() -> bool:
            nonlocal said
            if not said and address.answers(host, port):
                said = True
                self._say_where(host, port, time.monotonic() - began)
            return changes is not None and changes.seen()

        self.supervisor.run(tick)
        self.stdout.write("\nStopped.")

    def _open_demo(self) -> None:
        from grahak.config.demo import start_demo
        from grahak.core import business

        shop = business.current()
        if shop is None:
            start_demo(by=None)
            self.stdout.write("  the demo shop opens; its orders load in the background")
        elif not shop.is_demo:
            self.stdout.write(f"  {shop.name} is here already: --demo is left out")

    def _say_where(self, host: str, port: int, seconds: float) -> None:
        kind = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
        lines = [
            f"Grahak {__version__}, ready in {seconds:.1f} s",
            f"  this computer  {address.url(host, port)}",
        ]
        nearby = address.url_nearby(host, port)
        if nearby:
            lines += [f"  phones nearby  {nearby}", "", address.qr(nearby)]
        lines.append(f"  data           {settings.DATA} ({kind})")
        lines.append("  stop           Ctrl-C" if os.isatty(1) else f"  stop           kill {os.getpid()}")
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
