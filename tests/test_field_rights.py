"""Fields kept from a role: not on the page, in lists, in search, in files, in forms; a forged post is 404."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from grahak.connect.actions import begin
from grahak.connect.models import ImportRun
from grahak.core.models import Branch, FieldRight, ShopRole, User
from grahak.core.rights import fields, kept
from grahak.customers.actions import add_customer
from grahak.customers.listing.question import read
from grahak.customers.models import Customer
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
SUBJECT = "customers.customer"


def _set(role: str, **levels: str) -> None:
    row = ShopRole.objects.get(code=role)
    for name, level in levels.items():
        FieldRight.objects.update_or_create(role=row, subject=SUBJECT, field=name, defaults={"level": level})
    kept.changed()


@pytest.fixture
def mehta(amina: User, rajkot: Branch) -> Customer:
    found = add_customer(
        by=amina,
        name="Mehta Saree Centre",
        phones=["+919825012345"],
        emails=["mehta@shop.example"],
        branch=rajkot,
    )
    Customer.objects.filter(pk=found.pk).update(credit_limit=Decimal(5_00_000), tax_id="24AAACC1206D1ZM")
    from grahak.sales.models import CustomerFigures

    CustomerFigures.objects.update_or_create(customer=found, defaults={"balance": Decimal(78_912)})
    found.refresh_from_db()
    return found


@pytest.fixture
def nadia(rajkot: Branch) -> User:
    return User.objects.create_user(
        "nadia@kapasi.example", None, name="Nadia", role="marketer", branch=rajkot
    )


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    if hasattr(answer, "streaming_content"):
        return b"".join(answer.streaming_content).decode()
    return answer.content.decode()


def test_a_marketer_sees_no_balance_and_no_credit_limit(nadia: User, mehta: Customer, amina: User) -> None:
    hers, owners = signed_in(nadia), signed_in(amina)
    for url in ("/customers/", f"/customers/{mehta.pk}/"):
        assert "78,912" in _text(owners, url)
        assert "78,912" not in _text(hers, url)
        assert "5,00,000" not in _text(hers, url)
    assert fields.level(nadia, SUBJECT, "balance") == "hidden"
    assert fields.level(amina, SUBJECT, "balance") == "see"


def test_a_list_can_not_be_filtered_or_sorted_by_what_is_hidden(nadia: User, mehta: Customer) -> None:
    hers = signed_in(nadia)
    lost = hers.get("/customers/?balance=gt:1000")
    assert (lost.status_code, b"Mehta Saree Centre" in lost.content) == (400, False)
    assert (read("sort=-balance", nadia).sort, read("sort=-city", nadia).sort is None) == (None, False)
    assert "add=balance" not in _text(hers, "/customers/")


def test_a_file_leaves_out_what_is_hidden(nadia: User, mehta: Customer, amina: User) -> None:
    def taken(person: User) -> str:
        client = signed_in(person)
        client.post("/customers/columns/", {"columns": ["balance", "phone", "city"]})
        answer: Any = client.post("/customers/export/", {"all": "1", "query": ""})
        assert answer.status_code == 200
        return b"".join(answer.streaming_content).decode()

    assert "78912.00" in taken(amina)
    assert "78912" not in taken(nadia)
    _set("marketer", phone="hidden")
    assert "9825012345" not in taken(nadia)


def test_a_hidden_phone_is_nowhere_and_finds_nobody(bilal: User, mehta: Customer) -> None:
    his = signed_in(bilal)
    assert "98250" in _text(his, f"/customers/{mehta.pk}/").replace(" ", "")
    assert "Mehta" in _text(his, "/search/?q=9825012345")
    _set("salesman", phone="hidden", email="hidden")
    contact = mehta.contacts.get()
    for url in (
        "/customers/", f"/customers/{mehta.pk}/", "/search/?q=mehta",
        f"/customers/{mehta.pk}/contacts/{contact.pk}/",
    ):  # fmt: skip
        shown = _text(his, url).replace(" ", "")
        assert "98250" not in shown, url
        assert "mehta@shop" not in shown, url
    assert "Mehta Saree" not in _text(his, "/search/?q=9825012345")
    assert "Mehta Saree" not in _text(his, "/search/?q=mehta@shop.example")


def test_a_field_that_is_only_seen_is_shown_and_can_not_be_changed(bilal: User, mehta: Customer) -> None:
    his = signed_in(bilal)
    _set("salesman", credit_limit="see")
    page = _text(his, f"/customers/{mehta.pk}/")
    assert "5,00,000" in page
    assert f"/customers/{mehta.pk}/facts/credit_limit/" not in page
    assert his.get(f"/customers/{mehta.pk}/facts/credit_limit/").status_code == 404
    assert his.post(f"/customers/{mehta.pk}/facts/credit_limit/", {"credit_limit": "9"}).status_code == 404
    assert 'name="credit_limit"' not in _text(his, f"/customers/{mehta.pk}/edit/")
    forged = his.post(
        f"/customers/{mehta.pk}/edit/", {"name": "Mehta", "kind": "business", "credit_limit": "9"}
    )
    assert forged.status_code == 404
    mehta.refresh_from_db()
    assert (mehta.name, mehta.credit_limit) == ("Mehta Saree Centre", Decimal("500000.0000"))


def test_the_rest_of_the_form_is_saved_without_touching_a_hidden_field(bilal: User, mehta: Customer) -> None:
    _set("salesman", tax_id="hidden")
    sent = {"name": "Mehta Silk House", "kind": "business", "credit_limit": "5,00,000"}
    assert signed_in(bilal).post(f"/customers/{mehta.pk}/edit/", sent).status_code == 302
    mehta.refresh_from_db()
    assert (mehta.name, mehta.tax_id) == ("Mehta Silk House", "24AAACC1206D1ZM")


def test_a_forged_phone_is_refused_where_it_is_locked(bilal: User, mehta: Customer) -> None:
    his, contact = signed_in(bilal), mehta.contacts.get()
    _set("salesman", phone="see")
    there = f"/customers/{mehta.pk}/contacts/{contact.pk}/identities/"
    assert his.post(there, {"kind": "phone", "value": "+919825099999"}).status_code == 404
    phone = contact.identities.get(kind="phone")
    assert his.post(f"{there}{phone.pk}/remove/").status_code == 404
    assert contact.identities.filter(kind="phone").count() == 1


def test_the_day_book_leaves_out_money_and_notes_that_are_hidden(
    bilal: User, mehta: Customer, amina: User
) -> None:
    from grahak.customers.actions import write_note

    write_note(mehta, "Pays late, says his son", by=amina)
    his = signed_in(bilal)
    assert "Pays late" in _text(his, f"/customers/{mehta.pk}/")
    _set("salesman", notes="hidden")
    assert "Pays late" not in _text(his, f"/customers/{mehta.pk}/")
    assert "Pays late" not in _text(his, f"/customers/{mehta.pk}/?group=notes")


def test_a_field_of_the_shops_own_is_kept_from_a_role(bilal: User, mehta: Customer, amina: User) -> None:
    from grahak.customers import actions, custom

    field = actions.add_field(by=amina, name="Margin", kind="number")
    actions.set_own(mehta, {field.code: Decimal(17)}, by=amina)
    custom.forget()
    his, name = signed_in(bilal), f"own-{field.code}"
    assert "Margin" in _text(his, f"/customers/{mehta.pk}/")
    _set("salesman", **{name: "hidden"})
    assert "Margin" not in _text(his, f"/customers/{mehta.pk}/")
    assert "Margin" not in _text(his, "/customers/")
    assert his.get(f"/customers/{mehta.pk}/facts/{name}/").status_code == 404


def test_the_owner_sees_every_field_whatever_the_rows_say(amina: User) -> None:
    _set("owner", balance="hidden", phone="hidden")
    assert fields.hidden(amina, SUBJECT) == frozenset()
    assert fields.locked(amina, SUBJECT) == {"balance", "net", "orders"}


def _brought(client: Client, text: str) -> Any:
    """A file of customers uploaded; the page of its columns."""
    file = SimpleUploadedFile("party.csv", text.encode(), content_type="text/csv")
    answer: Any = client.post("/imports/", {"kind": "customers", "file": file}, follow=True)
    assert answer.status_code == 200
    return answer


def test_a_file_changes_nothing_that_a_form_could_not(rajkot: Branch, mehta: Customer) -> None:
    boss = User.objects.create_user("meena@kapasi.example", None, name="Meena", role="manager", branch=rajkot)
    _set("manager", credit_limit="see", phone="hidden")
    client = signed_in(boss)
    page = _brought(client, "Name,Phone,Credit limit\nMehta Saree Centre,+919825012345,900000\n")
    run = ImportRun.objects.get()
    assert set(run.columns.values()) == {"name", "phone", "credit_limit"}
    told = page.content.decode()
    assert "You may not change these fields" in told
    assert 'value="credit_limit"' not in told
    assert "9825012345" not in told
    client.post(f"/imports/{run.pk}/begin/")
    with pytest.raises(ValueError, match="Credit limit, Phone"):
        begin(run, by=boss)
    run.refresh_from_db()
    assert run.state == "uploaded"
    forged = client.post(
        f"/imports/{run.pk}/columns/", {"field_0": "name", "field_2": "credit_limit", "begin": "1"}
    )
    run.refresh_from_db()
    assert (forged.status_code, run.columns) == (302, {"Name": "name"})
    assert run.state != "uploaded"


def test_a_file_may_bring_every_field_for_who_may_change_it(amina: User) -> None:
    page = _brought(signed_in(amina), "Name,Opening balance,Credit limit\nMehta,5000,900000\n")
    assert "You may not change these fields" not in page.content.decode()
    assert ImportRun.objects.get().columns["Opening balance"] == "opening_balance"
