"""`grahak messages`: keeps the catalogues of the rooms complete, and says what is missing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.core.management.base import BaseCommand, CommandError

from grahak.core import catalogues


class Command(BaseCommand):
    help = "Update, check and compile the translations."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--update", action="store_true", help="bring the catalogues up to date with the source"
        )
        what.add_argument("--check", action="store_true", help="fail where a translation is missing or wrong")
        what.add_argument("--compile", action="store_true", help="write the .mo files")
        what.add_argument("--todo", action="store_true", help="print as JSON what waits for a translation")
        what.add_argument("--take", metavar="FILE", help="read translations from a filled --todo file")
        parser.add_argument("rooms", nargs="*", help="only these rooms (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {room.name: room for room in catalogues.rooms()}
        unknown = set(options["rooms"]) - known.keys()
        if unknown:
            raise CommandError(f"no such room: {', '.join(sorted(unknown))}", returncode=2)
        chosen = [known[name] for name in options["rooms"]] or list(known.values())
        if options["compile"]:
            self.stdout.write(f"{catalogues.compile_all(chosen)} catalogues compiled")
        elif options["update"]:
            self._update(chosen)
        elif options["todo"]:
            self.stdout.write(json.dumps(todo(chosen), ensure_ascii=False, indent=1))
        elif options["take"]:
            self.stdout.write(f"{take(Path(options['take']))} translations taken")
        else:
            self._check(chosen)

    def _update(self, chosen: list[Path]) -> None:
        memory = catalogues.memory_of(catalogues.rooms())
        for room in chosen:
            waiting = catalogues.update(room, memory)
            if waiting:
                self.stdout.write(f"{room.name}: {waiting} translations to write")
        catalogues.compile_all(chosen)

    def _check(self, chosen: list[Path]) -> None:
        allowed = catalogues.untranslated()
        faults: list[str] = []
        said = []
        for room in chosen:
            faults += sorted(catalogues.faults_of(room, allowed, catalogues.messages_in(room)))
        for room in catalogues.rooms():
            for language in catalogues.LANGUAGES:
                path = catalogues.catalogue_path(room, language)
                said.append((f"{room.name}/{language}", catalogues.read(path)))
        faults += catalogues.disputes(said)
        for fault in faults[:200]:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in the catalogues; `make messages` adds what is new")
        self.stdout.write("The catalogues are complete.")


def todo(chosen: list[Path]) -> list[dict[str, Any]]:
    """The sentences that lack a translation: room, where, context, text, plural, and a slot a language."""
    slots: dict[tuple[str, catalogues.Key], dict[str, Any]] = {}
    for room in chosen:
        for language in catalogues.LANGUAGES:
            for entry in catalogues.read(catalogues.catalogue_path(room, language)):
                if catalogues.is_translated(entry):
                    continue
                slot = slots.setdefault(
                    (room.name, (entry.msgctxt, entry.msgid)),
                    {"room": room.name, "where": entry.occurrences[0][0] if entry.occurrences else ""}
                    | ({"context": entry.msgctxt} if entry.msgctxt is not None else {})
                    | {"text": entry.msgid}
                    | ({"plural": entry.msgid_plural} if entry.msgid_plural else {}),
                )
                slot[language] = ["", ""] if entry.msgid_plural else ""
    return list(slots.values())


def take(path: Path) -> int:
    """Write a filled `--todo` file into the catalogues; gives how many translations came in."""
    filled: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        for language in catalogues.LANGUAGES:
            if row.get(language) and all(row[language]):
                filled.setdefault((row["room"], language), []).append(row)
    taken = 0
    for (room, language), rows in filled.items():
        where = catalogues.catalogue_path(catalogues.PACKAGE / room, language)
        catalogue = catalogues.read(where)
        for row in rows:
            entry = catalogue.find(row["text"], msgctxt=row.get("context") or False)
            if entry is not None:
                _put(entry, row[language])
                taken += 1
        where.write_text(f"{catalogue}\n", encoding="utf-8")
    return taken


def _put(entry: polib.POEntry, words: str | list[str]) -> None:
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    if isinstance(words, list):
        entry.msgstr_plural = dict(enumerate(words))
    else:
        entry.msgstr = words
