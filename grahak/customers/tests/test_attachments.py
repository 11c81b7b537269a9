"""Files of a customer: what is taken, that nothing can run, who may have them, that they go when they should."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from grahak.core.models import AuditEntry, User
from grahak.customers import actions
from grahak.customers.attachments import keeping
from grahak.customers.models import Activity, Attachment, Customer


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def asha(amina: User) -> Customer:
    return actions.add_customer(by=amina, name="Asha Stores")


def photo(kind: str = "JPEG", size: tuple[int, int] = (3000, 1500), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **more)
    return out.getvalue()


def package(*names: str, **contents: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"x")
        for name, data in contents.items():
            made.writestr(name, data)
    return out.getvalue()


XLSX = package("[Content_Types].xml", "xl/workbook.xml")


def send(client: Client, customer: Customer, name: str, data: bytes, sent_as: str = "image/png") -> Any:
    file = SimpleUploadedFile(name, data, content_type=sent_as)
    return client.post(f"/customers/{customer.pk}/files/add/", {"file": file}, follow=True)


def test_a_photo_is_drawn_anew_without_its_place_and_shown_small(
    as_amina: Client, asha: Customer, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    send(as_amina, asha, "Bill of Eid.jpg", photo(exif=exif) + b"<script>alert(1)</script>")
    row = Attachment.objects.get()
    assert (row.name, row.kind, row.width, row.height) == ("Bill of Eid.jpg", "image/jpeg", 2400, 1200)
    kept = Path(row.file.path).read_bytes()
    assert b"SecretCamera" not in kept
    assert b"<script>" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert "Bill" not in row.file.name
    page = as_amina.get(f"/customers/{asha.pk}/").content.decode()
    assert "Bill of Eid.jpg" in page
    small = as_amina.get(f"/customers/{asha.pk}/files/{row.pk}/thumb/")
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).width == 320
    assert Activity.objects.get(kind="customers.file.added").title == "Bill of Eid.jpg"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.png", photo("PNG", (20, 20)), "image/png"),
        ("a.exe", photo("WEBP", (20, 20)), "image/jpeg"),
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("a.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            "a.ods",
            package(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("rates.csv", "name,rate\nकुर्ती,120\n".encode(), "text/csv"),
        ("note.html", b"only words", "text/plain"),
    ],
)
def test_what_a_file_is_its_content_says(
    as_amina: Client, asha: Customer, name: str, data: bytes, kind: str
) -> None:
    send(as_amina, asha, name, data)
    assert Attachment.objects.get().kind == kind


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.png", b"", "empty"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "something else"),
        ("a.txt", b"  <!DOCTYPE html><script>1</script>", "something else"),
        ("a.txt", b"#!/bin/sh\nrm -rf /", "something else"),
        ("a.pdf", b"MZ\x90\x00", "something else"),
        ("a.xlsx", package("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "macro"),
        ("a.zip", package("a.txt"), "one by one"),
        ("a.xlsx", XLSX[:40], "damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 100, "old office programme"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic0000", "HEIC"),
        ("a.jpg", b"\xff\xd8\xff" + b"0" * 50, "damaged"),
    ],
)
def test_what_can_run_or_cannot_be_read_is_not_taken_and_says_why(
    as_amina: Client, asha: Customer, name: str, data: bytes, why: str
) -> None:
    assert why in send(as_amina, asha, name, data).content.decode()
    assert not Attachment.objects.exists()


def test_too_large_a_file_is_not_taken(
    as_amina: Client, asha: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_BYTES", 100)
    assert "larger than 15 MB" in send(as_amina, asha, "a.txt", b"x" * 101).content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\bill.pdf", "bill.pdf"), ("a\x00b\u202e.txt", "a b.txt"), ("", "File"),
     ("x" * 300 + ".pdf", "x" * 147 + ".pdf")],
)  # fmt: skip
def test_the_name_is_only_shown(sent: str, kept: str) -> None:
    assert keeping.shown_name(sent) == kept


def test_a_file_leaves_as_a_download_that_may_run_nothing(as_amina: Client, asha: Customer) -> None:
    send(as_amina, asha, "rates.txt", b"a;b")
    row = Attachment.objects.get()
    answer = as_amina.get(f"/customers/{asha.pk}/files/{row.pk}/content/")
    assert b"".join(answer.streaming_content) == b"a;b"
    assert answer["Content-Disposition"] == 'attachment; filename="rates.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert AuditEntry.objects.filter(action="customers.file.downloaded").count() == 1


def test_strangers_and_other_branches_get_none_of_it(
    client: Client, as_chirag: Client, as_amina: Client, asha: Customer
) -> None:
    send(as_amina, asha, "a.png", photo("PNG", (20, 20)))
    row = Attachment.objects.get()
    other = actions.add_customer(by=row.by, name="Other")
    for end in ("", "content/", "thumb/"):
        url = f"/customers/{asha.pk}/files/{row.pk}/{end}"
        assert as_chirag.get(url).status_code == 404
        assert client.get(url).status_code == 302
        assert as_amina.get(f"/customers/{other.pk}/files/{row.pk}/{end}").status_code == 404
    assert as_chirag.post(f"/customers/{asha.pk}/files/{row.pk}/remove/").status_code == 404
    assert Attachment.objects.get().removed_at is None


def test_removed_it_comes_back_and_after_a_month_it_is_deleted(
    as_amina: Client, asha: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    send(as_amina, asha, "a.png", photo("PNG", (20, 20)))
    row = Attachment.objects.get()
    url = f"/customers/{asha.pk}/files/{row.pk}/"
    as_amina.post(f"{url}remove/")
    assert as_amina.get(url).status_code == 404
    assert as_amina.get(f"{url}content/").status_code == 404
    assert not Activity.objects.filter(kind="customers.file.added").exists()
    as_amina.post(f"{url}back/")
    assert as_amina.get(url).status_code == 200
    assert Activity.objects.filter(kind="customers.file.added").count() == 1
    as_amina.post(f"{url}remove/")
    paths = [Path(row.file.path), Path(row.thumb.path)]
    assert keeping.delete_old() == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.delete_old(timezone.now() + dt.timedelta(days=31)) == 1
    assert not any(path.exists() for path in paths)


def test_an_erased_customer_s_files_leave_the_disk(
    as_amina: Client, amina: User, asha: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    send(as_amina, asha, "a.pdf", b"%PDF-1.4 x")
    path = Path(Attachment.objects.get().file.path)
    assert path.exists()
    assert "Files" in as_amina.get(f"/customers/{asha.pk}/erase/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase_customer(asha, by=amina, why="asked")
    assert not path.exists()
    assert not Attachment.objects.exists()


def test_the_page_asks_as_often_for_six_files_as_for_one(
    as_amina: Client, amina: User, asha: Customer
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            as_amina.get(f"/customers/{asha.pk}/")
        return len(seen)

    send(as_amina, asha, "a.txt", b"1")
    one = asked()
    for number in range(5):
        send(as_amina, asha, f"{number}.txt", b"1")
    assert asked() == one


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("bill.bat", "bill.bat.txt"),
        ("rates.hta", "rates.hta.txt"),
        ("txt", "txt.txt"),
        ("Rates.TXT", "Rates.TXT"),
        ("x" * 160, "x" * 155 + ".txt"),
    ],
)
def test_a_file_is_called_by_what_it_is(as_amina: Client, asha: Customer, sent: str, kept: str) -> None:
    send(as_amina, asha, sent, b"del everything", "text/plain")
    assert Attachment.objects.get().name == kept
