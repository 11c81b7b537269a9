"""`grahak backup`: one file with everything, made while people work."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grahak.config import backup, postgres_tools


class Command(BaseCommand):
    help = "Back everything up into one file, while people work."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", metavar="DIR", help="folder to write into (default: GRAHAK_DATA/backups)")
        parser.add_argument("--json", action="store_true", help="print what was made as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["to"] or Path(settings.DATA) / "backups")
        try:
            path, manifest = backup.make(folder)
        except (postgres_tools.NoTool, RuntimeError, OSError) as error:
            raise CommandError(str(error)) from error
        size = path.stat().st_size
        if options["json"]:
            facts = {key: manifest[key] for key in ("version", "made_at", "business", "database")}
            self.stdout.write(
                json.dumps({"file": str(path), "bytes": size, "files": len(manifest["files"]), **facts})
            )
            return
        self.stdout.write(f"{path} ({size / 2**20:,.1f} MiB, {len(manifest['files'])} files)")
        self.stdout.write("It holds everything, the secret key too: keep it where only you can read it.")
