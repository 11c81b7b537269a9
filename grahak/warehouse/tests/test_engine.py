"""The engine under the warehouse: capped memory, the rest through files."""

import pytest

from grahak.warehouse import lake


def test_what_does_not_fit_into_memory_goes_through_files(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "folder", lambda: tmp_path / "new" / "warehouse")
    with lake.engine() as engine:
        engine.execute("SET memory_limit = '60MB'")
        engine.execute(
            "CREATE TEMP TABLE big AS SELECT range AS n, hash(range)::VARCHAR AS h FROM range(2_000_000)"
        )
        engine.execute("CREATE TEMP TABLE sorted AS FROM big ORDER BY h")
        spilled = engine.execute("SELECT count(*) FROM duckdb_temporary_files()").fetchone()
        assert spilled is not None
        assert spilled[0] > 0
        assert engine.execute("SELECT count(*) FROM sorted").fetchone() == (2_000_000,)
