"""Reads a mail server's log (Postfix, syslog lines): which of our Message-IDs it took, and what became of
them.

Postfix names the Message-ID when it reads the headers (cleanup), "queue active" when it has taken the mail
(qmgr), and "status=…" for each delivery. Only what was taken counts: a Message-ID alone may be a mail that
was broken off in the middle.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BSD = re.compile(r"^([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2})")
_ISO = re.compile(r"^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)")
_QUEUED = re.compile(r": ([0-9A-Za-z]{5,20}): (.*)$")
_MESSAGE_ID = re.compile(r"message-id=<?([^>\s,]+)>?", re.IGNORECASE)
_STATUS = re.compile(r"\bstatus=(\w+)(?: \((.*)\))?")
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}


@dataclass
class Fate:
    """What the log says of one mail. TAKEN: it is in the server's hands (or was delivered). REFUSED: it was
    read to the end, and not taken."""

    taken: bool = False
    refused: bool = False
    bounced: bool = False
    words: str = ""


@dataclass
class Evidence:
    """What was read: FATES by Message-ID (those asked for), the moments of the FIRST and LAST line, and UNTIL
    when the log was complete when it was read. WHOLE: nothing before its first line was rotated away, so that
    it speaks of all earlier times too."""

    fates: dict[str, Fate] = field(default_factory=dict)
    lines: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    until: dt.datetime | None = None
    whole: bool = False

    def covers(self, attempted_at: dt.datetime, gone_at: dt.datetime, patience: dt.timedelta) -> bool:
        """Whether a mail attempted at one moment and out of our hands by another would have to be in it: the
        log began before, shows a sign of life after, and was read with PATIENCE for the server's writing. Old
        syslog has whole seconds only."""
        if self.first is None or self.last is None or self.until is None:
            return False
        second = dt.timedelta(seconds=1)
        began = self.whole or self.first <= attempted_at + second
        return began and self.last + second >= attempted_at and self.until >= gone_at + patience


def parse(lines: Iterable[str], wanted: set[str], *, now: dt.datetime | None = None) -> Evidence:
    """Read LINES for the WANTED Message-IDs. Memory grows with those, not with the log."""
    found = Evidence()
    now = now or dt.datetime.now(dt.UTC)
    queued: dict[str, str] = {}  # queue id → message id
    for line in lines:
        found.lines += 1
        if at := when(line, now):
            found.first = min(at, found.first or at)
            found.last = max(at, found.last or at)
        match = _QUEUED.search(line)
        if match is None:
            continue
        queue_id, rest = match.groups()
        if named := _MESSAGE_ID.search(rest):
            queued.pop(queue_id, None)  # short queue ids are used again
            if named.group(1) in wanted:
                queued[queue_id] = named.group(1)
                found.fates.setdefault(named.group(1), Fate())
        if message_id := queued.get(queue_id):
            _learn(found.fates[message_id], rest)
    return found


def _learn(fate: Fate, rest: str) -> None:
    if "queue active" in rest:
        fate.taken = True
    elif "reject:" in rest:  # "reject:", "milter-reject:"
        fate.refused = True
    if status := _STATUS.search(rest):
        fate.taken = True
        fate.bounced = fate.bounced or status.group(1) in ("bounced", "expired")
        fate.words = (status.group(2) or status.group(1))[:300]


def when(line: str, now: dt.datetime) -> dt.datetime | None:
    """The moment at the beginning of a syslog line, or None. The old form has neither year nor zone: it is of
    the last twelve months, by this machine's clock."""
    if found := _ISO.match(line):
        try:
            moment = dt.datetime.fromisoformat(found.group(1).replace(",", "."))
        except ValueError:
            return None
        return moment.astimezone(dt.UTC)
    if found := _BSD.match(line):
        month, day, hour, minute, second = found.groups()
        local = now.astimezone()
        for year in (local.year, local.year - 1):
            try:
                naive = dt.datetime(year, _MONTHS[month], int(day), int(hour), int(minute), int(second))
            except (KeyError, ValueError):
                continue
            moment = naive.astimezone()  # this machine's zone, as syslog wrote it
            if moment <= local + dt.timedelta(days=1):
                return moment.astimezone(dt.UTC)
    return None


def family(path: Path) -> list[Path]:
    """A log and what was rotated out of it, oldest first: mail.log-2026…, mail.log.2.gz, mail.log.1,
    mail.log."""
    rotated = [
        found
        for found in path.parent.glob(f"{path.name}[.-]*")
        if re.fullmatch(r"[.-]\d+(\.gz)?", found.name[len(path.name) :])
    ]
    return [*sorted(rotated, key=lambda found: found.stat().st_mtime), path]


def lines_of(paths: Iterable[Path]) -> Iterator[str]:
    """The lines of logs one after the other, gzip ones too; broken bytes are replaced."""
    for path in paths:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", errors="replace") as file:
            yield from file
