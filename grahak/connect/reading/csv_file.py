"""Separated text, streamed row by row in flat memory, whatever its encoding, separator, quotes, line ends."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from grahak.connect.reading.cells import mend, starts_totals
from grahak.connect.reading.encoding import text_facts
from grahak.connect.reading.limits import limits
from grahak.connect.reading.messages import Finding, UnreadableFile
from grahak.connect.reading.shapes import Cell, Choices, Glance, Inspection, Row

SEPARATORS = (",", ";", "\t", "|")
_JOINT = "\x1f"
_HEAD_ROWS = 400
_WINDOWS = 24
_WINDOW_BYTES = 24 * 1024


def glance(path: Path, choices: Choices) -> Glance:
    """First sight of a separated text file; raises UnreadableFile if it is none."""
    facts = text_facts(path, choices.encoding)
    if choices.separator is not None and (len(choices.separator) != 1 or choices.separator in '"\r\n\x00'):
        raise UnreadableFile("separator_unknown", separator=choices.separator[:10])
    with _open(path, facts.encoding) as stream:
        first = stream.readline(100).strip("\r\n\ufeff ")
    announced = first[4:] if first[:4].lower() == "sep=" and len(first) == 5 else ""
    with _open(path, facts.encoding) as stream:
        lines = list(islice(_lines(stream, facts.has_nul, bool(announced)), _HEAD_ROWS * 2))
    separator = choices.separator or announced or _separator_of(lines)
    head = list(islice(_records(lines, separator), _HEAD_ROWS))
    widest = max(map(len, head), default=0)
    if widest > limits().columns:
        raise UnreadableFile("too_many_columns", found=widest, limit=limits().columns)
    warnings = []
    if facts.guessed:
        warnings.append(Finding("encoding_guessed", {"encoding": facts.encoding}))
    if facts.damaged:
        warnings.append(Finding("encoding_damaged", {}))
    if facts.has_nul:
        warnings.append(Finding("nul_bytes", {}))
    if widest == 1:
        warnings.append(Finding("one_column", {}))
    small = len(lines) < _HEAD_ROWS
    return Glance(
        head=[list(_clean(record)) for record in head],
        spread=[] if small else list(_spread(path, facts.encoding, separator, widest)),
        rows=len(head) if small else facts.lines - 1 - bool(announced),
        rows_exact=small,
        encoding=facts.encoding,
        separator=separator,
        damaged=facts.damaged,
        has_nul=facts.has_nul,
        hidden_lines=int(bool(announced)),
        warnings=tuple(warnings),
    )


def rows(path: Path, found: Inspection, start: int) -> Iterator[Row]:
    """The rows after number START. A row that cannot be read is given with an error, never left out."""
    names, width = found.column_names, len(found.columns)
    limit, joint, number = limits().cell_chars, _JOINT, 0
    skipped = max(start, found.header_row)
    blanks = (None,) * width
    with _open(path, found.encoding) as stream:
        reader = csv.reader(
            _lines(stream, found.has_nul, bool(found.hidden_lines)), delimiter=found.separator
        )
        while True:
            try:
                for _ in islice(reader, max(0, skipped - number)):
                    number += 1
                for record in reader:
                    number += 1
                    values: list[Cell] = [value.strip() or None for value in record]
                    flaws: list[Finding] = []
                    joined = joint.join(record)
                    if len(joined) > limit or "=" in joined or "'" in joined:
                        values, flaws = mend(values, names)
                    if found.damaged and "\ufffd" in joined:
                        flaws.append(_lost(values))
                    if len(values) != width and joined.strip(joint + " "):
                        values, flaws = _fit(values, flaws, width)
                    if total := starts_totals(values):
                        flaws.append(total)
                    elif not any(values):
                        continue
                    yield Row(number, tuple(values), tuple(flaws))
                return
            except csv.Error:  # the reader starts afresh with the next line
                number += 1
                if number > skipped:
                    yield Row(number, blanks, (Finding("row_endless", {}),))


def _open(path: Path, encoding: str) -> IO[str]:
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    # newline="": the reader of records sees the line ends itself, so that those in quotes stay
    return path.open(encoding=encoding, errors="replace", newline="")


def _lines(stream: IO[str], has_nul: bool, skip_first: bool) -> Iterator[str]:
    if skip_first:
        stream.readline()
    return (line.replace("\x00", "") for line in stream) if has_nul else iter(stream)


def _records(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    reader = csv.reader(iter(lines), delimiter=separator)
    while True:
        try:
            yield from reader
            return
        except csv.Error:
            yield []


def _clean(record: list[str]) -> Iterator[Cell]:
    return iter(mend([value.strip() or None for value in record], ())[0])


def _separator_of(lines: list[str]) -> str:
    """The separator that cuts most rows into the same number of cells, preferring more cells."""
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = [len(record) for record in _records(lines[:200], separator) if any(map(str.strip, record))]
        if not widths:
            continue
        width, times = max(Counter(widths).items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width < 2:
            continue
        score = times / len(widths) * (1 + min(width, 20) / 20)
        if score > best_score * 1.05:
            best, best_score = separator, score
    return best


def _spread(path: Path, encoding: str, separator: str, width: int) -> Iterator[list[Cell]]:
    """Rows from all over a big file: a file sorted by date shows days above 12 only further down."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        for window in range(1, _WINDOWS + 1):
            stream.seek((size * window // (_WINDOWS + 1)) & ~3)  # whole letters of UTF-16 and UTF-32
            wide = encoding if encoding not in {"utf-16", "utf-32"} else encoding + "-le"
            text = stream.read(_WINDOW_BYTES).decode(wide, "replace")
            lines = io.StringIO(text.replace("\x00", ""), newline="").readlines()[1:-1]
            for record in _records(lines, separator):
                if len(record) == width:
                    yield list(_clean(record))


def _fit(values: list[Cell], flaws: list[Finding], width: int) -> tuple[list[Cell], list[Finding]]:
    """A row with too few or too many cells, made as wide as the table."""
    found = len(values)
    if found < width:
        flaws.append(Finding("row_short", {"found": found, "expected": width}))
        return values + [None] * (width - found), flaws
    if any(value is not None for value in values[width:]):
        flaws.append(Finding("row_long", {"found": found, "expected": width}))
    return values[:width], flaws


def _lost(values: list[Cell]) -> Finding:
    text = next((value for value in values if isinstance(value, str) and "\ufffd" in value), "")
    return Finding("letters_lost", {"text": text[:60]})
