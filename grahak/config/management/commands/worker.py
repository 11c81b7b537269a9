"""`grahak worker`: background work; jobs, imports, sending, housekeeping."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from grahak.config import start, worker
from grahak.config.supervise import end_with_supervisor
from grahak.core import jobs

logger = logging.getLogger("grahak.start")


class Command(BaseCommand):
    help = "Do the background work: jobs, imports, sending, housekeeping."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only",
            action="append",
            choices=sorted(worker.LOOPS),
            help="run this loop only (may be repeated)",
        )
        parser.add_argument(
            "--grace", type=float, default=15.0, help="seconds that jobs get to end when asked to stop"
        )
        parser.add_argument("--until-empty", action="store_true", help="run the jobs that wait, then end")
        parser.add_argument("--takes-over", type=int, metavar="PID", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not os.environ.get("GRAHAK_SUPERVISED"):
            for line in start.prepare(screens=False):
                logger.info(line)
        if options["takes_over"]:
            worker.take_over(options["takes_over"])
        if options["until_empty"]:
            jobs.sweep()
            ran = jobs.work(["default", "imports"], threading.Event(), until_empty=True)
            self.stdout.write(f"{ran} jobs")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        end_with_supervisor(stop.set)
        if not worker.run(options["only"] or list(worker.LOOPS), stop, grace=options["grace"]):
            sys.stderr.flush()
            os._exit(0)  # a job's thread still runs: its lease is given up, so it must not go on
