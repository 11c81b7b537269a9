"""One command starts everything, anywhere, and stops it cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

import pytest

from grahak.config import start
from grahak.config.supervise import Child
from tests.operate.shop import Running, Shop, free_port, get, have_ended, watch


def test_serve_starts_from_an_empty_folder_answers_and_stops_with_all_its_processes(empty_shop: Shop) -> None:
    port = free_port()
    serve = empty_shop.start("serve", PORT=str(port))
    serve.wait_for("database brought up to date")
    serve.wait_for("ready in")
    children = serve.children()
    handles = watch(children.values())
    status, _headers, body = get(f"http://127.0.0.1:{port}/healthz")
    health = json.loads(body)
    assert (status, health["ok"], health["database"], health["migrations_waiting"]) == (
        200,
        True,
        "sqlite",
        False,
    )
    assert get(f"http://127.0.0.1:{port}/")[0] == 200
    assert sorted(children) == ["web", "worker"]
    assert serve.stop() == 0
    assert have_ended(handles)
    assert (empty_shop.folder / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_second_start_neither_migrates_nor_builds(shop: Shop) -> None:
    (shop.folder / "static" / "STAMP").unlink()
    first = shop.start("serve", PORT=str(free_port()))
    first.wait_for("screens' files built")
    first.wait_for("ready in")
    assert first.stop() == 0
    second = shop.start("serve", PORT=str(free_port()))
    second.wait_for("ready in")
    assert second.stop() == 0
    said = "\n".join(second.rest())
    assert "brought up to date" not in said
    assert "files built" not in said


def test_the_screens_files_may_be_kept_for_a_year_because_their_names_carry_their_content(shop: Shop) -> None:
    port = free_port()
    serve = shop.start("serve", "--port", str(port))
    serve.wait_for("ready in")
    page = get(f"http://127.0.0.1:{port}/setup/")[2].decode()
    addresses = [part.split('"')[0] for part in page.split('"/static/')[1:]]
    answers = {address: get(f"http://127.0.0.1:{port}/static/{address}") for address in addresses}
    serve.stop()
    sheet = next(body for address, (_s, _h, body) in answers.items() if address.startswith("css/app."))
    assert {status for status, _headers, _body in answers.values()} == {200}
    assert {headers["cache-control"] for _s, headers, _b in answers.values()} == {"max-age=31536000"}
    assert b"@import" not in sheet


def test_listening_everywhere_prints_an_address_and_a_code_for_the_phone(shop: Shop) -> None:
    port = free_port()
    serve = shop.start("serve", HOST="0.0.0.0", PORT=str(port))
    serve.wait_for(f"this computer  http://127.0.0.1:{port}/")
    address = serve.wait_for(rf"phones nearby  (http://[\d.]+:{port}/)")[1]
    serve.wait_for("█▀▀▀▀▀█|▄▄▄▄▄")
    assert get(address + "healthz")[0] == 200
    serve.stop()


def test_a_taken_port_is_refused_with_the_cure(shop: Shop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = shop.run("serve", PORT=str(port), code=2)
    assert f"cannot listen at 127.0.0.1:{port}" in said
    assert "choose another with PORT= or --port" in said


def test_killing_serve_takes_its_processes_with_it(shop: Shop) -> None:
    serve = shop.start("serve", PORT=str(free_port()))
    serve.wait_for("ready in")
    handles = watch(serve.children().values())
    serve.stop(signal.SIGKILL)
    assert have_ended(handles)


def test_a_killed_web_or_worker_is_started_again(shop: Shop) -> None:
    port = free_port()
    serve = shop.start("serve", PORT=str(port))
    serve.wait_for("ready in")
    before = serve.children()
    os.kill(before["worker"], signal.SIGKILL)
    assert serve.wait_for('"part": "(\\w+)"')[1] == "worker"
    os.kill(before["web"], signal.SIGKILL)
    assert serve.wait_for('"part": "(\\w+)"')[1] == "web"
    serve.wait_for("took over")
    after = serve.children()
    assert sorted(after) == ["web", "worker"]
    assert after["worker"] != before["worker"]
    serve.stop()


def test_a_process_that_dies_at_once_is_started_again_after_a_while_that_grows(shop: Shop) -> None:
    died: list[int] = []
    child = Child("web", ["version"], shop.env, again=lambda pid: died.append(pid) or [])
    waits = []
    child.start()
    for _turn in range(4):
        first = child.process
        assert first is not None
        first.wait()
        child.look()
        assert child.process is None
        waits.append(child.wait)
        child.due_at = 0
        child.look()
        assert died[-1] == first.pid
    child.end(60)
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_processes_started_together_do_not_get_into_each_others_way(empty_shop: Shop) -> None:
    source = "from grahak.config import start\nprint(json.dumps(start.prepare()))"
    words = [sys.executable, "-c", f"import json, django\ndjango.setup()\n{source}"]
    both = [Running(words, empty_shop.env, empty_shop.folder) for _ in range(2)]
    done = sorted(json.loads(running.rest()[-1]) for running in both)
    assert [running.process.wait() for running in both] == [0, 0]
    assert done[0] == []
    assert "screens' files built" in done[1]


@pytest.mark.django_db
def test_preparing_twice_does_nothing_the_second_time(settings: object, tmp_path: object) -> None:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    settings.STATIC_ROOT = tmp_path / "static"  # type: ignore[attr-defined,operator]
    start.compile_catalogues()
    assert start.prepare() == ["screens' files built"]
    assert start.prepare() == []
