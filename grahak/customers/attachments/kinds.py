"""What a file is, by its content. Taken are pictures, PDF, sheets and letters of office programmes, and plain text;
never what can run: programmes, scripts, pages, documents with macros.

Signatures: PNG (RFC 2083 §3.1), JPEG (ITU-T T.81 B.1), WebP (RFC 9649), PDF (ISO 32000-1 §7.5.2), ZIP packages of
ECMA-376 (OPC) and OpenDocument 1.3 part 2 (mimetype first, stored).
"""

from __future__ import annotations

import zipfile
from typing import IO, Final

from django.utils.translation import gettext as _

MOST_BYTES: Final = 15 * 1024 * 1024
MOST_MEMBERS: Final = 5_000  # files inside an office document
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODS, _ODT = "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.text"
PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
ENDINGS: Final = {
    "image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf", _XLSX: "xlsx", _DOCX: "docx", _ODS: "ods",
    _ODT: "odt", "text/plain": "txt", "text/csv": "csv",
}  # fmt: skip
ACCEPT: Final = "image/*,.pdf,.xlsx,.docx,.ods,.odt,.csv,.txt"
# a page or script in disguise of a text: what a browser may take it for
_PAGES: Final = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"#!")


class NotTaken(ValueError):
    """Why a file is not taken, for the person."""


def kind_of(file: IO[bytes], name: str) -> str:
    """The media type of FILE by its content; NAME tells only a table from other plain text. NotTaken says why a file
    is not taken."""
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    if not head:
        raise NotTaken(_("The file is empty."))
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    ):
        return "image/*"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _package(file)
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise NotTaken(
            _("This is a HEIC picture. Send it as JPEG: in the phone’s camera settings, “Most compatible”.")
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotTaken(
            _(
                "This is a document of an old office programme, which can carry a macro. Save it as XLSX, DOCX or PDF."
            )
        )
    if _is_text(file, head):
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"
    raise NotTaken(
        _(
            "Pictures, PDF, sheets (XLSX, ODS, CSV), letters (DOCX, ODT) and text are taken; this is something else."
        )
    )


def _package(file: IO[bytes]) -> str:
    """An office document by what is in its package; nothing of it is unpacked but its first few bytes."""
    wrong = NotTaken(_("Archives are not taken: send the files one by one."))
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            if len(names) > MOST_MEMBERS:
                raise wrong
            lower = {one.lower() for one in names}
            if any(one.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) for one in lower):
                raise NotTaken(_("This document carries a programme (a macro). Save it without."))
            if "[content_types].xml" in lower:
                if "xl/workbook.xml" in lower:
                    return _XLSX
                if "word/document.xml" in lower:
                    return _DOCX
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                said = package.read("mimetype").decode("ascii", "replace").strip()
                basic = any(one.startswith(("basic/", "scripts/")) for one in lower)
                if said in (_ODS, _ODT) and not basic:
                    return said
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, NotTaken):
            raise
        raise NotTaken(_("The file is damaged.")) from None
    finally:
        file.seek(0)
    raise wrong


def _is_text(file: IO[bytes], head: bytes) -> bool:
    """Whether it is text in UTF-8 without control characters, and no page or script."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGES):
        return False
    file.seek(0)
    data = file.read(MOST_BYTES + 1)
    file.seek(0)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(char) < 32 and char not in "\r\n\t\f" for char in text)
