"""`grahak` says what it can do, refuses what it cannot, and every setting is documented."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.operate.shop import ROOT, Shop

OPERATED = ("serve", "web", "worker", "backup", "restore", "doctor", "bench")


def test_alone_it_lists_our_commands_and_nothing_of_djangos(shop: Shop) -> None:
    said = shop.run()
    listed = re.findall(r"^  (\w+) {2,}(\S.+)$", said, re.MULTILINE)
    assert {name for name, _line in listed} >= {*OPERATED, "import", "key"}
    assert "makemigrations" not in said
    assert shop.run("--help") == said
    assert shop.run("help") == said


def test_an_unknown_command_is_refused_with_the_list(shop: Shop) -> None:
    said = shop.run("sevre", code=2)
    assert "grahak has no command “sevre”" in said
    assert "  serve " in said


@pytest.mark.parametrize("name", OPERATED)
def test_help_is_short_and_ours(shop: Shop, name: str) -> None:
    said = shop.run(name, "--help")
    assert f"usage: grahak {name}" in said
    assert "--settings" not in said
    assert "--pythonpath" not in said


def test_a_malformed_setting_stops_the_start_with_its_name(shop: Shop) -> None:
    assert "grahak: GRAHAK_UPLOAD_MB='many': write a whole number" in shop.run(
        "doctor", code=1, GRAHAK_UPLOAD_MB="many"
    )
    assert "DATABASE_URL: write postgres://" in shop.run("doctor", code=1, DATABASE_URL="mysql://shop")


def test_a_malformed_port_is_refused(shop: Shop) -> None:
    assert "99999 is no port" in shop.run("serve", "--port=99999", code=2)


def test_every_setting_that_is_read_is_documented() -> None:
    read: set[str] = set()
    for path in (ROOT / "grahak").rglob("*.py"):
        if "tests" in path.parts or "bench" in path.parts:
            continue
        text = path.read_text()
        read |= set(re.findall(r"""\b(?:text|flag|number|words)\(\s*["']([A-Z][A-Z_]+)["']""", text))
        read |= set(re.findall(r"""["'](GRAHAK_[A-Z_]+)["']""", text))
    read -= {
        "GRAHAK_SUPERVISED",
        "GRAHAK_TEST_DATABASE_URL",
        "GRAHAK_TEST_DATABASE_URL_",
    }  # ours; for the tests
    read -= {"GRAHAK_IMPORT_LIMITS"}  # of Django's settings, not of the environment
    guide = (ROOT / "docs" / "operate.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)`", guide, re.MULTILINE))
    assert len(read) > 10
    assert read - documented == set()
    assert documented - read == set()


def test_the_bench_lists_its_benches_and_refuses_others(shop: Shop) -> None:
    listed = {line.split()[0] for line in shop.run("bench", "--list").splitlines()}
    assert listed
    assert "no bench nothing; there are:" in shop.run("bench", "nothing", code=2)


def test_a_secret_may_come_from_a_file(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    shop.env["GRAHAK_SECRET_KEY_FILE"] = str(tmp_path / "secret")
    assert (
        shop.python("from django.conf import settings\nprint(json.dumps(settings.SECRET_KEY))")
        == "from a file"
    )


def test_version_is_one_line(shop: Shop) -> None:
    assert re.fullmatch(r"grahak \d+\.\d+\.\d+\n", shop.run("--version"))


def test_backup_reports_as_json(shop: Shop) -> None:
    made = json.loads(shop.run("backup", "--json"))
    assert set(made) == {"file", "bytes", "files", "version", "made_at", "business", "database"}
