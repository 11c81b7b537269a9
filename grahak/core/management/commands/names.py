"""`grahak names match` and `grahak names search`: how alike names are, and which of a list are meant."""

from __future__ import annotations

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

LONGEST = 1000  # characters of one name; a longer line is no name
_EXAMPLES = """\
grahak names match pairs.txt              a line: QUERY, a tab, CANDIDATE ("-" or nothing: from stdin)
grahak names search names.txt --queries typed.txt --json

Scores go from 0 to 1; two names that score .76 and above are worth a look.
"""


class Command(BaseCommand):
    help = "Compare names across scripts and spellings, or search a list of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = _EXAMPLES
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="match|search")
        match = verbs.add_parser("match", help="score pairs: each line QUERY, a tab, CANDIDATE")
        match.add_argument("file", nargs="?", default="-", help="a UTF-8 file; - or nothing is stdin")
        search = verbs.add_parser("search", help="rank the names of a file for each query")
        search.add_argument("file", help="a UTF-8 file, one name a line")
        search.add_argument("--queries", required=True, help="a UTF-8 file, one query a line; - is stdin")
        search.add_argument("--limit", type=int, default=BEST, help=f"names a query (default {BEST})")
        match.add_argument("--typing", action="store_true", help="a query's last word may be half a word")
        search.add_argument(
            "--whole", dest="typing", action="store_false", help="a query's last word is no half word"
        )
        for verb in (match, search):
            verb.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        {"match": self._match, "search": self._search}[options["verb"]](options)

    def _match(self, options: dict[str, Any]) -> None:
        for number, line in _lines(options["file"]):
            query, tab, candidate = line.partition("\t")
            if not tab or "\t" in candidate:
                raise CommandError(
                    f"{_shown(options['file'])}, line {number}: a query, one tab and a candidate are expected"
                )
            if not query.strip() or not candidate.strip():
                empty = "query" if not query.strip() else "candidate"
                raise CommandError(f"{_shown(options['file'])}, line {number}: the {empty} is empty")
            score = round(similarity(query, candidate, typing=options["typing"]), 4)
            if options["json"]:
                self._say({"query": query, "candidate": candidate, "score": score})
            else:
                self.stdout.write(f"{score:.4f}\t{query}\t{candidate}")

    def _search(self, options: dict[str, Any]) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit: 1 or more is expected")
        queries = list(_lines(options["queries"]))
        names = Names(name for _number, name in _lines(options["file"]) if name.strip())
        for number, query in queries:
            if not query.strip():
                raise CommandError(f"{_shown(options['queries'])}, line {number}: the query is empty")
            found = names.best(query, options["limit"], typing=options["typing"])
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
    """(number from 1, text) of each line; empty lines at the end are none. CommandError names a bad line."""
    with _opened(path) as file:
        for number, raw in enumerate(file, 1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as wrong:
                raise CommandError(f"{_shown(path)}, line {number}: not UTF-8 text") from wrong
            if len(line) > LONGEST * 2:
                raise CommandError(
                    f"{_shown(path)}, line {number}: {len(line)} characters are too long for a name"
                )
            if line or not _is_end(file):
                yield number, line


def _is_end(file: IO[bytes]) -> bool:
    """Whether nothing follows."""
    peek = getattr(file, "peek", None)
    return peek is not None and not peek(1)
