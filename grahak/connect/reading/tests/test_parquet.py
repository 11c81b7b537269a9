"""Parquet: types a cell can have, flat memory, and damaged files."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from grahak.connect.reading import detect_preset, inspect, rows
from grahak.connect.reading.tests.conftest import flaws, read, refusal, values


@pytest.fixture
def parquet(tmp_path):
    def write(query, name="orders.parquet"):
        path = tmp_path / name
        target = tmp_path / "written.parquet"
        duckdb.sql(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
        target.rename(path)
        return path

    return write


def test_every_type_comes_as_a_cell(parquet):
    path = parquet(
        """SELECT 7::TINYINT a, 1.50::DECIMAL(10,2) b, 2.5::DOUBLE c, ' Mehta ' d, DATE '2026-04-01' e,
        TIMESTAMP '2026-04-01 09:30:00' f, TIMESTAMPTZ '2026-04-01 09:30:00+05:30' g, true h, [1, 2] i,
        {'x': 1} j, TIME '09:30' k, 'NaN'::DOUBLE l, DATE '20000-01-01' m, 'infinity'::TIMESTAMP n,
        TIMESTAMP_NS '2026-04-01 09:30:00.000000001' o, 'abc'::BLOB p, NULL::VARCHAR q, '' r"""
    )
    assert read(path) == [
        (
            2,
            (
                7, Decimal("1.50"), 2.5, "Mehta", date(2026, 4, 1), datetime(2026, 4, 1, 9, 30),
                datetime(2026, 4, 1, 4, 0, tzinfo=UTC), "true", "[1, 2]", "{'x': 1}", "09:30:00", None, None,
                None, datetime(2026, 4, 1, 9, 30), "abc", None, None,
            ),
        )
    ]  # fmt: skip


def test_the_column_names_count_as_the_first_row_and_reading_resumes(parquet):
    path = parquet("SELECT i AS code, 'N' || i AS name FROM range(10000) t(i)")
    found = inspect(path)
    assert (found.kind, found.header_row, found.rows_estimate, found.rows_exact) == (
        "parquet",
        1,
        10_000,
        True,
    )
    everything = [(row.number, row.values) for row in rows(path, found)]
    assert everything[0] == (2, (0, "N0"))
    assert everything[-1] == (10_001, (9_999, "N9999"))
    assert [(row.number, row.values) for row in rows(path, found, start=9_000)] == everything[8_999:]


def test_names_with_quotes_and_patterns_do_no_harm(parquet):
    path = parquet("""SELECT 1 AS "a""b; DROP", 2 AS "a""b; drop " """, name="sales [2026]*.parquet")
    assert inspect(path).column_names == ('a"b; DROP', 'a"b; drop (2)')
    assert values(path) == [(1, 2)]


def test_formulas_and_guards_are_seen_in_text(parquet):
    path = parquet("SELECT '=1+1' AS name, '''=x' AS note, 'a' || chr(0) || 'b' AS other")
    assert values(path) == [("=1+1", "=x", "ab")]
    assert flaws(path) == {2: ["cell_formula"]}


def test_too_many_columns_or_rows_are_refused(parquet, settings):
    assert refusal(parquet("SELECT " + ", ".join(f"1 AS c{n}" for n in range(600)))) == "too_many_columns"
    settings.GRAHAK_IMPORT_LIMITS = {"rows": 10}
    assert refusal(parquet("SELECT i FROM range(11) t(i)")) == "too_many_rows"


def test_truncated_and_rubbish_files_are_refused(parquet, written):
    whole = parquet("SELECT i AS code, 'N' || i AS name FROM range(1000) t(i)").read_bytes()
    for length in (4, 50, len(whole) // 2, len(whole) - 1):
        assert refusal(written(whole[:length], "a.parquet")) == "parquet_broken"
    assert refusal(written(b"PAR1" + b"\x15\x04rubbish" * 200 + b"PAR1", "a.parquet")) == "parquet_broken"


ONLINE_RETAIL = Path(__file__).parents[5] / "shared/data/onlineretail/transactions.parquet"


@pytest.mark.shared
@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason="the folder of real data is not beside the project")
def test_the_real_online_retail_data_is_read_whole():
    found = inspect(ONLINE_RETAIL)
    preset = detect_preset(found.column_names)
    assert preset is not None
    assert (preset.code, found.rows_estimate) == ("online_retail", 541_909)
    places = {
        field: found.column(column).index for column, field in preset.mapping(found.column_names).items()
    }
    counted = Counter(
        str(row.values[places["order_number"]]).startswith(preset.options.cancelled_prefix)
        for row in rows(ONLINE_RETAIL, found)
    )
    assert counted == {False: 532_621, True: 9_288}
