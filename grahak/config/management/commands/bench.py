"""`grahak bench NAME`: measures, and prints each figure beside its reference."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grahak.config.bench import frame


class Command(BaseCommand):
    help = "Measure speed: every figure beside a reference of the same run."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="all", help="which bench, or all (default)")
        parser.add_argument("--list", action="store_true", help="list the benches")
        parser.add_argument("--quick", action="store_true", help="smaller sizes, within a minute")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, one per case")

    def handle(self, *args: Any, **options: Any) -> None:
        known = frame.names()
        if options["list"]:
            for name in known:
                self.stdout.write(f"{name:10} {frame.purpose(name)}")
            return
        wanted = known if options["name"] == "all" else [options["name"]]
        if not set(wanted) <= set(known):
            raise CommandError(f"no bench {options['name']}; there are: {', '.join(known)}", returncode=2)
        if not options["json"]:
            self.stdout.write(frame.machine())
        broken = 0
        for name in wanted:
            started = time.monotonic()
            for line in frame.run(name, quick=options["quick"]):
                self._print(line, as_json=options["json"])
                broken += line["kept"] is False
            if not options["json"]:
                self.stdout.write(f"{name}: {time.monotonic() - started:.0f} s")
        if broken and not options["json"]:
            self.stdout.write(f"{broken} promises not kept on this machine")
            sys.exit(1)

    def _print(self, line: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({field: line[field] for field in frame.FIELDS}))
        else:
            beside = f"beside {line['reference_value']:g} ({line['reference']})" if line["reference"] else ""
            ratio = f"ratio {line['ratio']:g}" if line["ratio"] is not None else ""
            growth = f"growth {line['growth']:g}" if line["growth"] is not None else ""
            kept = {None: "", True: "ok", False: f"MISSED {line['target']}"}[line["kept"]]
            self.stdout.write(
                f"{line['bench']:8} {line['case']:18} {line['size']:>10,} {line['value']:>10g} {line['unit']:8}"
                f" {ratio:14} {growth:13} {beside} {kept}".rstrip()
            )
        self.stdout.flush()
