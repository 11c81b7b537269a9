"""Which row names the columns, and what each column holds."""

import pytest

from grahak.connect.reading import inspect
from grahak.connect.reading.tests.conftest import flaws, values, warned

TALLY = """Kapasi Textiles
Ring Road, Surat
GSTIN: 24AABCU9603R1ZM
Sales Register
1-Apr-2026 to 31-Mar-2027

Date,Particulars,Vch Type,Vch No.,Debit,Credit
1-Apr-2026,Mehta Saree Centre,Sales,KT/1,"4,82,500.00",
2-Apr-2026,शाह एंड कंपनी,Sales,KT/2,"12,500.00",
3-Apr-2026,Vora Silk Mills,Credit Note,CN/1,,"1,200.00"
,Grand Total,,,"4,95,000.00","1,200.00"
"""


def test_a_tally_report_is_read_below_its_titles_and_above_its_totals(written):
    path = written(TALLY)
    found = inspect(path)
    assert (found.header_row, found.rows_estimate) == (7, 4)
    assert found.column_names == ("Date", "Particulars", "Vch Type", "Vch No.", "Debit", "Credit")
    assert warned(path) == ["title_rows"]
    assert values(path)[1] == ("2-Apr-2026", "शाह एंड कंपनी", "Sales", "KT/2", "12,500.00", None)
    assert flaws(path) == {11: ["row_total"]}


def test_the_same_report_as_a_workbook_with_merged_titles(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for line in TALLY.splitlines():
        sheet.append(next(__import__("csv").reader([line]), []))
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A5:F5")
    book.save(tmp_path / "a.xlsx")
    assert inspect(tmp_path / "a.xlsx").header_row == 7


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Name,City\nMehta,Surat\n", 1),
        ("\n\nName,City\nMehta,Surat\n", 3),
        ("Stock list 2026\nfoo,bar,baz\nMehta,Surat,1\nVora,Rajkot,2\n", 2),
        ("Mehta,9825012345,12.50\nVora,9879520418,7\n", 0),
        ("amina@x.com\nbilal@x.com\n", 0),
        ("گاہک کا نام,شہر\nمحمد اقبال,کراچی\n", 1),
        ("ગ્રાહકનું નામ;મોબાઇલ\nશાહ;9825012345\n", 1),
        ("Name\n", 1),
        ("2024,2025,2026\n1,2,3\n", 0),
    ],
)
def test_the_header_is_found_where_it_stands_if_it_stands(written, text, row):
    assert inspect(written(text)).header_row == row


def test_a_person_can_name_the_header_row_or_say_there_is_none(written):
    path = written("Name,City\nMehta,Surat\n")
    assert inspect(path, header_row=0).column_names == ("Column A", "Column B")
    assert values(path, header_row=0) == [("Name", "City"), ("Mehta", "Surat")]
    assert inspect(path, header_row=2).column_names == ("Mehta", "Surat")
    assert "no_header" in warned(path, header_row=0)
    assert "no_rows" in warned(path, header_row=2)


def test_columns_get_names_of_their_own(written):
    path = written('Name,Amount,,AMOUNT,"Multi\nline"\na,1,x,2,3\nb,1,x,2,3\n')
    assert inspect(path).column_names == ("Name", "Amount", "Column C", "AMOUNT (2)", "Multi line")
    assert warned(path) == ["names_repeated"]


def test_a_row_with_a_comma_too_many_adds_no_column(written):
    path = written("Name,City\n" + "Mehta,Surat\n" * 30 + "Vora,Rajkot,extra\n")
    assert len(inspect(path).columns) == 2


def kinds(path):
    return {
        column.name: (column.kind, column.decimal_mark, column.day_first) for column in inspect(path).columns
    }


def test_columns_tell_their_decimal_mark_and_the_order_of_their_dates(written):
    path = written(
        "Name;Euro;Rupee;Day first;Month first;Unclear;Code;Nothing\n"
        "Mehta;1.234,50;1,23,456.50;03/04/2026;04/03/2026;03/04/2026;0012;\n"
        "Vora;7,5;3 lakh;23/04/2026;04/23/2026;04/05/2026;0013;\n"
    )
    assert kinds(path) == {
        "Name": ("text", None, None),
        "Euro": ("number", ",", None),
        "Rupee": ("number", ".", None),
        "Day first": ("date", None, True),
        "Month first": ("date", None, False),
        "Unclear": ("date", None, None),
        "Code": ("text", None, None),
        "Nothing": ("blank", None, None),
    }


def test_contradictions_within_a_column_are_told(written):
    path = written("Day,Amount\n" + '23/04/2026,"1,5"\n04/23/2026,1.5\n' * 3)
    assert warned(path) == ["dates_both_ways", "numbers_both_ways"]


def test_days_above_twelve_are_found_far_down_in_a_file_sorted_by_date(written):
    lines = [f"{number},01/12/2025 8:26" for number in range(60_000)]
    lines += [f"{number},23/12/2025 8:26" for number in range(60_000, 120_000)]
    path = written("Invoice,Date\n" + "\n".join(lines) + "\n")
    found = inspect(path)
    assert found.column("Date").day_first is True
    assert found.rows_estimate == 120_000


def test_samples_are_the_first_filled_rows(written):
    path = written("Name\n\n" + "".join(f"N{number}\n" for number in range(40)))
    samples = inspect(path).samples
    assert [(row.number, row.values) for row in samples[:2]] == [(3, ("N0",)), (4, ("N1",))]
    assert len(samples) == 20
