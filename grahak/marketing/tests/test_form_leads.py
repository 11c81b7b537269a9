"""Who asks by a form and does not buy yet is a lead."""

import datetime as dt
import secrets

import pytest
from django.utils import timezone

from grahak.customers.actions import add_customer
from grahak.customers.leads import lists
from grahak.customers.models import Customer, Lead, LifecycleChange, Task
from grahak.marketing.forms_public.making import begin, change
from grahak.marketing.forms_public.receiving import Sent, receive
from grahak.marketing.forms_public.stamps import Stamp

pytestmark = pytest.mark.django_db


@pytest.fixture
def enquiry(amina):
    return begin("enquiry", by=amina)


def asked(form, **answers):
    said = {"name": "Zainab", "phone": "+919825012345", "message": "40 than?"} | answers
    page = Stamp(form.pk, timezone.now() - dt.timedelta(minutes=1), secrets.token_hex(8))
    return receive(form, said, {}, Sent("en", "page", origin="1", agent="Firefox/133.0", stamp=page))


def test_an_enquiry_of_somebody_new_is_a_lead_that_the_rules_give(enquiry, amina, bilal):
    lists.save_rule(None, by=amina, name="Web", gives="person", person=bilal, conditions=[])
    asked(enquiry)
    lead = Lead.objects.get()
    assert (lead.customer.lifecycle, lead.source.code, lead.detail, lead.wants) == (
        "lead", "web_form", enquiry.name, "40 than?",
    )  # fmt: skip
    assert lead.customer.owner == bilal
    assert Task.objects.get().assigned_to == bilal
    assert LifecycleChange.objects.get().why == "captured"


def test_where_no_rule_fits_the_colleague_whom_the_form_names_gets_it(enquiry, amina, bilal):
    change(enquiry, by=amina, assigned_to=bilal)
    enquiry.refresh_from_db()
    asked(enquiry)
    assert Customer.objects.get().owner == bilal


def test_a_second_question_is_the_same_lead(enquiry):
    asked(enquiry)
    asked(enquiry, message="And in blue?")
    assert [lead.wants for lead in Lead.objects.all()] == ["40 than?\nAnd in blue?"]


def test_who_buys_already_asks_without_becoming_a_lead(enquiry, amina):
    known = add_customer(by=amina, name="Zainab", phones=["98250 12345"])
    asked(enquiry)
    known.refresh_from_db()
    assert known.lifecycle == "customer"
    assert Lead.objects.count() == 0
    assert Task.objects.get().customer == known


def test_who_signs_up_is_no_lead(amina):
    form = begin("sign_up", by=amina)
    change(form, by=amina, double_opt_in=False)
    form.refresh_from_db()
    asked(form, email="zainab@mail.example")
    assert list(Customer.objects.values_list("lifecycle", flat=True)) == ["customer"]
    assert Lead.objects.count() == 0
