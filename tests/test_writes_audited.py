"""Every press that writes is in the audit log: each address that takes a POST is pressed by the owner, empty and with
plain words in its form, and whatever row it wrote has a line of the log beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core.models import AuditEntry, Branch, User
from tests.cast import signed_in
from tests.samples import World
from tests.test_access import TRIED, Address, _sent, _url

pytestmark = pytest.mark.django_db
WRITE = re.compile(r'^\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM) "?(\w+)"?', re.IGNORECASE)
# what a shop doesn't decide: sessions, the queue of jobs, what stands ready to be read faster
MACHINERY = re.compile(r"^(django_|axes_|core_audit|core_change|core_joblease|customers_namekey|\w*fts)")
WORDS = {
    "name": "Sample", "title": "Sample", "text": "Sample", "note": "Sample", "body": "Sample", "value": "Sample",
    "tag": "sample", "reason": "Sample", "subject": "Sample", "amount": "5", "on": "1", "agreed": "1", "yes": "1",
}  # fmt: skip
# Presses that write rows which are nobody's record: what one person looks at and how, and strangers' own doings
NOT_KEPT: dict[str, str] = {}


def _unaudited(client: Client, address: Address, url: str, sent: dict[str, Any]) -> str:
    """The tables that a press wrote without a line of the log; "" where there are none. All is undone."""
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        before = AuditEntry.objects.count()
        client.post(url, sent)
        told = AuditEntry.objects.count() > before
        transaction.set_rollback(True)
    written = {found[1] for one in asked.captured_queries if (found := WRITE.match(one["sql"]))}
    kept = sorted(table for table in written if not MACHINERY.match(table))
    return f"{address.name}: {', '.join(kept)}" if kept and not told else ""


def test_every_press_that_writes_is_in_the_log(amina: User, rajkot: Branch) -> None:
    world, wrong = World(amina, rajkot), set()
    for address in TRIED:
        if address.needs is None or address.name in NOT_KEPT:
            continue
        url = _url(address, world)
        for sent in (_sent(address, world), WORDS):
            wrong.add(_unaudited(signed_in(amina), address, url, sent))
    assert sorted(wrong - {""}) == []
