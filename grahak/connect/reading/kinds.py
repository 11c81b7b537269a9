"""What a file is, told by its content: the name may say anything."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

from grahak.connect.reading.messages import UnreadableFile
from grahak.connect.reading.shapes import Kind

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is_pdf"),
    (b"\x89PNG", "is_picture"),
    (b"\xff\xd8\xff", "is_picture"),
    (b"GIF8", "is_picture"),
    (b"RIFF", "is_picture"),
    (b"{\\rtf", "is_document"),
    (b"\x1f\x8b", "is_archive"),
    (b"7z\xbc\xaf", "is_archive"),
    (b"Rar!", "is_archive"),
    (b"\xfd7zXZ", "is_archive"),
    (b"\x28\xb5\x2f\xfd", "is_archive"),
    (b"SQLite format 3", "is_database"),
    (b"\x00\x01\x00\x00Standard", "is_database"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(?:!doctype\s+html|html|table|head|body|meta|style)\b", re.IGNORECASE)
_SPREADSHEET_XML = re.compile(rb"<\?xml|<[A-Za-z:]*(?:ENVELOPE|TALLYMESSAGE|Workbook)\b")


def kind_of(path: Path) -> Kind:
    """The kind of a readable file; raises UnreadableFile for what we know but do not read."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head.startswith(_OLE):
        return _kind_of_ole(path)
    for magic, code in _OTHERS:
        if head.startswith(magic):
            raise UnreadableFile(code)
    text = _ascii_view(head).lstrip()
    if _HTML.match(text) or (text.startswith((b"<?xml", b"<!--")) and _HTML.search(text)):
        return "html"
    if _SPREADSHEET_XML.match(text):
        raise UnreadableFile("is_xml")
    if re.match(rb"[\[{]\s*[\[{\"}\]]", text) and re.search(rb"\"\s*:", text):
        raise UnreadableFile("is_json")
    return "csv"


def _ascii_view(head: bytes) -> bytes:
    """The head without byte-order mark and without the zero bytes of UTF-16: only to look for marks."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"")


def _kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, MemoryError):
        raise UnreadableFile("workbook_broken") from None
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.lower().lstrip("/") == "xl/workbook.xml" for name in names) or (
        "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    ):
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise UnreadableFile("is_document")
    raise UnreadableFile("is_archive")


def _kind_of_ole(path: Path) -> Kind:
    """The old container of Excel and Word, also used around encrypted XLSX: told by its stream names."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise UnreadableFile("workbook_password")
        if content.find("WordDocument".encode("utf-16-le")) >= 0:
            raise UnreadableFile("is_document")
    return "xls"
