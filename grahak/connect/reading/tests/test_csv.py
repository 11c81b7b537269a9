"""Separated text of every sort that shops send."""

import codecs

import pytest

from grahak.connect.reading import inspect, rows
from grahak.connect.reading.tests.conftest import flaws, read, refusal, values, warned

HINDI = "ग्राहक का नाम,शहर,बाकी\nमेहता साड़ी सेंटर,सूरत,१२५०\n"


def test_cells_come_stripped_and_numbered_as_a_spreadsheet_shows_them(written):
    path = written("Name , City\nMehta Saree ,  Surat\n\n,\nVora Silk,\n")
    assert read(path) == [(2, ("Mehta Saree", "Surat")), (5, ("Vora Silk", None))]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_cuts_all_rows_alike(written, separator):
    table = [
        ["Invoice", "Party", "Amount"],
        ["A-1", "Shah, & Co; Rajkot | old", "1,250.50"],
        ["A-2", "Vora", "3"],
    ]
    path = written("\n".join(separator.join(f'"{cell}"' for cell in line) for line in table))
    assert inspect(path).separator == separator
    assert values(path) == [tuple(line) for line in table[1:]]


def test_a_file_may_announce_its_separator_as_excel_does(written):
    path = written("sep=;\nName;City\nA,B,C;Surat\n")
    found = inspect(path)
    assert (found.separator, found.header_row) == (";", 1)
    assert read(path) == [(2, ("A,B,C", "Surat"))]


@pytest.mark.parametrize(
    ("encoding", "bom", "told"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32"),
    ],
)
def test_unicode_in_each_form_is_read(written, encoding, bom, told):
    path = written(bom + HINDI.encode(encoding))
    assert inspect(path).encoding == told
    assert inspect(path).column_names == ("ग्राहक का नाम", "शहर", "बाकी")
    assert values(path) == [("मेहता साड़ी सेंटर", "सूरत", "१२५०")]


def test_western_letters_of_windows_are_told_from_urdu_ones(written):
    western = written("Name,City\nCafé Müller,Zürich – £5\nJosé,Málaga\n".encode("cp1252"))
    assert inspect(western).encoding == "cp1252"
    assert values(western)[0] == ("Café Müller", "Zürich – £5")
    urdu = written(
        "نام,شہر\nشاہ سلک,کراچی\nمحمد اقبال,لاہور\n".replace("ی", "ي").replace("ہ", "ه").encode("cp1256")
    )
    assert inspect(urdu).encoding == "cp1256"
    assert values(urdu)[1] == ("محمد اقبال", "لاهور")
    assert warned(western) == ["encoding_guessed"]


def test_one_foreign_letter_far_down_still_decides_the_encoding(written):
    lines = [b"Name,City"] + [b"Mehta,Surat"] * 200_000 + ["Müller,Köln".encode("cp1252")]
    path = written(b"\n".join(lines))
    found = inspect(path)
    assert found.encoding == "cp1252"
    last = list(rows(path, found, start=200_000))
    assert [(row.number, row.values) for row in last] == [
        (200_001, ("Mehta", "Surat")),
        (200_002, ("Müller", "Köln")),
    ]


def test_a_cut_letter_in_good_unicode_is_shown_as_damage_in_its_row(written):
    good = "नाम,शहर\n" + "मेहता,सूरत\n" * 30
    path = written(good.encode() + b"\xe0\xa4,Rajkot\n")
    assert inspect(path).encoding == "utf-8"
    assert warned(path) == ["encoding_damaged"]
    assert flaws(path) == {32: ["letters_lost"]}


def test_an_encoding_chosen_by_a_person_is_taken(written):
    path = written("Name,City\nJosé,Cádiz\n".encode("cp1252"))
    assert inspect(path, encoding="cp1251").encoding == "cp1251"
    assert refusal(path, encoding="rot13") == "encoding_unknown"
    assert refusal(path, separator='"') == "separator_unknown"


def test_quotes_hold_line_ends_separators_and_quotes(written):
    path = written('Name,Note\r\n"Shah & ""Sons""","first\nsecond, third"\r\nVora,x\r\n')
    assert read(path) == [(2, ('Shah & "Sons"', "first\nsecond, third")), (3, ("Vora", "x"))]


def test_line_ends_may_be_mixed(written):
    path = written(b"Name,City\rMehta,Surat\r\nVora,Rajkot\nShah,Bhuj")
    assert read(path) == [(2, ("Mehta", "Surat")), (3, ("Vora", "Rajkot")), (4, ("Shah", "Bhuj"))]


def test_ragged_rows_are_errors_of_their_row_only(written):
    path = written("Name,City,Phone\nMehta,Surat\nVora,Rajkot,1,2,3\nShah,Bhuj,4,,\nGul,Agra,5\n")
    found = list(rows(path, inspect(path)))
    assert [row.values for row in found] == [
        ("Mehta", "Surat", None),
        ("Vora", "Rajkot", "1"),
        ("Shah", "Bhuj", "4"),
        ("Gul", "Agra", "5"),
    ]
    assert flaws(path) == {2: ["row_short"], 3: ["row_long"]}
    assert [flaw.level for row in found for flaw in row.flaws] == ["warning", "error"]
    assert str(found[1].flaws[0].message) == (
        "The row has 5 cells, the table 3 columns: is a quote or comma out of place?"
    )


def test_a_quote_never_closed_costs_its_cell_not_the_file(written):
    lines = [f"{number},Mehta,Surat" for number in range(20_000)]
    path = written(
        "Code,Name,City\n" + "\n".join(lines[:10]) + '\n10,"Vora,Rajkot\n' + "\n".join(lines[11:]) + "\n"
    )
    found = list(rows(path, inspect(path)))
    assert found[9].values == ("9", "Mehta", "Surat")
    assert [flaw.code for flaw in found[10].flaws] == ["row_endless"]
    assert found[-1].values == ("19999", "Mehta", "Surat")


def test_empty_bytes_are_left_out_and_told(written):
    path = written(b"Name,City\nMeh\x00ta,Surat\n")
    assert values(path) == [("Mehta", "Surat")]
    assert warned(path) == ["nul_bytes"]


def test_a_cell_longer_than_a_spreadsheet_holds_is_cut(written):
    path = written("Name,Note\nMehta," + "x" * 40_000 + "\n")
    assert len(values(path)[0][1]) == 32_767
    assert flaws(path) == {2: ["cell_cut"]}


def test_formulas_stay_text_and_our_own_guard_is_taken_off(written):
    path = written('Name,Note\n=1+1,\'=HYPERLINK(1)\n\'+923001234567,O\'Brien\n"=""00123""",x\n')
    assert values(path) == [("=1+1", "=HYPERLINK(1)"), ("+923001234567", "O'Brien"), ("00123", "x")]
    assert flaws(path) == {2: ["cell_formula"]}


def test_a_thousand_columns_are_too_many(written):
    path = written(",".join(f"c{number}" for number in range(1000)) + "\n" + ",".join("1" * 1000))
    assert refusal(path) == "too_many_columns"
    fine = written(",".join(f"c{number}" for number in range(512)) + "\n" + ",".join("1" * 512))
    assert len(inspect(fine).columns) == 512


def test_a_file_over_the_limit_is_refused_before_it_is_read(written, settings):
    settings.GRAHAK_IMPORT_LIMITS = {"file_bytes": 1024 * 1024}
    assert refusal(written(b"a,b\n" * 300_000)) == "too_big"
    settings.GRAHAK_IMPORT_LIMITS = {"line_bytes": 1024 * 1024}
    assert refusal(written(b"a,b" * 1_000_000)) == "line_endless"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b" , ,\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (bytes(range(256)) * 20, "not_text"),
        (b"\x00" * 5000, "not_text"),
        (b"%PDF-1.7 ...", "is_pdf"),
        (b"\x89PNG\r\n\x1a\n", "is_picture"),
        (b"\x1f\x8b\x08", "is_archive"),
        (b"SQLite format 3\x00", "is_database"),
        (b'[{"name": "Mehta"}]', "is_json"),
        (b'{"orders": []}', "is_json"),
        ("<ENVELOPE><TALLYMESSAGE/></ENVELOPE>".encode("utf-16"), "is_xml"),
        (b'<?xml version="1.0"?><Workbook/>', "is_xml"),
    ],
)
def test_what_is_no_table_is_refused_by_its_kind(written, content, code):
    assert refusal(written(content)) == code


def test_a_file_that_is_gone_is_refused(tmp_path, written):
    assert refusal(tmp_path / "none.csv") == "missing"
    assert refusal(tmp_path) == "missing"
    path = written("a,b\n1,2\n")
    found = inspect(path)
    path.unlink()
    assert refusal_of_rows(path, found) == "missing"


def refusal_of_rows(path, found):
    from grahak.connect.reading import UnreadableFile

    with pytest.raises(UnreadableFile) as caught:
        list(rows(path, found))
    return caught.value.code


def test_reading_goes_on_after_the_last_row_done(written):
    path = written("Name,City\n" + "".join(f"N{number},C\n" for number in range(50)))
    found = inspect(path)
    everything = list(rows(path, found))
    for done in (0, 1, 2, 17, 51):
        assert list(rows(path, found, start=done)) == [row for row in everything if row.number > done]
    assert list(rows(path, found, start=99)) == []


def test_one_column_is_read_and_doubted(written):
    path = written("Email\namina@kapasi.example\nbilal@shaikh.example\n")
    assert values(path) == [("amina@kapasi.example",), ("bilal@shaikh.example",)]
    assert warned(path) == ["one_column"]


def test_a_name_that_lies_about_the_kind_is_told(written):
    path = written("a,b\n1,2\n", name="orders.xlsx")
    assert inspect(path).kind == "csv"
    assert "named_otherwise" in warned(path)


def test_an_inspection_survives_being_stored(written):
    path = written("Name,Since\nMehta,23/04/2026\n=x,1\n")
    found = inspect(path)
    again = type(found).from_json(found.as_json())
    assert again == found
    assert list(rows(path, again)) == list(rows(path, found))
