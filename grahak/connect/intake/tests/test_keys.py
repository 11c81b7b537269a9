"""A write key is a source of events, known to the intake at once and closed when it is withdrawn."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.core.management import call_command

from grahak.connect.intake.sources import Known, Sources
from grahak.core.models import ApiKey
from grahak.customers.models import Source


def made(capsys, *words: str) -> str:
    call_command("key", *words)
    return capsys.readouterr().out.strip()


@pytest.mark.django_db
def test_a_write_key_from_the_command_line_is_a_source(capsys):
    plain = made(capsys, "write", "--name", "Web shop's server")
    source = Source.objects.get(write_key=plain)
    assert (source.kind, source.name, source.ended_at) == ("server", "Web shop's server", None)
    made(capsys, "revoke", plain[:10])
    source.refresh_from_db()
    assert source.ended_at is not None


@pytest.mark.django_db
def test_a_key_for_programmes_that_read_is_no_source(capsys):
    plain = json.loads(made(capsys, "api", "--role", "analyst", "--json"))["key"]
    assert ApiKey.objects.count() == 1
    assert not Source.objects.exists()
    made(capsys, "revoke", plain[:10])


def test_a_known_key_is_not_asked_for_again_and_an_unknown_one_is(monkeypatch):
    asked: list[int] = []
    table = {"k": Known(1, "web", False, {})}

    def looked() -> dict[str, Known]:
        asked.append(1)
        return dict(table)

    monkeypatch.setattr("grahak.connect.intake.sources._all", looked)
    monkeypatch.setattr("grahak.connect.intake.sources.NOT_SOONER", 0)

    async def find() -> None:
        sources = Sources()
        assert [await sources.find("k") for _ in range(3)] == [table["k"]] * 3
        assert len(asked) == 1
        table["new"] = Known(2, "server", False, {})
        assert await sources.find("new") == table["new"]
        assert await sources.find("none") is None
        assert len(asked) == 3

    asyncio.run(find())
