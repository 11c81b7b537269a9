"""`grahak names match` and `grahak names search`: how alike names are, and which of a list are meant."""

from __future__ import annotations

import codecs
import io
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from grahak.core.names import similarity
from grahak.core.names.ranking import BEST, Names

LONGEST = 1000  # characters of a line that are compared; no name is longer
_EXAMPLES = """\
grahak names match pairs.txt              a line: QUERY, a tab, CANDIDATE ("-" or nothing: from stdin)
grahak names search names.txt --queries typed.txt --json

Scores go from 0 to 1; two names that score .76 and above are worth a look. Empty lines are passed over, so is what
follows a second tab; of names that are listed twice one is told.
"""


class Command(BaseCommand):
    help = "Compare names across scripts and spellings, or search a list of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = _EXAMPLES
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="match|search")
        match = verbs.add_parser("match", help="score pairs: each line QUERY, a tab, CANDIDATE")
        match.add_argument("file", nargs="?", default="-", help="a text file; - or nothing is stdin")
        search = verbs.add_parser("search", help="rank the names of a file for each query")
        search.add_argument("file", help="a text file, one name a line")
        search.add_argument("--queries", required=True, help="a text file, one query a line; - is stdin")
        search.add_argument("--limit", type=int, default=BEST, help=f"names a query (default {BEST})")
        match.add_argument("--typing", action="store_true", help="a query's last word may be half a word")
        search.add_argument(
            "--whole", dest="typing", action="store_false", help="a query's last word is no half word"
        )
        for verb in (match, search):
            verb.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's language is
        {"match": self._match, "search": self._search}[options["verb"]](options)

    def _match(self, options: dict[str, Any]) -> None:
        for number, line in _lines(options["file"]):
            query, tab, rest = line.partition("\t")
            if not tab:
                raise CommandError(
                    f"{_shown(options['file'])}, line {number}: a query, a tab and a candidate are expected"
                )
            candidate = rest.partition("\t")[0]
            score = round(similarity(query[:LONGEST], candidate[:LONGEST], typing=options["typing"]), 4)
            if options["json"]:
                self._say({"query": query, "candidate": candidate, "score": score})
            else:
                self.stdout.write(f"{score:.4f}\t{query}\t{candidate}")

    def _search(self, options: dict[str, Any]) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit: 1 or more is expected")
        if options["file"] == options["queries"] == "-":
            raise CommandError("the names and the queries can't both come from stdin")
        listed = dict.fromkeys(line[:LONGEST] for _number, line in _lines(options["file"]))
        names = Names(listed)
        for _number, query in _lines(options["queries"]):
            found = names.best(query[:LONGEST], options["limit"], typing=options["typing"])
            if options["json"]:
                told = [{"candidate": one.name, "score": round(one.score, 4)} for one in found]
                self._say({"query": query, "candidates": told})
            else:
                self.stdout.write(query)
                for one in found:
                    self.stdout.write(f"  {one.score:.4f}  {one.name}")

    def _say(self, line: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(line, ensure_ascii=False))


def _shown(path: str) -> str:
    return "stdin" if path == "-" else path


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    if path == "-":
        yield getattr(sys.stdin, "buffer", None) or io.BytesIO(sys.stdin.read().encode())
        return
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as wrong:
        raise CommandError(f"{path}: {wrong.strerror or wrong}") from wrong


def _lines(path: str) -> Iterator[tuple[int, str]]:
    """(number from 1, text) of each line that says something, read one by one: UTF-8, what spreadsheets save (UTF-16
    with its mark, Windows' Latin letters), and any kind of line end."""
    with _opened(path) as file:
        number = 0
        for raw in _raw_lines(file):
            for line in _decoded(raw).rstrip("\r\n").split("\r"):
                number += 1
                if line.strip():
                    yield number, line


def _raw_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of FILE as UTF-8, or as nobody knows what."""
    first = file.readline()
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # A line feed is half a letter there, so the whole is read at once.
        for line in (first + file.read()).decode("utf-16", "replace").split("\n"):
            yield line.encode()
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from file


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
