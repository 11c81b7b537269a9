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
    typed.write_text("iqbal tradrs\nxylophon\n", "utf-8")
    first, second = run("search", str(names), "--queries", str(typed))
    assert first["query"] == "iqbal tradrs"
    assert [one["candidate"] for one in first["candidates"]][:2] == ["इक़बाल ट्रेडर्स", "محمد اقبال ٹریڈرز"]
    assert second == {"query": "xylophon", "candidates": []}


def test_a_line_without_a_tab_is_named(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_bytes(b"one\ttwo\n\nno tab\n")
    with pytest.raises(CommandError, match="line 3: a query, a tab and a candidate are expected"):
        run("match", str(pairs))


@pytest.mark.parametrize(
    ("content", "same"),
    [
        ("Iqbal\tIqbal\n\n  \nSurat\tSurat\n\n".encode("utf-8-sig"), [True, True]),
        ("Iqbal\tIqbal\r\nSurat\tSurat".encode("utf-16"), [True, True]),
        ("اقبال\tاقبال\nSurat\tRajkot\n".encode("utf-16"), [True, False]),
        (b"Iqbal\tIqbal\rSurat\tSurat\r", [True, True]),
        (b"B\xe9ziers\tBeziers\n\xff\xfe\tRajkot\n", [True, False]),
        (b"one\tone\tand a remark\n", [True]),
        (b"\ttwo\none\t \n\t\n", [False, False]),
        (b"\x00\t\x00\n", [False]),
        (b'"Iqbal, Sons"\tIqbal Sons\n', [True]),
        ("Жуков\tЖуков\n山田\t山田\n😀\t😀\n".encode(), [True, True, False]),
        (b"a" * 300_000 + b"\t" + b"b c " * 90_000, [False]),
        (b"", []),
    ],
    ids=(
        "a mark and empty lines",
        "UTF-16",
        "UTF-16 of other letters",
        "line ends of old",
        "Windows' letters",
        "a third column",
        "empty names",
        "no letters",
        "quotes and commas",
        "unknown scripts",
        "very long lines",
        "nothing",
    ),
)
def test_whatever_a_file_holds_its_pairs_are_scored(tmp_path: Path, content: bytes, same: list[bool]) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_bytes(content)
    assert [line["score"] == 1 for line in run("match", str(pairs))] == same


def test_a_ranked_list_may_be_any_text(tmp_path: Path) -> None:
    names, typed = tmp_path / "names.txt", tmp_path / "typed.txt"
    names.write_text('\ufeff"Iqbal, Sons & Co."\r\n\r\nSurat\r\nSurat\r\n山田\r\n', "utf-8", newline="")
    typed.write_text("\ufeffiqbal sons\r\n\r\nsurat\r\n山田", "utf-16", newline="")
    told = run("search", str(names), "--queries", str(typed))
    assert [[one["candidate"] for one in line["candidates"]] for line in told] == [
        ['"Iqbal, Sons & Co."'], ["Surat"], ["山田"],
    ]  # fmt: skip


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.txt: No such file"):
        run("search", str(tmp_path / "none.txt"), "--queries", "-")
