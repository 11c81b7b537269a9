"""`grahak import`: bring a file in from the shell, or see what it would come to."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from grahak.connect import actions
from grahak.connect.importing.engine import run_import
from grahak.connect.models import ImportMapping, ImportRun, ImportState
from grahak.connect.reading import PRESETS, UnreadableFile


class _Rehearsed(Exception):
    """Leaves the transaction of a dry run, so that nothing of it stays."""


class Command(BaseCommand):
    help = "Bring in a file of customers, products or orders (CSV, XLSX, Parquet)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        presets = ", ".join(preset.code for preset in PRESETS)
        parser.add_argument("kind", choices=["customers", "products", "orders"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", default="", help=f"a saved mapping's name, or one of: {presets}")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and change nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="one JSON object with the counts and refused rows"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        try:
            report = self._rehearse(options) if options["dry_run"] else self._bring_in(options)
        except UnreadableFile as error:
            raise CommandError(str(error.message)) from None
        except (KeyError, ValueError) as error:
            raise CommandError(f"the columns cannot be matched: {error}") from None
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._tell(report)
        if report["state"] == ImportState.FAILED:
            raise CommandError(report["fault"], returncode=1)

    def _rehearse(self, options: dict[str, Any]) -> dict[str, Any]:
        report: dict[str, Any] = {}
        kept: list[Path] = []
        try:
            with transaction.atomic():
                report = self._bring_in(options, kept)
                raise _Rehearsed
        except _Rehearsed:
            for path in kept:
                path.unlink(missing_ok=True)
        return report | {"dry_run": True}

    def _bring_in(self, options: dict[str, Any], kept: list[Path] | None = None) -> dict[str, Any]:
        saved = ImportMapping.objects.filter(name=options["mapping"], kind=options["kind"]).first()
        run = actions.prepare_import(
            options["file"],
            options["kind"],
            by=None,
            preset="" if saved else options["mapping"],
            mapping=saved.columns if saved else None,
            options=saved.options if saved else None,
            source=saved.options.get("source", "") if saved else "",
        )
        if kept is not None:
            kept.append(Path(run.file.path))
        run_import(run.pk)
        run.refresh_from_db()
        return _report(run)

    def _tell(self, report: dict[str, Any]) -> None:
        dry = " (dry run: nothing was changed)" if report.get("dry_run") else ""
        self.stdout.write(f"{report['file']}: {report['state']}{dry}")
        for name in ("added", "changed", "same", "failed"):
            self.stdout.write(f"  {name:8} {report[name]:>10,}")
        for name, count in report["counts"].items():
            self.stdout.write(f"  {name:8} {count:>10,}")
        for issue in report["issues"][:20]:
            self.stdout.write(f"  row {issue['row']}: {issue['field']}: {issue['reason']}")


def _report(run: ImportRun) -> dict[str, Any]:
    return {
        "import": run.pk,
        "file": run.file_name,
        "kind": run.kind,
        "state": run.state,
        "fault": run.fault,
        "rows": run.read,
        "added": run.added,
        "changed": run.changed,
        "same": run.same,
        "failed": run.failed,
        "counts": run.counts,
        "issues": [
            {
                "row": issue.row,
                "field": issue.field,
                "code": issue.code,
                "reason": issue.reason,
                "order": issue.group,
            }
            for issue in run.issues.all()[:1000]
        ],
    }
