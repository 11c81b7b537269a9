"""Keeps hits without making anybody wait: each is a line in a file before it is answered, and a thread brings the lines
into the database in groups.

What is written survives a kill of the process (a power cut may take the last moments: a click is no money). A process
holds a lock on its file while it lives; a file without its process is taken up by the next one, or by the worker, and
no hit of it twice.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import logging
import os
import threading
import uuid
from collections.abc import Iterable, Iterator
from multiprocessing.util import Finalize
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction

from grahak.channels.links_public.hits import KINDS, Hit

logger = logging.getLogger("grahak.clicks")
GATHER = 0.15  # seconds that hits gather before they are brought in
AGAIN = 2.0  # seconds until a database that was busy is asked again
PIECE = 400


def folder() -> Path:
    """Where the files lie."""
    found = Path(settings.DATA) / "clicks"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


class Journal:
    """The file of one process and the thread that brings its lines in; both begin with the first hit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: int | None = None
        self._path = Path()
        self._some = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, hit: Hit) -> None:
        """Keep HIT. Raises OSError where the disk does not take it: it is not kept then."""
        said = [hit.kind, hit.key, hit.at.isoformat(), hit.bot, hit.source]
        line = (json.dumps(said, separators=(",", ":")) + "\n").encode()
        with self._lock:
            if self._file is None:
                self._open()
            assert self._file is not None
            if os.write(self._file, line) != len(line):
                raise OSError("the disk is full")
        self._some.set()

    def bring_in(self) -> int:
        """Bring what was written until now into the database; gives how many hits. Raises DatabaseError where it
        can't take them now: they stay, and are brought in later by whoever finds them."""
        with self._lock:
            file, path = self._file, self._path
            self._file = None
            self._some.clear()
        return 0 if file is None else _taken(file, path, again=False)

    def stop(self) -> None:
        """Bring in what is there and end the thread."""
        self._ending.set()
        self._some.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _open(self) -> None:
        self._path = folder() / f"{uuid.uuid4().hex}.jsonl"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
            self._thread.start()
            Finalize(None, self.stop, exitpriority=100)

    def _run(self) -> None:
        left = True  # files of processes that are no more
        while not self._ending.is_set() or self._some.is_set():
            if not left:
                self._some.wait()
            self._ending.wait(GATHER)
            close_old_connections()
            try:
                self.bring_in()
                if left:
                    take_up()
                left = False
            except (DatabaseError, OSError) as fault:
                logger.warning("clicks wait for the database", exc_info=fault)
                left = True
                if self._ending.wait(AGAIN):
                    break
        connections.close_all()


def take_up() -> int:
    """Bring in the files of processes that are no more; gives how many hits. Raises DatabaseError as above."""
    many = 0
    for path in sorted(folder().glob("*.jsonl")):
        with contextlib.suppress(FileNotFoundError):
            file = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # its process lives, or another takes it up
                os.close(file)
                continue
            if not os.fstat(file).st_nlink:  # taken up between the look and the lock
                os.close(file)
                continue
            many += _taken(file, path, again=True)
    return many


def _taken(file: int, path: Path, *, again: bool) -> int:
    """Record the hits of an open file whose lock is ours, remove it, and let go. AGAIN: some may be recorded
    already, because a process ended between the two."""
    try:
        with open(path, "rb") as lines:
            hits = [hit for line in lines for hit in _read(line)]
        # several groups are several commits: one that fails leaves a file of which some is recorded
        for at in range(0, len(hits), PIECE):
            _record(hits[at : at + PIECE], again=again)
        path.unlink()
    finally:
        os.close(file)
    return len(hits)


def _read(line: bytes) -> Iterator[Hit]:
    """The hit of a line; none where the machine stopped in the middle of writing it."""
    with contextlib.suppress(ValueError, TypeError):
        kind, key, at, bot, source = json.loads(line)
        key = tuple(key) if isinstance(key, list) else key
        yield Hit(kind, key, dt.datetime.fromisoformat(at), bool(bot), str(source))


def _record(hits: list[Hit], *, again: bool) -> None:
    """Record a group; where it fails for another reason than a busy database, each by itself, and who can't be
    recorded at all is told to the log and left."""
    try:
        _in_one_go(hits, again=again)
    except DatabaseError:
        raise
    except Exception as fault:
        logger.warning("a group of clicks was not recorded, each is tried by itself", exc_info=fault)
        for hit in hits:
            try:
                _in_one_go([hit], again=True)
            except DatabaseError:
                raise
            except Exception:
                logger.exception("a click can't be recorded", extra={"kind": hit.kind, "key": str(hit.key)})


def _in_one_go(hits: Iterable[Hit], *, again: bool) -> None:
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    with transaction.atomic():
        for prefix, some in by_kind.items():
            if prefix in KINDS:
                KINDS[prefix].record(some, again=again)


def record_now(hit: Hit) -> str | bool | None:
    """Record one hit in a transaction of its own, in the caller's thread; where it leads. For Django's own views."""
    with transaction.atomic():
        return KINDS[hit.kind].record([hit])[0]
