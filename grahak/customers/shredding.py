"""Overwrites what SQLite leaves of deleted rows. Even with secure_delete a page that was split or joined keeps
pieces of moved rows (measured: 3 of 400), so after an erasure the file is searched for the words, and rewritten
with VACUUM where one is left. What is not certain to be done is marked and done at the next change of day."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from django.db import OperationalError, connection

from grahak.core.models import Setting
from grahak.customers.erasing import is_sqlite_file

logger = logging.getLogger("grahak.erasing")
MARK: Final = "customers.shred"
_CHUNK: Final = 4 << 20
_AT_ONCE: Final = 1 << 30  # a larger file is rewritten at night, because nobody can write meanwhile
_PATIENCE: Final = 5.0  # seconds that readers may keep the log from being emptied


@contextlib.contextmanager
def overwriting() -> Iterator[None]:
    """Inside, SQLite overwrites what is deleted with zeros. PostgreSQL: see docs/erase.md."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        before = cursor.fetchone()[0]
        cursor.execute("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA secure_delete={int(before)}")


def mark() -> None:
    """In the transaction of an erasure: its traces on the disk are still to be overwritten."""
    Setting.objects.update_or_create(name=MARK, defaults={"value": True})


def shred(words: Sequence[str]) -> bool:
    """After the commit: empty the log, search the file for WORDS, rewrite it where one is found. True where nothing
    is left; False where it is left to the night. On PostgreSQL nothing is done here."""
    if connection.in_atomic_block:
        return False
    if not is_sqlite_file():
        Setting.objects.filter(pk=MARK).delete()
        return True
    path = Path(str(connection.settings_dict["NAME"]))
    clean = _empty_log() and not left(path, words)
    if not clean and path.stat().st_size <= _AT_ONCE:
        clean = _rewrite() and not left(path, words)
    if clean:
        Setting.objects.filter(pk=MARK).delete()
        _empty_log()
    else:
        logger.warning("traces of an erasure are overwritten at night", extra={"bytes": path.stat().st_size})
    return clean


def shred_at_night() -> bool:
    """What an erasure left to do, without knowing any words: the whole file is rewritten. True where it was."""
    if not is_sqlite_file() or not Setting.objects.filter(pk=MARK).exists() or not _rewrite():
        return False
    Setting.objects.filter(pk=MARK).delete()
    return True


def left(path: Path, words: Sequence[str]) -> int:
    """How often one of WORDS stands in the database's files, plain or escaped as in JSON."""
    wanted = {word.encode() for word in words} | {json.dumps(word)[1:-1].encode() for word in words}
    found = 0
    overlap = max((len(word) for word in wanted), default=1) - 1
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-journal")):
        with contextlib.suppress(FileNotFoundError), file.open("rb") as raw:
            rest = b""
            while piece := raw.read(_CHUNK):
                text = rest + piece
                found += sum(text.count(word) for word in wanted)
                rest = text[-overlap:] if overlap else b""
    return found


def _empty_log() -> bool:
    """Bring the log into the database and cut it to nothing; False while somebody reads the old state."""
    until = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_rest = cursor.fetchone()
            if not busy:
                return True
        if time.monotonic() > until:
            return False
        time.sleep(0.1)


def _rewrite() -> bool:
    """VACUUM, through a file and not through memory."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA temp_store=FILE")
            cursor.execute("VACUUM")
        except OperationalError as error:
            logger.warning("the database could not be rewritten", extra={"fault": str(error)})
            return False
        finally:
            cursor.execute("PRAGMA temp_store=MEMORY")
    return _empty_log()
