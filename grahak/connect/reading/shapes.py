"""What reading a file gives: the inspection of the whole, and rows of cells."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from grahak.connect.reading.messages import Finding
from grahak.core.parsing.numbers import DecimalMark

Cell = str | int | float | Decimal | datetime | date | None
Kind = Literal["csv", "xlsx", "xlsb", "xls", "ods", "parquet", "html"]
ColumnKind = Literal["text", "number", "date", "blank"]


class Row(NamedTuple):
    """One row. `number` is its number in the file as a spreadsheet shows it (the first row is 1)."""

    number: int
    values: tuple[Cell, ...]
    flaws: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column: `name` is unique in the file and keys mappings; `title` is what stands in the file."""

    index: int
    name: str
    title: str
    kind: ColumnKind = "text"
    decimal_mark: DecimalMark | None = None
    day_first: bool | None = None


@dataclass(frozen=True)
class Inspection:
    """All that `rows` needs to read the file again, and what a person wants to see before saying yes.

    `header_row` is the row of the column names as a spreadsheet counts, 0 if there is none. `rows_estimate`
    counts the rows below it, exactly where `rows_exact`.
    """

    kind: Kind
    name: str
    size: int
    columns: tuple[Column, ...]
    header_row: int
    rows_estimate: int
    rows_exact: bool
    encoding: str = ""
    separator: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    damaged: bool = False  # letters were lost in decoding
    has_nul: bool = False
    hidden_lines: int = 0  # a first line "sep=;" that spreadsheets do not show
    samples: tuple[Row, ...] = ()
    warnings: tuple[Finding, ...] = field(default=())

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called NAME; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """For a JSON field: everything, with cells of samples as text or plain numbers."""
        plain = asdict(replace(self, samples=(), warnings=()))
        plain["samples"] = [[row.number, [_plain(cell) for cell in row.values]] for row in self.samples]
        plain["warnings"] = [[finding.code, finding.params] for finding in self.warnings]
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Inspection:
        """What `as_json` gave; days and decimals in samples come back as text."""
        return cls(
            **data
            | {
                "columns": tuple(Column(**column) for column in data["columns"]),
                "sheets": tuple(data["sheets"]),
                "samples": tuple(Row(number, tuple(values)) for number, values in data["samples"]),
                "warnings": tuple(Finding(code, params) for code, params in data["warnings"]),
            }
        )


@dataclass(frozen=True)
class Glance:
    """What a kind of file tells at first sight, before header and columns are known.

    `head` holds the first rows, gaps included (index + 1 is the row's number); `spread` holds rows from all
    over the file, to judge columns by; `names` are given by files that know their columns (Parquet).
    """

    head: list[list[Cell]]
    spread: list[list[Cell]]
    rows: int
    rows_exact: bool
    names: tuple[str, ...] | None = None
    first_column: int = 0  # 1 if the table starts in column B
    encoding: str = ""
    separator: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    damaged: bool = False
    has_nul: bool = False
    hidden_lines: int = 0
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What a person has decided instead of us; None where nothing was decided."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_row: int | None = None


def _plain(cell: Cell) -> str | int | float | None:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell
