"""Pictures that people send up: recognised by their first bytes, never by their name, and never a document
that can run (SVG, HTML). The file is kept under a random name."""

from __future__ import annotations

import secrets

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

MOST_BYTES = 1024 * 1024
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class NotAPicture(ValueError):
    """The message says what is wrong, for the person."""


def kind_of(head: bytes) -> str:
    """Either png, jpg or webp by the signatures of their standards; empty for anything else."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return ""


def checked(file: UploadedFile) -> UploadedFile:
    """The file under a new random name with the ending of what it really is; NotAPicture with the reason."""
    if (file.size or 0) > MOST_BYTES:
        raise NotAPicture(_("The picture is larger than 1 MB. Make it smaller and try again."))
    head = file.read(32)
    file.seek(0)
    kind = kind_of(head)
    if not kind:
        raise NotAPicture(_("This is not a PNG, JPEG or WebP picture."))
    file.name = f"{secrets.token_hex(8)}.{kind}"
    return file
