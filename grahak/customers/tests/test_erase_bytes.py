"""An erased person is in no byte of the data directory: not in the database's free pages, its log, or a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NAME, PHONE, MAIL = "Zubaida Quraishi", "+923334455667", "zubaida@quraishi.example"
STORY = """
import random, sys
from decimal import Decimal
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("PRAGMA secure_delete=OFF")  # as SQLite is built on many machines
from grahak.core.models import Branch, Business, User
from grahak.customers import actions
from grahak.customers.models import Customer
from grahak.connect.digest import catch_up
from grahak.connect.digest.tests.web import account, browser, identify, page, viewed
from grahak.connect.models import ImportRun

Business.objects.create(pk=1, name="Kapasi Textiles", currency="PKR", time_zone="Asia/Karachi")
amina = User.objects.create_user("amina@kapasi.example", "x" * 12, name="Amina", role="owner")
NAME, PHONE, MAIL = sys.argv[1:4]
chance = random.Random(7)
for number in range(150):
    if number == 75:
        made = actions.add_customer(by=amina, name=NAME, kind="person", phones=[PHONE], emails=[MAIL])
        stranger = browser("zq")
        page(stranger, 0, "/sale")
        identify(account("17", stranger), 2, name=NAME, email=MAIL, phone=PHONE)
    actions.add_customer(by=amina, name="Somebody " * chance.randint(1, 12), phones=[f"+9230012{number:05d}"])
    if number > 75:
        actions.write_note(made, f"{NAME} " * chance.randint(1, 90), by=amina)
        actions.edit_customer(made, by=amina, address=f"{MAIL} " * chance.randint(1, 20))
        viewed(browser("zq"), number, f"{NAME} {number}")
        catch_up()
run = ImportRun(kind="customers", file_name="x.csv", source="file", state="done", inspection={})
run.file.save("x.csv", ContentFile(f"Name\\n{NAME}\\n".encode()))
if sys.argv[4] == "erase":
    counts = actions.erase_customer(Customer.objects.get(pk=made.pk), by=amina, why="asked for it")
    print(counts)
"""


def _bytes(folder: Path) -> int:
    words = [word.encode() for word in (NAME, NAME.casefold(), PHONE, PHONE[3:], MAIL)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return sum(path.read_bytes().count(word) for path in files for word in words)


def _tell(folder: Path, ending: str) -> None:
    environment = os.environ | {
        "GRAHAK_DATA": str(folder), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "grahak.config.settings",
    }  # fmt: skip
    command = [sys.executable, "-c", STORY, NAME, PHONE, MAIL, ending]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stderr[-4000:]


@pytest.mark.parametrize("ending", ["erase", "keep"])
def test_no_byte_of_an_erased_person_is_left(tmp_path: Path, ending: str) -> None:
    """The second ending shows that the search finds what is there."""
    _tell(tmp_path, ending)
    assert (_bytes(tmp_path) == 0) is (ending == "erase")
