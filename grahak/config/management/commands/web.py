"""`grahak web`: the web process alone, for a supervisor of your own or several web processes."""

from __future__ import annotations

import logging
import os
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from grahak.config import address, start
from grahak.config.supervise import end_with_supervisor

logger = logging.getLogger("grahak.start")
A_YEAR = 365 * 24 * 3600


class Command(BaseCommand):
    help = "Answer browsers (without the worker)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        address.add_address(parser)
        parser.add_argument(
            "--workers", type=int, default=1, help="web processes that share the port (default 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from granian.constants import Interfaces, Loops
        from granian.log import LogLevels
        from granian.server import Server

        host, port = options["host"], options["port"]
        wrong = address.trouble(host, port)
        if wrong:
            raise CommandError(wrong, returncode=2)
        if not os.environ.get("GRAHAK_SUPERVISED"):
            for line in start.prepare():
                logger.info(line)
        static = Path(settings.STATIC_ROOT)
        server = Server(
            "grahak.config.asgi:application",
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            loop=Loops.asyncio,
            websockets=False,
            workers=max(1, options["workers"]),
            backpressure=settings.WEB_THREADS * 16,
            log_level=LogLevels.warning,
            log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},  # into our own log
            respawn_failed_workers=True,
            workers_kill_timeout=10,
            static_path_route=None if settings.DEBUG else ["/static"],
            static_path_mount=None if settings.DEBUG else [static],
            static_path_expires=A_YEAR,  # every name carries its content's hash
        )
        connections.close_all()  # the server forks, and a database connection must not be in two processes
        end_with_supervisor(lambda: os.kill(os.getpid(), signal.SIGTERM))
        server.serve()
