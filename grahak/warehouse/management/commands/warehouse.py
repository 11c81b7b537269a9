"""`grahak warehouse rebuild|status|copy`: make the analytical copy anew, reconcile it, write open Parquet files."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grahak.warehouse import copies, lake, rebuild, status


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Make the warehouse anew, reconcile it with the records, or write open Parquet copies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("rebuild", "status", "copy"))
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            said = getattr(self, f"_{options['what']}")(quiet=options["json"])
        except lake.Busy as busy:
            raise CommandError(f"another process is at it ({busy}); try again in a moment") from None
        except lake.Unavailable as missing:
            raise CommandError(f"{missing}: run `grahak warehouse rebuild`") from None
        if options["json"]:
            self.stdout.write(json.dumps(said))
        if options["what"] == "status" and not said["agrees"]:
            raise CommandError(
                "the warehouse does not agree with the records; `grahak warehouse rebuild` makes it anew"
            )

    def _rebuild(self, *, quiet: bool) -> dict[str, Any]:
        begun = time.perf_counter()

        def tell(name: str, rows: int) -> None:
            if not quiet:
                self.stdout.write(f"{name:<20} {rows:>12,}")

        rows = rebuild.rebuild(tell)
        seconds = time.perf_counter() - begun
        if not quiet:
            self.stdout.write(f"{rows:,} rows in {seconds:.1f} s")
        return {"rows": rows, "seconds": round(seconds, 2)}

    def _status(self, *, quiet: bool) -> dict[str, Any]:
        said = status.told()
        if quiet:
            return said
        for table in said["tables"]:
            mark = "" if table["agrees"] else "   differs"
            self.stdout.write(f"{table['name']:<20} {table['records']:>12,} {table['warehouse']:>12,}{mark}")
            for column, sums in table["sums"].items():
                if sums["records"] != sums["warehouse"]:
                    self.stdout.write(
                        f"    {column}: records {sums['records']}, warehouse {sums['warehouse']}"
                    )
        if said["there"]:
            self.stdout.write(
                f"last commit {said['last_commit']}, {said['waiting']} changes waiting, {said['files']} files,"
                f" {said['bytes'] / 2**20:.1f} MiB, {said['snapshots']} snapshots"
            )
        if said["trouble"]:
            self.stdout.write(f"stale since {said['trouble']['stale_since']}: {said['trouble']['detail']}")
        return said

    def _copy(self, *, quiet: bool) -> dict[str, Any]:
        written = copies.write()
        if not quiet:
            for copy in written:
                self.stdout.write(f"{copy['file']:<32} {copy['rows']:>12,} rows {copy['bytes']:>14,} bytes")
        return {"folder": str(copies.folder()), "copies": written}
