"""Spreadsheets: true types, reports with titles, and files made to hurt."""

import io
import struct
import zipfile
import zlib
from datetime import date, datetime, time

import pytest

from grahak.connect.reading import inspect, rows
from grahak.connect.reading.tests.conftest import DATA, flaws, read, refusal, values, warned

LAST_CELL = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


def with_member(path, name, content):
    """The archive with one member replaced."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.infolist():
            archive.writestr(member.filename, content if member.filename == name else source.read(member))
    return path


def test_cells_keep_their_types(workbook):
    path = workbook(
        [
            ["Name", "Amount", "Phone", "Day", "Moment", "Paid", "At"],
            [
                "Mehta ",
                1250.5,
                919825012345,
                date(2026, 4, 1),
                datetime(2026, 4, 1, 9, 30),
                True,
                time(9, 30),
            ],
        ]
    )
    moment = datetime(2026, 4, 1, 9, 30)
    assert read(path) == [(2, ("Mehta", 1250.5, 919825012345, date(2026, 4, 1), moment, "TRUE", "09:30:00"))]
    found = inspect(path)
    assert (found.kind, found.sheets, found.sheet, found.rows_estimate) == ("xlsx", ("Sheet1",), "Sheet1", 1)
    assert [column.kind for column in found.columns][:5] == ["text", "number", "number", "date", "date"]


def test_the_first_sheet_with_anything_in_it_is_read_and_another_can_be_chosen(workbook):
    path = workbook({"Cover": [], "Sales": [["Party", "Amount"], ["Mehta", 5]], "Old": [["Party"], ["Vora"]]})
    found = inspect(path)
    assert (found.sheets, found.sheet) == (("Cover", "Sales", "Old"), "Sales")
    assert warned(path) == ["more_sheets"]
    assert values(path, sheet="Old") == [("Vora",)]
    assert refusal(path, sheet="Gone") == "sheet_missing"
    assert refusal(path, sheet="Cover") == "empty"


def test_hidden_sheets_are_left_alone(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Sales").append(["Party"])
    book["Sales"].append(["Mehta"])
    book.save(tmp_path / "a.xlsx")
    assert inspect(tmp_path / "a.xlsx").sheets == ("Sales",)


def test_row_numbers_are_those_of_the_sheet_even_below_gaps(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B3"] = "Kapasi Textiles"
    sheet.merge_cells("B3:D3")
    for cell, value in {"B5": "Party Name", "C5": "City", "B6": "Mehta", "C6": "Surat", "B9": "Vora"}.items():
        sheet[cell] = value
    book.save(tmp_path / "a.xlsx")
    found = inspect(tmp_path / "a.xlsx")
    assert found.header_row == 5
    assert read(tmp_path / "a.xlsx") == [(6, ("Mehta", "Surat")), (9, ("Vora", None))]
    assert list(rows(tmp_path / "a.xlsx", found, start=6)) == list(rows(tmp_path / "a.xlsx", found))[1:]


def test_a_formula_gives_its_saved_value_and_one_never_calculated_is_told(workbook):
    path = workbook([["Party", "Amount"], ["Mehta", "=2+3"]])
    assert values(path) == [("Mehta", None)]
    assert "formulas_unsaved" in warned(path)
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    with_member(
        path, "xl/worksheets/sheet1.xml", sheet.replace(b"<v />", b"<v>5</v>").replace(b"<v/>", b"<v>5</v>")
    )
    assert values(path) == [("Mehta", 5)]
    assert warned(path) == []


def test_text_like_a_formula_stays_text_and_is_flagged(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Party", "Note"])
    book.active.append(["Mehta", "x"])
    book.active["B2"].value = "=cmd|' /C calc'!A0"
    book.active["B2"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    assert values(tmp_path / "a.xlsx") == [("Mehta", "=cmd|' /C calc'!A0")]
    assert flaws(tmp_path / "a.xlsx") == {2: ["cell_formula"]}


def test_a_thousand_columns_are_too_many(workbook):
    assert (
        refusal(workbook([[f"c{number}" for number in range(1000)], list(range(1000))])) == "too_many_columns"
    )


def test_old_excel_files_are_read():
    found = inspect(DATA / "parties.xls")
    assert (found.kind, found.column_names) == ("xls", ("Party Name", "Mob No.", "Op. Bal.", "Since"))
    assert values(DATA / "parties.xls") == [
        ("શાહ એન્ડ કંપની", 9825012345, "12,500.00 Dr", date(2026, 4, 1)),
        ("Mehta Saree Centre", "098795-20418", 4500.5, date(2025, 4, 1)),
    ]


def test_a_workbook_with_a_password_says_so():
    assert refusal(DATA / "locked.xlsx") == "workbook_password"


def test_truncated_and_rubbish_workbooks_are_refused(workbook, written):
    whole = workbook([["Party", "Amount"], ["Mehta", 5]]).read_bytes()
    for length in (4, 100, len(whole) // 2, len(whole) - 30):
        assert refusal(written(whole[:length], "a.xlsx")) == "workbook_broken"
    assert refusal(written(b"PK\x03\x04" + b"rubbish" * 100, "a.xlsx")) == "workbook_broken"
    assert refusal(written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls")) == "workbook_broken"


def test_archives_that_are_no_spreadsheet_are_refused_by_kind(tmp_path):
    for name, code in (("word/document.xml", "is_document"), ("orders.csv", "is_archive")):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(name, "x")
        assert refusal(tmp_path / "a.zip") == code


def test_a_zip_bomb_is_refused_by_what_it_claims(workbook):
    path = workbook([["Party"], ["Mehta"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", b"\x00" * (90 * 1024 * 1024))
    assert path.stat().st_size < 200_000
    assert refusal(path) == "workbook_bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_counted_out(workbook):
    path = workbook([["Party"], ["Mehta"]])
    name = b"xl/media/big.bin"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name.decode(), b"\x00" * (90 * 1024 * 1024))
    content = bytearray(path.read_bytes())
    first_kilobyte = zlib.crc32(b"\x00" * 1000)
    local, central = content.find(name) - 30, content.rfind(name) - 46
    struct.pack_into("<I", content, local + 14, first_kilobyte)
    struct.pack_into("<I", content, local + 22, 1000)
    struct.pack_into("<I", content, central + 16, first_kilobyte)
    struct.pack_into("<I", content, central + 24, 1000)
    path.write_bytes(content)
    assert zipfile.ZipFile(path).getinfo(name.decode()).file_size == 1000
    assert len(zipfile.ZipFile(path).read(name.decode())) == 1000
    assert refusal(path) == "workbook_bomb"


def test_an_archive_of_countless_members_is_refused(tmp_path, settings):
    settings.GRAHAK_IMPORT_LIMITS = {"members": 50}
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(60):
            archive.writestr(f"xl/{number}", "")
    assert refusal(tmp_path / "a.xlsx") == "workbook_bomb"


def test_a_tiny_sheet_that_claims_its_last_cell_is_refused_and_we_live_on(workbook):
    path = with_member(workbook([["Party"], ["Mehta"]]), "xl/worksheets/sheet1.xml", LAST_CELL)
    assert path.stat().st_size < 6_000
    assert refusal(path) == "workbook_too_big"


def test_a_reader_closed_half_way_leaves_no_process_behind(workbook):
    path = workbook([["Party", "Amount"], *([f"P{number}", number] for number in range(3_000))])
    reading = rows(path, inspect(path))
    assert next(reading).values == ("P0", 0)
    reading.close()
    with pytest.raises(StopIteration):
        next(reading)


def test_a_web_page_saved_as_xls_is_read(written):
    page = """<html><head><meta charset="windows-1252"><style>td {}</style></head><body>
      <table><tr><td>Kapasi Textiles</td></tr></table><table><tr><td>From</td><td>To</td></tr></table>
      <table><tr><th>Party Name</th><th>City</th><th>Amount</th></tr>
      <tr><td>Mehta&nbsp;Sar&eacute;e<br>Centre</td><td>Surat<td>1,250.50</tr>
      <tr><td colspan="2">Vora &amp; Sons</td><td>7</td></tr><tr></tr>
      <tr><td>Grand Total</td><td></td><td>1,257.50</td></tr></table></body></html>"""
    path = written(page.encode("cp1252"), "report.xls")
    found = inspect(path)
    assert (found.kind, found.sheet, found.encoding) == ("html", "Table 2", "cp1252")
    assert read(path) == [
        (2, ("Mehta Sarée Centre", "Surat", "1,250.50")),
        (3, ("Vora & Sons", None, "7")),
        (5, ("Grand Total", None, "1,257.50")),
    ]
    assert flaws(path) == {5: ["row_total"]}
    assert inspect(path, sheet="Table 1", header_row=1).column_names == ("From", "To")
    assert refusal(written("<html><body><p>Please log in</p></body></html>", "a.xls")) == "not_text"
