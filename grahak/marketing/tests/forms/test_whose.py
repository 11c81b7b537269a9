"""Whose a filled-in form is: the one customer it can be, or a new one; and on whose desk an enquiry lies."""

from __future__ import annotations

from django.core import mail

from grahak.customers.actions import add_customer
from grahak.customers.models import Activity, Consent, Customer, Identity, Task
from grahak.marketing.forms_public.making import change
from grahak.marketing.models import Submission
from grahak.marketing.tests.forms.world import GOOD, confirm, run_jobs, send


def test_a_confirmed_address_finds_the_only_customer_who_has_it(stranger, sign_up, amina):
    known = add_customer(by=amina, name="Z. Bibi", emails=["zainab@home.example"])
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    assert Customer.objects.get() == known
    known.refresh_from_db()
    assert known.name == "Z. Bibi"
    assert set(Identity.objects.values_list("kind", flat=True)) == {"email", "phone"}


def test_a_phone_that_somebody_else_has_joins_nobody_and_is_written_on_both_pages(stranger, sign_up, amina):
    other = add_customer(by=amina, name="Brother", phones=["98250 12345"])
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    new = Customer.objects.exclude(pk=other.pk).get()
    told = Activity.objects.filter(kind="customers.customer.alike")
    assert {(one.customer_id, one.facts["other"]) for one in told} == {(new.pk, other.pk), (other.pk, new.pk)}
    assert Identity.objects.filter(contact__customer=other).count() == 1


def test_two_customers_with_one_address_are_not_chosen_between(stranger, sign_up, amina):
    for name in ("Hasan", "Husain"):
        add_customer(by=amina, name=name, emails=["zainab@home.example"])
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    assert Customer.objects.count() == 3
    assert Consent.objects.get().contact.customer.name == "Zainab Bibi"


def test_an_address_nobody_confirmed_changes_nothing_of_a_known_customer(stranger, enquiry, amina):
    known = add_customer(by=amina, name="Known", emails=["zainab@home.example"])
    said = {
        "name": "Impostor",
        "phone": "98250 99999",
        "email": "zainab@home.example",
        "message": "How much?",
    }
    send(stranger, enquiry, **said)
    known.refresh_from_db()
    assert (known.name, Identity.objects.count()) == ("Known", 1)
    assert Task.objects.get().customer == known


def test_an_enquiry_is_on_a_desk_at_once(stranger, enquiry, amina, bilal):
    change(enquiry, by=amina, assigned_to=bilal)
    said = {"name": "Zainab", "phone": "9825012345", "message": "Do you have\nten metres of georgette?"}
    page = send(stranger, enquiry, **said)
    assert "We answer soon" in page.content.decode()
    task = Task.objects.get()
    assert task.title == "Answer Zainab: Do you have ten metres of georgette?"
    assert task.assigned_to == bilal
    line = Activity.objects.get(kind="marketing.form.filled")
    assert line.text == "Do you have\nten metres of georgette?"
    assert Submission.objects.get().state == "done"
    assert mail.outbox == []


def test_an_enquiry_goes_to_whoever_is_in_charge_of_the_customer(stranger, enquiry, amina, bilal):
    add_customer(by=amina, name="Zainab", phones=["9825012345"], owner=bilal)
    send(stranger, enquiry, name="Zainab", phone="9825012345", message="?")
    assert Task.objects.get().assigned_to == bilal
    assert Customer.objects.count() == 1


def test_an_enquirers_yes_still_waits_for_the_mail(stranger, enquiry, amina):
    change(enquiry, by=amina, channels=["email"])
    said = {
        "name": "Zainab",
        "phone": "9825012345",
        "email": "z@home.example",
        "message": "?",
        "yes-email": "1",
    }
    send(stranger, enquiry, **said)
    row = Submission.objects.get()
    assert (row.state, Task.objects.count(), Consent.objects.count()) == ("waiting", 1, 0)
    run_jobs()
    confirm(stranger, row)
    assert (Consent.objects.count(), Task.objects.count(), Customer.objects.count()) == (1, 1, 1)
