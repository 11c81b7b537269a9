"""Files written for a test, and what reading them gave."""

from pathlib import Path

import pytest

from grahak.connect.reading import UnreadableFile, inspect, rows

DATA = Path(__file__).parent / "data"


@pytest.fixture
def written(tmp_path):
    """Write bytes (or text in UTF-8) under a name and give the path."""

    def write(content, name="orders.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def workbook(tmp_path):
    """Write rows, or rows per sheet, into an XLSX and give the path."""
    import openpyxl

    def write(content, name="orders.xlsx"):
        sheets = content if isinstance(content, dict) else {"Sheet1": content}
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in sheets.items():
            sheet = book.create_sheet(title)
            for line in lines:
                sheet.append(line)
        path = tmp_path / name
        book.save(path)
        return path

    return write


def read(path, found=None, **choices):
    """(number, values) of all rows."""
    found = found or inspect(path, **choices)
    return [(row.number, row.values) for row in rows(path, found)]


def values(path, **choices):
    return [row for _number, row in read(path, **choices)]


def flaws(path, **choices):
    """{row number: [codes]} of the rows that have flaws."""
    found = inspect(path, **choices)
    return {row.number: [flaw.code for flaw in row.flaws] for row in rows(path, found) if row.flaws}


def warned(path, **choices):
    found = inspect(path, **choices).warnings
    assert all(str(finding.message) for finding in found)
    return [finding.code for finding in found]


def refusal(path, **choices):
    """The code with which a file is refused, by looking or by reading."""
    with pytest.raises(UnreadableFile) as caught:
        for _row in rows(path, inspect(path, **choices)):
            pass
    assert str(caught.value)
    return caught.value.code
