"""`grahak names`: pairs scored and lists ranked, on a machine without a database."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(*words: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("names", *words, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_pair_is_answered_with_its_likeness(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("\ufeffIqbal\tIqbal\niqbal\tاقبال\nSurat\tRajkot\n\n", "utf-8")
    told = run("match", str(pairs))
    assert [list(line) for line in told] == [["query", "candidate", "score"]] * 3
    assert told[0] == {"query": "Iqbal", "candidate": "Iqbal", "score": 1.0}
    assert told[1]["candidate"] == "اقبال"
    assert told[1]["score"] >= 0.9 > 0.5 > told[2]["score"]


def test_pairs_come_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("सूरत\tSurat\r\n".encode())))
    assert [line["query"] for line in run("match")] == ["सूरत"]


def test_a_list_is_ranked_for_each_query(tmp_path: Path) -> None:
    names, typed = tmp_path / "names.txt", tmp_path / "typed.txt"
    names.write_text("محمد اقبال ٹریڈرز\nSurat Stores\n\nइक़बाल ट्रेडर्स\n", "utf-8")
    typed.write_text("iqbal tradrs\nbratwurst\n", "utf-8")
    first, second = run("search", str(names), "--queries", str(typed))
    assert first["query"] == "iqbal tradrs"
    assert [one["candidate"] for one in first["candidates"]][:2] == ["इक़बाल ट्रेडर्स", "محمد اقبال ٹریڈرز"]
    assert second == {"query": "bratwurst", "candidates": []}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"one\ttwo\nno tab\n", "line 2: a query, one tab and a candidate are expected"),
        (b"one\ttwo\tthree\n", "line 1: a query, one tab"),
        (b"\ttwo\n", "line 1: the query is empty"),
        (b"one\t \n", "line 1: the candidate is empty"),
        (b"one\ttwo\n\nthree\tfour\n", "line 2: a query, one tab"),
        (b"one\ttwo\n\xff\xfe\t\n", "line 2: not UTF-8 text"),
        (b"a\t" + b"b" * 9000, "line 1: 9002 characters are too long"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        run("match", str(pairs))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.txt: No such file"):
        run("search", str(tmp_path / "none.txt"), "--queries", "-")
