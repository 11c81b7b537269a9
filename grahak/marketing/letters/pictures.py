"""Pictures for mails and forms. What comes in is taken apart and written anew, so that what we host is pixels alone: no
place or camera (EXIF), no text, no code that a picture can carry; never SVG. The first bytes decide, not the name.

A picture is at most WIDEST pixels wide: twice what a mail shows, for sharp screens.
"""

from __future__ import annotations

import io
import secrets
import warnings
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

from grahak.core import audit
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.marketing.letters import document as documents
from grahak.marketing.models import Brand, Letter, Picture, SavedBlock

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a bomb unpacks to more than any camera of a shop makes
LONGEST_SIDE = 16_000
WIDEST, TALLEST = 1_200, 4_000
MOST_FRAMES, MOST_ANIMATED_PIXELS, MOST_ANIMATED_BYTES = 60, 12_000_000, 2 * 1024 * 1024
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class InUse(Conflict):
    """The picture still stands somewhere; the text says where."""


class NoPicture(ValueError):
    """Why a file is not taken, for the person."""


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
    """(bytes, media type, width, height) of the picture in FILE, drawn again. Raises NoPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=tuple(KINDS)) as image:
                return _again(image)
    except NoPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture(_too_many()) from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        MemoryError,
        OverflowError,
    ):
        raise NoPicture(_("This is not a PNG, JPEG, GIF or WebP picture, or it is damaged.")) from None


def _too_many() -> str:
    return _("The picture has too many pixels; 50 million are the most.")


def _again(image: Image.Image) -> tuple[bytes, str, int, int]:
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise NoPicture(_too_many())
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1 and image.format in ("GIF", "WEBP"):
        return _animated(image, frames)
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.format == "JPEG":
        image.draft("RGB", (WIDEST * 2, TALLEST * 2))  # a large photo is decoded at a part of its size
    still = ImageOps.exif_transpose(image).convert("RGBA" if has_alpha else "RGB")
    still.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # drawn onto a new one: nothing beside its pixels comes along
    fresh = Image.new(still.mode, still.size)
    fresh.paste(still)
    if image.format in ("PNG", "GIF") or has_alpha:
        fresh.save(out, "PNG", optimize=True)
        kind = "image/png"
    else:  # mail programs do not all know WebP
        fresh.save(out, "JPEG", quality=84, optimize=True, progressive=True)
        kind = "image/jpeg"
    return out.getvalue(), kind, *fresh.size


def _animated(image: Image.Image, frames: int) -> tuple[bytes, str, int, int]:
    """A moving picture as a GIF; it is a heavy thing in a mail, so that little is taken."""
    if frames > MOST_FRAMES or frames * image.width * image.height > 4 * MOST_ANIMATED_PIXELS:
        raise NoPicture(_("The moving picture is too long or too large; a still one is seen by everybody."))
    size = image.size
    if size[0] > WIDEST // 2:
        size = (WIDEST // 2, max(1, round(size[1] * WIDEST / 2 / size[0])))
    shown, waits = [], []
    for frame in ImageSequence.Iterator(image):
        waits.append(max(20, int(frame.info.get("duration", 100) or 100)))
        shown.append(frame.convert("RGBA").resize(size, Image.Resampling.LANCZOS))
    out = io.BytesIO()
    shown[0].save(
        out, "GIF", save_all=True, append_images=shown[1:], duration=waits, loop=0, disposal=2, optimize=True
    )
    if out.tell() > MOST_ANIMATED_BYTES:
        raise NoPicture(_("The moving picture is too long or too large; a still one is seen by everybody."))
    return out.getvalue(), "image/gif", *size


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
