"""Pictures taken apart and written anew, so that what we keep is pixels alone: no place or camera (EXIF), no text, no
code that a picture can carry; never SVG. The first bytes decide what a file is, not its name."""

from __future__ import annotations

import io
import warnings
from typing import IO, Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

MOST_PIXELS: Final = 50_000_000  # a bomb unpacks to more than any camera of a shop makes
LONGEST_SIDE: Final = 16_000
MOST_FRAMES, MOST_ANIMATED_PIXELS, MOST_ANIMATED_BYTES = 60, 12_000_000, 2 * 1024 * 1024
KINDS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class NoPicture(ValueError):
    """Why a file is not taken, for the person."""


def made_anew(
    file: IO[bytes], *, widest: int, tallest: int, moving: bool = True
) -> tuple[bytes, str, int, int]:
    """(bytes, media type, width, height) of the picture in FILE, drawn again at no more than WIDEST by TALLEST pixels.
    Unless MOVING, the first frame of a moving picture stands for it. Raises NoPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=tuple(KINDS)) as image:
                return _again(image, widest, tallest, moving)
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


def _again(image: Image.Image, widest: int, tallest: int, moving: bool) -> tuple[bytes, str, int, int]:
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise NoPicture(_too_many())
    frames = int(getattr(image, "n_frames", 1))
    if moving and frames > 1 and image.format in ("GIF", "WEBP"):
        return _animated(image, frames, widest)
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.format == "JPEG":
        image.draft("RGB", (widest * 2, tallest * 2))  # a large photo is decoded at a part of its size
    still = ImageOps.exif_transpose(image).convert("RGBA" if has_alpha else "RGB")
    still.thumbnail((widest, tallest), Image.Resampling.LANCZOS)
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


def _animated(image: Image.Image, frames: int, widest: int) -> tuple[bytes, str, int, int]:
    """A moving picture as a GIF; it is a heavy thing in a mail, so that little is taken."""
    if frames > MOST_FRAMES or frames * image.width * image.height > 4 * MOST_ANIMATED_PIXELS:
        raise NoPicture(_("The moving picture is too long or too large; a still one is seen by everybody."))
    size = image.size
    if size[0] > widest // 2:
        size = (widest // 2, max(1, round(size[1] * widest / 2 / size[0])))
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
