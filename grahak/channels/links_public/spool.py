"""A file beside the database for hits that it can't take at the moment: written before the answer goes out, taken up
as soon as the database is free, by this process or the next, each hit once."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from grahak.channels.links_public.hits import KINDS, Hit

PIECE = 500


def path() -> Path:
    """Where they lie: one file for all processes of this machine."""
    return Path(settings.DATA) / "clicks.jsonl"


def keep(hits: Iterable[Hit]) -> None:
    """Put HITS by. Returns once they would survive the end of this process. Raises OSError where the disk does not
    take them."""
    lines = "".join(
        json.dumps([one.kind, one.key, one.at.isoformat(), one.bot, one.source]) + "\n" for one in hits
    )
    with _locked("ab") as file:
        file.write(lines.encode())


def take_up() -> int:
    """Record what lies there, and empty the file. A hit that was recorded before (the process ended between the two)
    is not recorded again. Gives how many were read."""
    if not path().exists() or not path().stat().st_size:
        return 0
    with _locked("r+b") as file:
        hits = [hit for line in file for hit in _read(line)]
        for at in range(0, len(hits), PIECE):
            _record(hits[at : at + PIECE])
        file.seek(0)
        file.truncate()
    return len(hits)


def _record(hits: list[Hit]) -> None:
    with transaction.atomic():
        for kind, some in groupby(sorted(hits, key=lambda one: one.kind), key=lambda one: one.kind):
            if kind in KINDS:
                KINDS[kind].record(list(some), again=True)


def _read(line: bytes) -> Iterator[Hit]:
    """The hit of a line; none where the machine stopped in the middle of writing it."""
    with contextlib.suppress(ValueError, TypeError):
        kind, key, at, bot, source = json.loads(line)
        yield Hit(
            kind, tuple(key) if isinstance(key, list) else key, dt.datetime.fromisoformat(at), bot, source
        )


@contextlib.contextmanager
def _locked(mode: str) -> Iterator[IO[bytes]]:
    descriptor = os.open(path(), os.O_RDWR | os.O_CREAT | (os.O_APPEND if mode == "ab" else 0), 0o600)
    with os.fdopen(descriptor, mode) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
