"""Everything the reading of files has to tell people: a code, its values, and one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Level = Literal["refusal", "error", "skip", "warning"]

REFUSALS: Final[dict[str, StrOrPromise]] = {
    "missing": _("The file is not there any more. Please choose it again."),
    "empty": _("The file is empty."),
    "too_big": _("The file has {megabytes} MB; the limit is {limit} MB. Please split it."),
    "not_text": _("This is not a table: it is neither a spreadsheet nor text."),
    "is_pdf": _("This is a PDF. Please export the table as XLSX or CSV."),
    "is_picture": _("This is a picture. Please export the table as XLSX or CSV."),
    "is_document": _("This is a text document. Please export the table as XLSX or CSV."),
    "is_archive": _("This is a packed archive. Please unpack it and choose the table inside."),
    "is_xml": _("This is an XML file. Please export the same report as XLSX or CSV."),
    "is_json": _("This is a JSON file. Please export the same data as XLSX or CSV."),
    "is_database": _("This is a database file. Please export the table as XLSX or CSV."),
    "workbook_broken": _("The spreadsheet is damaged or cut off. Please save or download it again."),
    "workbook_password": _("The spreadsheet has a password. Please save a copy without it."),
    "workbook_bomb": _("The spreadsheet unpacks to far more than its size. It was not opened."),
    "workbook_too_big": _(
        "The spreadsheet needs too much memory: look for a stray cell far below or right of the table, "
        "or save it as CSV."
    ),
    "workbook_empty": _("No sheet of the spreadsheet has anything in it."),
    "sheet_missing": _("The spreadsheet has no sheet called “{sheet}”."),
    "parquet_broken": _("The Parquet file is damaged or cut off. Please save or download it again."),
    "too_many_columns": _("The table has {found} columns; the limit is {limit}. Please leave some out."),
    "too_many_rows": _("The table has {found} rows; the limit is {limit}. Please split it."),
    "line_endless": _("A line of the file never ends: this is not a table with rows."),
    "encoding_unknown": _("“{encoding}” is not a text encoding on offer."),
    "separator_unknown": _("“{separator}” cannot separate columns."),
    "header_missing": _("There is no row {row} to take the column names from."),
}
ROW_ERRORS: Final[dict[str, StrOrPromise]] = {
    "row_long": _(
        "The row has {found} cells, the table {expected} columns: is a quote or comma out of place?"
    ),
    "row_endless": _("A quote opens in this row and is not closed: the cell runs on for pages."),
}
ROW_SKIPS: Final[dict[str, StrOrPromise]] = {
    "row_total": _("“{text}” starts a row of totals: left out."),
}
WARNINGS: Final[dict[str, StrOrPromise]] = {
    "row_short": _("The row has {found} cells, the table {expected} columns: the rest is taken as empty."),
    "cell_cut": _("A cell in “{column}” is longer than {limit} letters and was cut."),
    "cell_formula": _("A cell in “{column}” looks like a formula. It is kept as text and never worked out."),
    "letters_lost": _("Some letters of the row could not be read: “{text}”."),
    "encoding_guessed": _("The letters look like {encoding}. If names look wrong, choose another."),
    "encoding_damaged": _("Some letters in the file are damaged and show as �."),
    "nul_bytes": _("The file has empty bytes in its text; they were left out."),
    "one_column": _("Everything stands in one column. If that is wrong, choose another separator."),
    "no_header": _("No row of column names was found; columns are called A, B, C."),
    "no_rows": _("There is nothing below the column names."),
    "title_rows": _("The rows above row {row} are taken as a title."),
    "names_repeated": _("More than one column is called “{column}”."),
    "dates_both_ways": _("“{column}” has dates with the day first and with the month first."),
    "numbers_both_ways": _("“{column}” has numbers with decimal points and with decimal commas."),
    "formulas_unsaved": _(
        "Some formulas have no saved result and are read as empty. Open the file, save it, retry."
    ),
    "more_sheets": _("The file has {count} sheets; one is read: “{sheet}”."),
    "named_otherwise": _("The file is called “{name}” but is really {kind}; it is read as that."),
}
_LEVELS: Final[dict[str, Level]] = {
    **dict.fromkeys(REFUSALS, "refusal"),
    **dict.fromkeys(ROW_ERRORS, "error"),
    **dict.fromkeys(ROW_SKIPS, "skip"),
    **dict.fromkeys(WARNINGS, "warning"),
}
SENTENCES: Final[dict[str, StrOrPromise]] = REFUSALS | ROW_ERRORS | ROW_SKIPS | WARNINGS


class Finding(NamedTuple):
    """Something to say about a file or a row. Store `code` and `params`; show `message`."""

    code: str
    params: dict[str, Any]

    @property
    def level(self) -> Level:
        """Error: the row cannot be used; skip: it is no row of data; warning: it is used all the same."""
        return _LEVELS[self.code]

    @property
    def message(self) -> StrOrPromise:
        return format_lazy(SENTENCES[self.code], **self.params)


class UnreadableFile(Exception):
    """The file as a whole cannot be read. `code` and `params` can be stored; `message` is for people."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def message(self) -> StrOrPromise:
        return format_lazy(REFUSALS[self.code], **self.params)

    def __str__(self) -> str:
        return str(self.message)
