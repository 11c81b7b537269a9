"""The people at a customer: several, with birthdays, who leave, come back and work for somebody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from grahak.core.models import AuditEntry, User
from grahak.customers import actions, birthdays
from grahak.customers.models import Activity, Consent, Contact, Customer


@pytest.fixture
def mehta(amina: User) -> Customer:
    return actions.add_customer(by=amina, name="Mehta Sarees", contact_name="Hasmukh", phones=["98250 12345"])


@pytest.fixture
def son(amina: User, mehta: Customer) -> Contact:
    return actions.add_contact(
        mehta, by=amina, name="Jignesh", role="Son", phones=["98250 54321"], emails=["jignesh@mehta.example"]
    )


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [
        ("31 March", "--03-31", "31 March"),
        ("31/3/1980", "1980-03-31", "31 March 1980"),
        ("29-2", "--02-29", "29 February"),
        ("५ अगस्त १९६२", "1962-08-05", "5 August 1962"),
        ("۱۴ اگست", "--08-14", "14 August"),
        ("1980-03-31", "1980-03-31", "31 March 1980"),
        ("", "", ""),
    ],
)
def test_birthdays_are_read_as_people_say_them(business: object, typed: str, kept: str, said: str) -> None:
    assert birthdays.read(typed) == kept
    assert birthdays.shown(kept) == said


@pytest.mark.parametrize("typed", ["soon", "31/2", "13/13", "1/1/2999", "1/1/1700"])
def test_what_is_no_birthday_is_refused(business: object, typed: str) -> None:
    with pytest.raises(ValidationError):
        birthdays.read(typed)


def test_role_and_birthday_stand_in_the_form_and_are_kept(as_amina: Client, mehta: Customer) -> None:
    url = f"/customers/{mehta.pk}/contacts/"
    assert '<option value="Accountant">' in as_amina.get(url).content.decode()
    assert as_amina.post(url, {"name": "Ramesh", "birthday": "40 March"}).status_code == 422
    as_amina.post(url, {"name": "Ramesh", "role": "Accountant", "birthday": "14/1"})
    one = Contact.objects.get(name="Ramesh")
    assert (one.role, one.birthday) == ("Accountant", "--01-14")
    page = f"{url}{one.pk}/"
    assert 'value="14 January"' in as_amina.get(page).content.decode()
    as_amina.post(page, {"name": "Ramesh", "role": "Accountant", "birthday": ""})
    one.refresh_from_db()
    assert one.birthday == ""


def test_who_left_stays_in_the_history_and_out_of_lists(
    as_amina: Client, mehta: Customer, son: Contact
) -> None:
    first = mehta.contacts.get(is_primary=True)
    as_amina.post(f"/customers/{mehta.pk}/contacts/{first.pk}/left/")
    first.refresh_from_db()
    son.refresh_from_db()
    assert (first.is_primary, son.is_primary) == (False, True)
    assert first.ended_on is not None
    page = as_amina.get(f"/customers/{mehta.pk}/").content.decode()
    assert "Have left" in page
    assert "98250 12345" not in page.partition("Day book")[0]
    assert Activity.objects.filter(kind="customers.contact.left", contact=first).count() == 1
    as_amina.post("/customers/columns/", {"columns": ["name", "phone"], "query": ""})
    html = as_amina.get("/customers/").content.decode()
    assert "54321" in html
    assert "12345" not in html
    as_amina.post(f"/customers/{mehta.pk}/contacts/{first.pk}/first/")
    first.refresh_from_db()
    assert first.is_primary is False  # one who left cannot be the main contact
    as_amina.post(f"/customers/{mehta.pk}/contacts/{first.pk}/back/")
    first.refresh_from_db()
    assert first.ended_on is None


def test_the_only_contact_neither_leaves_nor_moves(amina: User, mehta: Customer) -> None:
    only = mehta.contacts.get()
    other = actions.add_customer(by=amina, name="Other")
    with pytest.raises(ValidationError):
        actions.end_contact(only, by=amina)
    with pytest.raises(ValidationError):
        actions.move_contact(only, other, by=amina)
    only.refresh_from_db()
    assert (only.customer, only.is_primary, only.ended_on) == (mehta, True, None)


def test_who_moves_takes_phones_and_consents_along_and_leaves_the_history(
    as_amina: Client, amina: User, mehta: Customer, son: Contact
) -> None:
    actions.grant_consent(son, "email", "offers", by=amina, how="said so")
    actions.record_call(mehta, by=amina, text="About the order", contact=son)
    asha = actions.add_customer(by=amina, name="Asha Stores")
    url = f"/customers/{mehta.pk}/contacts/{son.pk}/move/"
    assert as_amina.post(url, {"to": "Nobody"}).status_code == 422
    assert as_amina.post(url, {"to": "Mehta Sarees"}).status_code == 422
    assert as_amina.post(url, {"to": "Asha Stores"})["Location"] == f"/customers/{asha.pk}/"
    son.refresh_from_db()
    assert (son.customer, son.is_primary, son.identities.count()) == (asha, False, 2)
    assert Consent.objects.get(contact=son, is_current=True).state == "granted"
    assert Activity.objects.filter(customer=mehta, kind="customers.call.made").count() == 1
    assert Activity.objects.get(kind="customers.contact.went").customer == mehta
    assert Activity.objects.get(kind="customers.contact.came").customer == asha
    assert AuditEntry.objects.filter(action="customers.contact.moved").count() == 2
    assert "Jignesh" in as_amina.get("/customers/?q=jignesh").content.decode()


def test_nobody_moves_a_contact_to_a_customer_they_may_not_change(
    as_chirag: Client, amina: User, chirag: User
) -> None:
    far = actions.add_customer(by=amina, name="Of Rajkot")
    near = actions.add_customer(by=chirag, name="Of Surat")
    one = actions.add_contact(near, by=chirag, name="Jignesh")
    answer = as_chirag.post(f"/customers/{near.pk}/contacts/{one.pk}/move/", {"to": str(far.pk)})
    assert answer.status_code == 422
    one.refresh_from_db()
    assert one.customer == near


def test_campaigns_write_to_nobody_who_left(amina: User, mehta: Customer, son: Contact) -> None:
    from grahak.marketing.audience import best_contacts

    assert best_contacts([mehta.pk], "offers")[mehta.pk][0] == son.pk
    actions.end_contact(son, by=amina, on=dt.date(2026, 1, 1))
    assert best_contacts([mehta.pk], "offers")[mehta.pk][0] == mehta.contacts.get(is_primary=True).pk
