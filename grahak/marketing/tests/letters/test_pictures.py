"""Pictures that we host are pixels alone: no place, no code, nothing that unpacks to more than a camera makes."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grahak.core.models import AuditEntry
from grahak.marketing.letters import actions, brand, pictures
from grahak.marketing.letters.products import by_codes
from grahak.marketing.models import Picture


def drawn(kind="PNG", size=(40, 30), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 80, 40, 128)[: len(mode)]).save(out, kind, **options)
    return out.getvalue()


def sent(data: bytes, name="Sheet.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/png")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def moving(frames: int, size=(60, 40)) -> bytes:
    out = io.BytesIO()
    images = [Image.new("RGB", size, (n * 3 % 256, n * 7 % 256, 9)) for n in range(frames)]
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=80)
    return out.getvalue()


def test_a_photo_loses_its_place_and_is_turned_upright(amina):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at 21.17 N 72.83 E"
    out = io.BytesIO()
    Image.new("RGB", (80, 40), (9, 99, 9)).save(out, "JPEG", exif=exif, comment=b"<?php evil ?>")
    found = pictures.take(sent(out.getvalue(), "IMG_1.JPG"), by=amina)
    data = found.file.read()
    assert (found.width, found.height, found.kind, found.name) == (40, 80, "image/jpeg", "IMG_1")
    assert b"21.17" not in data and b"php" not in data and b"Exif" not in data
    assert AuditEntry.objects.filter(action="marketing.picture.taken").count() == 1


def test_what_is_appended_to_a_picture_does_not_come_along(amina):
    found = pictures.take(sent(drawn() + b"<script>alert(1)</script>"), by=amina)
    assert b"script" not in found.file.read()


def test_a_large_picture_is_made_as_wide_as_two_mails_and_keeps_its_shape(amina):
    found = pictures.take(sent(drawn("JPEG", (3_000, 1_500))), by=amina)
    assert (found.width, found.height) == (1_200, 600)
    assert found.size == found.file.size


def test_what_one_can_see_through_stays_so(amina):
    found = pictures.take(sent(drawn("WEBP", mode="RGBA", lossless=True)), by=amina)
    assert found.kind == "image/png"
    assert Image.open(found.file).mode == "RGBA"


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"GIF89a",
        b"",
        drawn()[:60],
        drawn("BMP"),
        drawn("TIFF"),
        b"\x00\x00\x01\x00",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_picture_of_ours_is_refused(db, amina, data):
    with pytest.raises(pictures.NoPicture):
        pictures.take(sent(data), by=amina)
    assert Picture.objects.count() == 0


@pytest.mark.parametrize("size", [(60_000, 60_000), (17_000, 10), (8_000, 8_000)])
def test_a_bomb_is_refused_before_it_unpacks(amina, size):
    with pytest.raises(pictures.NoPicture) as caught:
        pictures.take(sent(bomb(*size)), by=amina)
    assert "pixels" in str(caught.value)


def test_a_file_that_is_too_large_is_refused_unread(amina):
    file = sent(drawn())
    file.size = pictures.MOST_BYTES + 1
    with pytest.raises(pictures.NoPicture):
        pictures.take(file, by=amina)


def test_a_moving_picture_may_be_short(amina):
    found = pictures.take(sent(moving(5), "turn.gif"), by=amina)
    assert found.kind == "image/gif"
    assert getattr(Image.open(found.file), "n_frames", 1) == 5
    with pytest.raises(pictures.NoPicture):
        pictures.take(sent(moving(61), "long.gif"), by=amina)


def test_a_picture_that_stands_somewhere_stays(amina, business):
    found, other = (pictures.take(sent(drawn()), by=amina) for _n in range(2))
    inner = {"type": "picture", "picture": found.pk}
    actions.create(
        "Spring", by=amina,
        document={"languages": ["en"], "blocks": [{"type": "columns", "columns": [[inner], []]}]},
    )  # fmt: skip
    with pytest.raises(pictures.InUse) as caught:
        pictures.remove(found, by=amina)
    assert "Spring" in str(caught.value)
    brand.change(by=amina, logo=other)
    with pytest.raises(pictures.InUse):
        pictures.remove(other, by=amina)
    brand.change(by=amina, logo=None)
    pictures.remove(other, by=amina)
    assert list(Picture.objects.values_list("pk", flat=True)) == [found.pk]


def test_a_picture_called_like_a_code_is_that_product_s(amina):
    from grahak.catalogue.models import Product

    Product.objects.create(code="85123A", name="Holder")
    assert by_codes(["85123A"])[0].picture == ""
    found = pictures.take(sent(drawn(), "85123a.png"), by=amina)
    assert by_codes(["85123A"])[0].picture == found.token


def test_a_picture_is_served_to_anybody_for_a_year_and_never_as_a_document(amina, client):
    found = pictures.take(sent(drawn("JPEG")), by=amina)
    answer = client.get(f"/p/{found.token}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert "immutable" in answer["Cache-Control"] and "max-age=31536000" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert client.get("/p/nosuch").status_code == 404
