"""The log is read by fact, by person, by day; an earlier value is brought back, or it is said why not."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from grahak.core import audit_log
from grahak.core.audit import record
from grahak.core.models import AuditEntry, Branch, FieldRight, RoleGrant, ShopRole, User
from grahak.core.rights import kept
from grahak.customers import actions, custom
from grahak.customers.models import Customer
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def mehta(amina: User, rajkot: Branch) -> Customer:
    found = actions.add_customer(by=amina, name="Mehta Saree Centre", branch=rajkot)
    actions.edit_customer(found, by=amina, credit_limit=Decimal(100_000))
    return found


@pytest.fixture
def hasan(rajkot: Branch) -> User:
    return User.objects.create_user("hasan@kapasi.example", None, name="Hasan", role="manager", branch=rajkot)


def _page(client: Client, query: str) -> str:
    answer = client.get(f"/settings/log/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def _line(customer: Customer, fact: str) -> AuditEntry:
    return AuditEntry.objects.filter(subject_id=customer.pk, fields__contains=f"|{fact}|").latest("pk")


def test_who_changed_this_credit_limit(hasan: User, bilal: User, mehta: Customer) -> None:
    actions.edit_customer(mehta, by=bilal, credit_limit=Decimal(500_000))
    actions.edit_customer(mehta, by=bilal, city="Junagadh")
    page = _page(signed_in(hasan), f"subject=customers.Customer:{mehta.pk}&field=credit_limit")
    assert "Bilal Shaikh" in page
    assert "500000" in page
    assert "Junagadh" not in page


def test_a_line_says_from_where_and_by_which_key(amina: User, as_amina: Client, mehta: Customer) -> None:
    from grahak.core.models import ApiKey
    from grahak.core.rights import KeyUser

    as_amina.post(
        f"/customers/{mehta.pk}/edit/", {"name": "Mehta", "kind": "business"}, REMOTE_ADDR="203.0.113.9"
    )
    assert _line(mehta, "name").address == "203.0.113.9"
    key = ApiKey.issue("api", "analyst", by=amina, name="Till 2")[0]
    entry = record("customers.customer.edited", mehta, by=KeyUser(key), changes={"city": ["", "Surat"]})
    assert (entry.by, entry.key, entry.actor) == (None, key, f"Till 2 <{key.prefix}…>")


def test_an_earlier_value_is_brought_back(hasan: User, bilal: User, mehta: Customer) -> None:
    actions.edit_customer(mehta, by=bilal, credit_limit=Decimal(500_000))
    line = _line(mehta, "credit_limit")
    assert (
        signed_in(hasan).post(f"/settings/log/{line.pk}/restore/", {"field": "credit_limit"}).status_code
        == 302
    )
    mehta.refresh_from_db()
    assert mehta.credit_limit == Decimal(100_000)
    done = AuditEntry.objects.latest("pk")
    assert (done.action, done.by, done.detail["line"], done.detail["field"]) == (
        "core.value.restored", hasan, line.pk, "credit_limit",
    )  # fmt: skip


def test_a_colleague_in_charge_is_brought_back_by_name(
    hasan: User, bilal: User, chirag: User, mehta: Customer
) -> None:
    actions.edit_customer(mehta, by=hasan, owner=bilal)
    actions.edit_customer(mehta, by=hasan, owner=chirag)
    line = _line(mehta, "owner")
    assert audit_log.restore_value(line, "owner", by=hasan) == "Bilal Shaikh"
    mehta.refresh_from_db()
    assert mehta.owner == bilal


def test_a_fact_of_the_shops_own_is_brought_back(hasan: User, amina: User, mehta: Customer) -> None:
    field = actions.add_field(by=amina, name="Wedding in", kind="text")
    custom.forget()
    actions.set_own(mehta, {field.code: "May"}, by=amina)
    actions.set_own(mehta, {field.code: "June"}, by=amina)
    assert audit_log.restore_value(_line(mehta, "Wedding in"), "Wedding in", by=hasan) == "May"
    assert custom.values_of([mehta.pk])[mehta.pk][field.code] == "May"


def test_what_moved_on_is_not_overwritten(hasan: User, bilal: User, mehta: Customer) -> None:
    actions.edit_customer(mehta, by=bilal, city="Rajkot")
    old = _line(mehta, "city")
    actions.edit_customer(mehta, by=bilal, city="Surat")
    with pytest.raises(audit_log.Conflict, match="Surat"):
        audit_log.restore_value(old, "city", by=hasan)
    said = signed_in(hasan).post(f"/settings/log/{old.pk}/restore/", {"field": "city"}, follow=True)
    assert "It was changed since" in said.content.decode()
    mehta.refresh_from_db()
    assert mehta.city == "Surat"


def test_a_value_that_can_not_stand_there_any_more_is_refused(
    hasan: User, bilal: User, mehta: Customer
) -> None:
    actions.edit_customer(mehta, by=hasan, owner=bilal)
    actions.edit_customer(mehta, by=hasan, owner=None)
    User.objects.filter(pk=bilal.pk).update(is_active=False)
    line = _line(mehta, "owner")
    said = signed_in(hasan).post(f"/settings/log/{line.pk}/restore/", {"field": "owner"}, follow=True)
    assert "can’t stand there any more" in said.content.decode()
    mehta.refresh_from_db()
    assert mehta.owner is None


@pytest.mark.parametrize("fact", ["name_sort", "source", "", "no such"])
def test_only_facts_are_brought_back(hasan: User, mehta: Customer, fact: str) -> None:
    line = record("customers.customer.edited", mehta, by=hasan, changes={fact: ["a", "b"]})
    with pytest.raises(audit_log.Conflict):
        audit_log.restore_value(line, fact, by=hasan)


def test_a_reader_with_a_narrow_right_reads_their_part(
    bilal: User, chirag: User, amina: User, surat: Branch
) -> None:
    salesman = ShopRole.objects.get(code="salesman")
    RoleGrant.objects.create(role=salesman, action="audit.view", scope="branch")
    kept.changed()
    mine = actions.add_customer(by=bilal, name="Bilal's find", branch=bilal.branch)
    theirs = actions.add_customer(by=chirag, name="Chirag's find", branch=surat)
    record("customers.customer.edited", theirs, by=bilal)
    found = set(audit_log.readable(bilal).values_list("by", "subject_id"))
    assert found == {(bilal.pk, mine.pk)}
    line = AuditEntry.objects.filter(by=chirag).latest("pk")
    assert signed_in(bilal).post(f"/settings/log/{line.pk}/restore/", {"field": "name"}).status_code == 404


def test_a_hidden_fact_is_hidden_in_the_log_too(hasan: User, mehta: Customer) -> None:
    manager = ShopRole.objects.get(code="manager")
    FieldRight.objects.create(
        role=manager, subject="customers.customer", field="credit_limit", level="hidden"
    )
    kept.changed()
    page = _page(signed_in(hasan), f"subject=customers.Customer:{mehta.pk}&field=credit_limit")
    assert "100000" not in page
    assert audit_log.MASK in page
    with pytest.raises(audit_log.Conflict):
        audit_log.restore_value(_line(mehta, "credit_limit"), "credit_limit", by=hasan)


def test_the_file_holds_what_was_asked_for_and_is_a_line_itself(
    as_amina: Client, amina: User, mehta: Customer
) -> None:
    actions.edit_customer(mehta, by=amina, name='=HYPERLINK("x")')
    answer: Any = as_amina.post("/settings/log/file/?field=name")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["at", "who", "what", "action", "kind", "number", "name", "detail", "address"]
    assert [row[3] for row in rows[1:]] == ["customers.customer.edited"]
    assert rows[1][6].startswith("'=")
    line = AuditEntry.objects.latest("pk")
    assert (line.action, line.by, line.detail["asked"]) == ("core.audit.exported", amina, {"field": "name"})
    assert as_amina.get("/settings/log/file/").status_code == 405


def test_lines_are_kept_as_long_as_the_shop_says(as_amina: Client, mehta: Customer) -> None:
    many = AuditEntry.objects.count()
    today = dt.date.today()
    assert audit_log.prune(today) == 0
    assert as_amina.post("/settings/log/keep/", {"years": "2"}).status_code == 302
    assert as_amina.post("/settings/log/keep/", {"years": "7"}).status_code == 409
    AuditEntry.objects.filter(subject_id=mehta.pk).update(at=timezone.now() - dt.timedelta(days=740))
    gone = AuditEntry.objects.filter(subject_id=mehta.pk).count()
    assert audit_log.prune(today) == gone
    assert AuditEntry.objects.count() == many - gone + 2  # that it was set, that it was done


@pytest.mark.parametrize(
    "query",
    ["person=x&before=-1", "subject=nothing:abc", "since=2026-99-99", "field=%00|||", "before=9" + "9" * 30],
)
def test_an_unreadable_question_is_no_fault(as_amina: Client, query: str, mehta: Customer) -> None:
    assert as_amina.get(f"/settings/log/?{query}").status_code == 200


def test_details_of_a_line_are_told_in_words(amina: User) -> None:
    entry = record("insight.segments.told", None, by=amina, opportunities=3, back_on="2026-12-01")
    with translation.override("ur"):
        told = {one.name: str(one.label) for one in audit_log.changes_of(entry, amina)}
    assert told == {"opportunities": "موقعے", "back_on": "دوبارہ کب آئے گا"}
