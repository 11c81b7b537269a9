"""Web pages saved as .xls, as many Indian billing programs and portals export: the tables of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from grahak.connect.reading.cells import mend, starts_totals
from grahak.connect.reading.encoding import OFFERED, text_facts
from grahak.connect.reading.limits import MEBIBYTE, limits
from grahak.connect.reading.messages import Finding, UnreadableFile
from grahak.connect.reading.shapes import Cell, Choices, Glance, Inspection, Row

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{3,20})", re.IGNORECASE)
_NAMES = {"windows-1252": "cp1252", "iso-8859-1": "cp1252", "windows-1256": "cp1256", "utf-16": "utf-16"}
_PIECE = 256 * 1024
_WIDEST_SPAN = 64


def glance(path: Path, choices: Choices) -> Glance:
    """First sight of a page with tables; the one with most cells is taken. Raises UnreadableFile if none."""
    size = path.stat().st_size
    if size > limits().html_bytes:
        most = limits().html_bytes // MEBIBYTE
        raise UnreadableFile("too_big", megabytes=-(-size // MEBIBYTE), limit=most)
    encoding = choices.encoding or _declared(path)
    facts = text_facts(path, encoding)
    tables = _tables(path, facts.encoding)
    if not tables:
        raise UnreadableFile("not_text")
    names = tuple(f"Table {number}" for number in range(1, len(tables) + 1))
    if choices.sheet is not None:
        if choices.sheet not in names:
            raise UnreadableFile("sheet_missing", sheet=choices.sheet[:60])
        chosen = names.index(choices.sheet)
    else:
        chosen = max(range(len(tables)), key=lambda index: sum(map(len, tables[index])))
    table = tables[chosen]
    widest = max(map(len, table), default=0)
    if widest > limits().columns:
        raise UnreadableFile("too_many_columns", found=widest, limit=limits().columns)
    warnings = []
    if len(tables) > 1:
        warnings.append(Finding("more_sheets", {"count": len(tables), "sheet": names[chosen]}))
    return Glance(
        head=table[:400],
        spread=table[400 :: max(1, len(table) // 2_000)],
        rows=len(table),
        rows_exact=True,
        encoding=facts.encoding,
        sheets=names,
        sheet=names[chosen],
        damaged=facts.damaged,
        warnings=tuple(warnings),
    )


def rows(path: Path, found: Inspection, start: int) -> Iterator[Row]:
    """The rows after number START of the chosen table."""
    names, width = found.column_names, len(found.columns)
    table = _tables(path, found.encoding)[found.sheets.index(found.sheet)]
    skipped = max(start, found.header_row)
    for number, cells in enumerate(table[skipped:], skipped + 1):
        values, flaws = mend(cells[:width], names)
        if not any(value is not None for value in values):
            continue
        if total := starts_totals(values):
            flaws.append(total)
        elif any(cell is not None for cell in cells[width:]):
            flaws.append(Finding("row_long", {"found": len(cells), "expected": width}))
        yield Row(number, tuple(values) + (None,) * (width - len(values)), tuple(flaws))


def _declared(path: Path) -> str | None:
    with path.open("rb") as stream:
        found = _CHARSET.search(stream.read(4096))
    if not found:
        return None
    name = found[1].decode("ascii").lower()
    name = _NAMES.get(name, name)
    return name if name in OFFERED and not name.startswith("utf-") else None


def _tables(path: Path, encoding: str) -> list[list[list[Cell]]]:
    reader = _TableReader()
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=name, errors="replace") as stream:
        while piece := stream.read(_PIECE):
            reader.feed(piece.replace("\x00", ""))
    reader.close()
    reader.end_table()
    return [table for table in reader.tables if any(len(row) > 1 for row in table)] or [
        table for table in reader.tables if table
    ]


class _TableReader(HTMLParser):
    """Collects the text of cells; an inner table counts as a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self._open: list[list[list[Cell]]] = []
        self._text: list[str] | None = None
        self._span = 1
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self._open.append([])
        elif tag == "tr":
            self._end_cell()
            self._table().append([])
        elif tag in {"td", "th"}:
            self._end_cell()
            self._text = []
            span = dict(attrs).get("colspan") or "1"
            self._span = (
                min(int(span), _WIDEST_SPAN) if span.isascii() and span.isdigit() and len(span) < 5 else 1
            )
        elif tag in {"script", "style"}:
            self._silent = True
        elif tag in {"br", "p", "div"} and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table":
            self.end_table()
        elif tag in {"script", "style"}:
            self._silent = False

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._silent:
            self._text.append(data)

    def end_table(self) -> None:
        self._end_cell()
        if self._open:
            self.tables.append(self._open.pop())

    def _table(self) -> list[list[Cell]]:
        if not self._open:
            self._open.append([])
        return self._open[-1]

    def _end_cell(self) -> None:
        if self._text is None:
            return
        table = self._table()
        if not table:
            table.append([])
        text = " ".join("".join(self._text).split())
        table[-1].append(text or None)
        table[-1].extend([None] * (max(1, self._span) - 1))
        self._text = None
