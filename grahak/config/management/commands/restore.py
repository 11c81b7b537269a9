"""`grahak restore FILE`: puts a back-up in place, keeps aside what was there, holds all sending."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grahak.config import backup, postgres_tools, restore


class Command(BaseCommand):
    help = "Put a back-up in place; what was there is kept aside, and nothing is sent until you look."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `grahak backup` made")
        parser.add_argument("--force", action="store_true", help="even where there is a business already")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"there is no file {file}", returncode=2)
        try:
            done = restore.restore(file, force=options["force"])
        except (backup.BadBackup, restore.WouldOverwrite, postgres_tools.NoTool, RuntimeError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            facts = {key: done.manifest[key] for key in ("version", "made_at", "business", "database")}
            self.stdout.write(
                json.dumps(
                    {**facts, "aside": done.aside, "paused": done.paused, "back_to_draft": done.drafts}
                )
            )
            return
        hours = backup.age(done.manifest).total_seconds() / 3600
        self.stdout.write(f"“{done.manifest['business']}” is back as it was {hours:,.1f} hours ago.")
        for step in done.steps:
            self.stdout.write(step)
        if done.aside:
            self.stdout.write(f"What was here before is kept in {done.aside}")
        self.stdout.write(
            f"Sending is held: {done.paused} messages paused, {done.drafts} put back to draft. What was sent after the "
            "back-up was made is not known to it; look before you go on sending."
        )
