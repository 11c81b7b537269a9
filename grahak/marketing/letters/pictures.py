"""Pictures for mails and forms. What comes in is taken apart and written anew, so that what we host is pixels alone: no
place or camera (EXIF), no text, no code that a picture can carry; never SVG. The first bytes decide, not the name.

A picture is at most WIDEST pixels wide: twice what a mail shows, for sharp screens.
"""

from __future__ import annotations

import secrets
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from grahak.core import audit, redrawn
from grahak.core.models import User
from grahak.core.redrawn import ENDINGS, NoPicture
from grahak.core.refusals import Conflict
from grahak.marketing.letters import document as documents
from grahak.marketing.models import Brand, Letter, Picture, SavedBlock

MOST_BYTES = 12 * 1024 * 1024
WIDEST, TALLEST = 1_200, 4_000

__all__ = ["ENDINGS", "MOST_BYTES", "InUse", "NoPicture", "made_anew", "remove", "take", "uses"]


class InUse(Conflict):
    """The picture still stands somewhere; the text says where."""


@transaction.atomic
def take(file: Any, *, by: User | None, name: str = "") -> Picture:
    """Keep an uploaded FILE as a picture of ours. NAME: what it is called, else the file's own name without its ending;
    a picture that is called like a product's code is that product's. Raises NoPicture."""
    if (file.size or 0) > MOST_BYTES:
        raise NoPicture(_("The picture is larger than 12 MB. Make it smaller and try again."))
    data, kind, width, height = made_anew(file)
    called = documents.clean(name or str(file.name or "").rpartition("/")[2].rpartition(".")[0], 120)
    picture = Picture(
        token=secrets.token_urlsafe(16), name=called or _("Picture"), kind=kind, width=width, height=height,
        size=len(data), by=by,
    )  # fmt: skip
    picture.file.save(f"{secrets.token_hex(12)}.{ENDINGS[kind]}", ContentFile(data), save=False)
    picture.save()
    audit.record("marketing.picture.taken", picture, by=by, label=picture.name, width=width, height=height)
    return picture


def made_anew(file: IO[bytes]) -> tuple[bytes, str, int, int]:
    """(bytes, media type, width, height) of the picture in FILE, drawn again for a mail. Raises NoPicture."""
    return redrawn.made_anew(file, widest=WIDEST, tallest=TALLEST)


def uses(picture: Picture) -> list[str]:
    """Where a picture stands: the names of letters and blocks that have it, and the logo."""
    found = [letter.name for letter in Letter.objects.order_by("pk").iterator(chunk_size=200)
             if picture.pk in documents.pictures_in(letter.document)]  # fmt: skip
    for saved in SavedBlock.objects.all():
        if picture.pk in documents.pictures_in({"blocks": [saved.block]}):
            found.append(saved.name)
    if Brand.objects.filter(logo=picture).exists():
        found.append(_("the logo"))
    return found


@transaction.atomic
def remove(picture: Picture, *, by: User) -> None:
    """Throw a picture away. Raises InUse while a letter has it: mails that went out show it from here."""
    if used := uses(picture):
        raise InUse(
            _(
                "“%(name)s” stands in %(where)s; take it out there first. Mails that went out show it from here."
            )
            % {"name": picture.name, "where": ", ".join(used[:5])}
        )
    audit.record("marketing.picture.removed", picture, by=by, label=picture.name)
    name, storage = picture.file.name, picture.file.storage
    picture.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
