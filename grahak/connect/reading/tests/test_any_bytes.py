"""Whatever bytes come, they end in rows or in UnreadableFile."""

import os
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.connect.reading import Row, UnreadableFile, inspect, match_columns, rows
from grahak.connect.reading.tests.conftest import DATA

quiet = settings(
    max_examples=int(os.environ.get("GRAHAK_FUZZ_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BEGINNINGS = [b"%PDF", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\xff\xfe"]
TABLES = st.lists(
    st.lists(st.text(alphabet="aé१,;\t|\"\r\n\x00='0.-/ ", max_size=6), min_size=1, max_size=4), max_size=6
)


def ends_well(path: Path) -> bool:
    """Read all; True for rows, False for a refusal; anything else is the bug we look for."""
    try:
        found = inspect(path)
        assert type(found).from_json(found.as_json()).columns == found.columns
        match_columns(found.column_names, found.samples, "orders")
        last = found.header_row
        for row in rows(path, found):
            assert isinstance(row, Row)
            assert len(row.values) == len(found.columns)
            assert row.number > last
            assert "" not in row.values
            text = "".join(map(str, row.values))
            assert "\x00" not in text
            assert text.encode()
            last = row.number
    except UnreadableFile as error:
        assert str(error)
        return False
    return True


@given(st.binary(max_size=600) | st.text(max_size=300).map(str.encode))
@quiet
def test_any_bytes(tmp_path, content):
    path = tmp_path / "any"
    path.write_bytes(content)
    ends_well(path)


@given(TABLES, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n", "\r"]))
@quiet
def test_any_text_with_separators_quotes_and_line_ends(tmp_path, table, separator, end):
    path = tmp_path / "any.csv"
    path.write_bytes(end.join(separator.join(line) for line in table).encode())
    ends_well(path)


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
@quiet
def test_any_bytes_behind_a_known_beginning(tmp_path, magic, content):
    path = tmp_path / "any"
    path.write_bytes(magic + content)
    ends_well(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One good file of each kind, as bytes."""
    folder = tmp_path_factory.mktemp("whole")
    duckdb.sql(
        f"COPY (SELECT i, 'näme ' || i AS n, DATE '2026-01-01' + i::INT AS d FROM range(50) t(i)) "
        f"TO '{folder / 'a.parquet'}' (FORMAT parquet)"
    )
    book = openpyxl.Workbook()
    for number in range(20):
        book.active.append([number, f"näme {number}", 1.5])
    book.save(folder / "a.xlsx")
    page = "<table>" + "".join(f"<tr><td>{number}<td>x</tr>" for number in range(20)) + "</table>"
    return {
        "parquet": (folder / "a.parquet").read_bytes(),
        "xlsx": (folder / "a.xlsx").read_bytes(),
        "xls": (DATA / "parties.xls").read_bytes(),
        "html": page.encode(),
        "csv": "\n".join(f"{number};näme {number};1,5" for number in range(20)).encode("cp1252"),
    }


@given(
    st.sampled_from(["parquet", "xlsx", "xls", "html", "csv"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12),
    st.floats(0.5, 1),
)
@quiet
def test_good_files_with_some_bytes_spoilt_or_the_end_cut_off(tmp_path, whole, kind, changes, kept):
    content = bytearray(whole[kind])
    for place, byte in changes:
        content[min(int(place * len(content)), len(content) - 1)] = byte
    path = tmp_path / "spoilt"
    path.write_bytes(content[: int(len(content) * kept) if kept < 0.9 else None])
    ends_well(path)


def test_the_good_files_are_good(tmp_path, whole):
    for kind, content in whole.items():
        path = tmp_path / kind
        path.write_bytes(content)
        assert ends_well(path)
