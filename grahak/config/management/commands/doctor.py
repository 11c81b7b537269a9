"""`grahak doctor`: checks the installation; every finding says the cure."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from grahak.config import doctor

SIGNS = {doctor.OK: "ok     ", doctor.WARNING: "warning", doctor.FAILED: "FAILED "}


class Command(BaseCommand):
    help = "Check the installation; every finding says the cure."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object with all findings")

    def handle(self, *args: Any, **options: Any) -> None:
        found = doctor.examine()
        failed = [finding for finding in found if finding.state == doctor.FAILED]
        if options["json"]:
            self.stdout.write(
                json.dumps({"ok": not failed, "checks": [finding.as_dict() for finding in found]})
            )
        else:
            for finding in found:
                self.stdout.write(f"{SIGNS[finding.state]}  {finding.check:12} {finding.says}")
                if finding.cure:
                    self.stdout.write(f"{'':23}→ {finding.cure}")
        if failed:
            sys.exit(1)
