"""Which letters a text file is written in, judged by every byte: the first £ may stand in row 300,000."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from grahak.connect.reading.limits import limits
from grahak.connect.reading.messages import UnreadableFile

OFFERED = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1256", "latin-1", "cp1250", "cp1251", "cp437",
    "mac_roman",
)  # fmt: skip
_CHUNK = 1024 * 1024
_DENSE_SCRIPTS = ["cp1256", "cp1251", "cp1253", "cp1255", "cp874"]
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# No text has these; tab, line feed, form feed, carriage return and the ^Z of DOS do occur.
_CONTROL = bytes(set(range(1, 32)) - {9, 10, 11, 12, 13, 26, 28, 29, 30, 31}) + b"\x7f"


@dataclass(frozen=True)
class TextFacts:
    """The result of reading every byte once."""

    encoding: str
    guessed: bool
    damaged: bool
    has_nul: bool
    lines: int


def text_facts(path: Path, chosen: str | None = None) -> TextFacts:
    """Encoding, line count and damage of a text file; raises UnreadableFile if it is no text.

    UTF-8 is taken if all of the file (or all but a trace) is valid; else UTF-16 by mark or pattern; else
    one of the eight-bit encodings by the letters it gives.
    """
    if chosen is not None and chosen not in OFFERED:
        raise UnreadableFile("encoding_unknown", encoding=chosen[:40])
    with path.open("rb") as stream:
        head = stream.read(65_536)
    wide = chosen if chosen and chosen.startswith("utf-16") else (None if chosen else _wide(head))
    if wide:
        return _wide_facts(path, wide)
    return _narrow_facts(path, chosen)


def _wide(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    nul_even, nul_odd = head[0::2].count(0), head[1::2].count(0)
    if nul_even + nul_odd < max(2, len(head) // 50):
        return None
    if nul_odd > 20 * nul_even:
        return "utf-16-le"
    return "utf-16-be" if nul_even > 20 * nul_odd else None


def _wide_facts(path: Path, encoding: str) -> TextFacts:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    lines, damaged, strange, letters, since_newline = 1, False, 0, 0, 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            lines += text.count("\n")
            since_newline = _since_newline(since_newline, text)
            damaged = damaged or "\ufffd" in text
            strange += text.count("\ufffd") + text.count("\x00")
            letters += len(text)
    if strange * 20 > letters:
        raise UnreadableFile("not_text")
    return TextFacts(encoding, False, damaged, False, lines)


def _narrow_facts(path: Path, chosen: str | None) -> TextFacts:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    lines, nul, control, size, errors, wide_letters, since_newline = 1, 0, 0, 0, 0, 0, 0
    sample = bytearray()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            newlines = chunk.count(b"\n")
            lines += newlines or chunk.count(b"\r")
            nul += chunk.count(0)
            control += len(chunk) - len(chunk.translate(None, _CONTROL))
            since_newline = _since_newline(since_newline, chunk)
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            text = decoder.decode(chunk)
            errors += text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd")
            wide_letters += max(0, (len(chunk) - len(text)) // 2)
            if len(sample) < 256 * 1024:
                sample += b"\n".join(_lines_with_high_bytes(chunk))
    errors += decoder.decode(b"", final=True).count("\ufffd")
    if (nul + control) * 20 > size:
        raise UnreadableFile("not_text")
    if chosen:
        damaged = errors > 0 if chosen == "utf-8" else _loses(bytes(sample), chosen)
        return TextFacts(chosen, False, damaged, nul > 0, lines)
    if errors <= 0 or errors * 20 < wide_letters:
        return TextFacts("utf-8", False, errors > 0, nul > 0, lines)
    encoding = _eight_bit(bytes(sample))
    return TextFacts(encoding, True, _loses(bytes(sample), encoding), nul > 0, lines)


def _since_newline(before: int, chunk: bytes | str) -> int:
    """How far the last newline lies back; refuses a file whose lines never end."""
    if isinstance(chunk, bytes):
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
    else:
        last = max(chunk.rfind("\n"), chunk.rfind("\r"))
    now = before + len(chunk) if last < 0 else len(chunk) - last
    if now > limits().line_bytes:
        raise UnreadableFile("line_endless")
    return now


def _lines_with_high_bytes(chunk: bytes) -> list[bytes]:
    found: list[bytes] = []
    taken = position = 0
    while taken < 64 * 1024 and (match := _HIGH.search(chunk, position)):
        start = max(chunk.rfind(b"\n", 0, match.start()) + 1, match.start() - 200)
        end = chunk.find(b"\n", match.start())
        end = min(end if end >= 0 else len(chunk), match.start() + 2000)
        found.append(chunk[start:end])
        taken += end - start
        position = end + 1
    return found


def _eight_bit(sample: bytes) -> str:
    """Western text has its high bytes here and there; Arabic, Urdu, Cyrillic words are made of them."""
    high = len(_HIGH.findall(sample))
    dense = sum(len(run) for run in _HIGH_RUN.findall(sample))
    if dense * 2 > high:
        best = charset_normalizer.from_bytes(sample[:32_768], cp_isolation=_DENSE_SCRIPTS).best()
        return best.encoding if best and best.encoding in OFFERED else "cp1256"
    return "latin-1" if _UNDEFINED_IN_1252.search(sample) else "cp1252"


def _loses(sample: bytes, encoding: str) -> bool:
    return "\ufffd" in sample.decode(encoding, "replace")
