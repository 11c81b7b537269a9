"""Small parts of operating: health, the number of a request, the style sheet in one piece, the frame of the benches."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from grahak.config import address
from grahak.config.bench import frame
from grahak.config.static import bundled
from grahak.core import health, heartbeat
from grahak.core.models import Business, Setting, User
from tests.operate.shop import Shop


@pytest.fixture(autouse=True)
def _look_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated_until", 0.0)


@pytest.mark.django_db
def test_health_tells_whether_a_worker_lives() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["worker"], answer.json()["worker_seen_seconds_ago"]) == (
        200,
        "silent",
        None,
    )
    heartbeat.beat(["jobs"])
    assert Client().get("/healthz").json()["worker"] == "alive"
    Setting.objects.update(updated_at=timezone.now() - dt.timedelta(seconds=90))
    late = Client().get("/healthz").json()
    assert (late["worker"], late["ok"]) == ("silent", True)
    assert 90 <= late["worker_seen_seconds_ago"] <= 95


@pytest.mark.django_db
def test_health_is_503_while_migrations_wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'connect'")
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["migrations_waiting"]) == (503, True)


@pytest.mark.django_db
def test_health_is_503_and_says_nothing_more_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise DatabaseError("password=secret")

    monkeypatch.setattr(health, "connection", SimpleNamespace(cursor=away))
    fit, known = health.facts()
    assert (fit, known["database"]) == (False, "down")
    assert "secret" not in json.dumps(known)


@pytest.mark.django_db
def test_a_request_has_a_number_and_takes_over_a_wellformed_one(business: Business) -> None:
    assert len(Client().get("/login/").headers["X-Request-ID"]) == 12
    assert (
        Client().get("/login/", headers={"X-Request-ID": "proxy-12345"}).headers["X-Request-ID"]
        == "proxy-12345"
    )
    forged = Client().get("/login/", headers={"X-Request-ID": "a b\tc" * 30}).headers["X-Request-ID"]
    assert len(forged) == 12


@pytest.mark.django_db
def test_a_fault_shows_its_number_and_is_logged_under_it(
    as_amina: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("grahak.core.views.shell.facts", broken)
    as_amina.raise_request_exception = False
    with caplog.at_level(logging.ERROR, "grahak.requests"):
        answer = as_amina.get("/healthz?phone=9825012345", headers={"X-Request-ID": "fault-0001"})
    assert answer.status_code == 500
    assert "fault-0001" in answer.content.decode()
    line = next(record for record in caplog.records if record.name == "grahak.requests")
    assert (line.getMessage(), line.path, line.status) == ("request failed", "/healthz", 500)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_slow_request_is_logged_with_who_and_without_what_was_asked(
    as_amina: Client, amina: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SLOW_REQUEST = 0.0
    with caplog.at_level(logging.WARNING, "grahak.requests"):
        as_amina.get("/customers/?q=9825012345")
    line = next(record for record in caplog.records if record.name == "grahak.requests")
    assert (line.getMessage(), line.person) == ("slow request", amina.pk)  # type: ignore[attr-defined]
    assert "9825012345" not in json.dumps(vars(line), default=str)


def test_the_style_sheet_is_put_together_with_its_layers_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "css" / "parts").mkdir(parents=True)
    (tmp_path / "css" / "app.css").write_text(
        '@layer base;\n@import "parts/a.css" layer(base);\n@import "../fonts.css";\n'
    )
    (tmp_path / "css" / "parts" / "a.css").write_text('.a { background: url("../../dot.svg") }')
    (tmp_path / "fonts.css").write_text("@font-face { src: url(fonts/one.woff2), url('data:x') }")
    assert bundled(tmp_path, "css/app.css") == (
        '@layer base;\n@layer base {\n.a { background: url("../dot.svg") }\n}\n'
        "@font-face { src: url(\"../fonts/one.woff2\"), url('data:x') }\n"
    )


def test_a_style_sheet_that_imports_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text('@import "b.css";')
    (tmp_path / "b.css").write_text('@import "a.css";')
    with pytest.raises(ValueError, match="imports itself"):
        bundled(tmp_path, "a.css")


def test_a_case_gets_its_ratio_and_its_growth_from_the_smallest_size() -> None:
    smallest: dict[str, tuple[float, float]] = {}
    cases: Iterator[dict[str, Any]] = iter(
        [
            {"case": "list", "size": 1000, "value": 10, "unit": "ms", "reference": "bare", "reference_value": 5},
            {"case": "list", "size": 1_000_000, "value": 14, "unit": "ms", "reference": "bare", "reference_value": 4,
             "target": {"ratio": ("<=", 3), "growth": ("<=", 1.5)}},
            {"case": "rate", "size": 5, "value": 3, "unit": "rows/s"},
        ]
    )  # fmt: skip
    first, second, third = (frame.completed("pages", case, smallest) for case in cases)
    assert {field: first[field] for field in frame.FIELDS} == {
        "bench": "pages", "case": "list", "size": 1000, "value": 10, "unit": "ms", "reference": "bare",
        "reference_value": 5, "ratio": 2, "growth": 1,
    }  # fmt: skip
    assert (second["ratio"], second["growth"], second["kept"]) == (3.5, 1.4, False)
    assert (third["ratio"], third["growth"], third["kept"]) == (None, 1, None)


def test_a_case_with_a_field_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="valeu"):
        frame.completed("pages", {"case": "a", "size": 1, "value": 1, "unit": "ms", "valeu": 1}, {})


def test_a_bench_works_on_a_database_of_its_own_and_finds_it_filled_the_next_time(shop: Shop) -> None:
    told = shop.python(
        "from django.core.management import call_command\n"
        "from grahak.config.bench import frame\n"
        "from grahak.core.models import Branch, Setting\n"
        "told = []\n"
        "for _turn in range(3):\n"
        "    with frame.scratch('try') as fresh:\n"
        "        told.append([fresh, Branch.objects.count()])\n"
        "        if fresh:\n"
        "            Branch.objects.create(name='Bench')\n"
        "        if len(told) == 2:\n"
        "            frame.filled('try')\n"
        "print(json.dumps([told, Branch.objects.count()]))"
    )
    assert told == [[[True, 0], [True, 0], [False, 1]], 0]


@pytest.mark.parametrize(
    ("host", "near", "nearby"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/", False),
        ("0.0.0.0", "http://127.0.0.1:8000/", True),
        ("::1", "http://[::1]:8000/", False),
    ],
)
def test_addresses_are_written_as_one_types_them(host: str, near: str, nearby: bool) -> None:
    assert address.url(host, 8000) == near
    assert bool(address.url_nearby(host, 8000)) <= nearby
