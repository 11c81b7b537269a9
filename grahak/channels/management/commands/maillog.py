"""`grahak maillog FILE`: find out from the mail server's log what became of mails that a crash left
unknown."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grahak.channels import unknowns


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Read the mail server's log (Postfix) and resolve mails whose sending was cut off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="the log, such as /var/log/mail.log; rotated ones are found"
        )
        parser.add_argument(
            "--copy",
            action="store_true",
            help="FILE was copied from the mail server a while ago: believe it only from its first line to its last",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"there is no log {file}", returncode=2)
        ripe = unknowns.ripe_at()
        if ripe is not None and not options["copy"]:  # what was just cut off may still be written to the log
            time.sleep(max(0.0, min(unknowns.GRACE.total_seconds(), (ripe - timezone.now()).total_seconds())))
        evidence = unknowns.read_log(str(file), copy=options["copy"])
        found = unknowns.resolve(evidence)
        said = {
            "file": str(file),
            "lines": evidence.lines,
            "from": evidence.first.isoformat() if evidence.first else None,
            "to": evidence.last.isoformat() if evidence.last else None,
            "sent": found.sent,
            "failed": found.failed,
            "waiting": found.waiting,
            "unknown": found.unknown,
        }
        if options["json"]:
            self.stdout.write(json.dumps(said))
            return
        self.stdout.write(f"{evidence.lines} lines, {said['from']} to {said['to']}")
        self.stdout.write(
            f"sent {found.sent}, came back {found.failed}, never taken and waiting again {found.waiting}, "
            f"still unknown {found.unknown}"
        )
        if found.unknown:
            self.stdout.write("The log does not speak of the time when these were sent.")
