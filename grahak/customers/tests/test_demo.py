"""The demo's phones are never dialled: they are made up, and somebody may have them."""

from decimal import Decimal

import pytest

from grahak.core import business as kept
from grahak.customers import demo
from grahak.customers.actions import add_customer
from grahak.customers.models import Note
from grahak.customers.phones import call_link, chat_link

pytestmark = pytest.mark.django_db


def test_links_lead_to_nobody_in_the_demo(business):
    assert (call_link("+919825041276"), chat_link("+919825041276")) == (
        "tel:+919825041276",
        "https://wa.me/919825041276",
    )
    business.is_demo = True
    business.save()
    kept.forget()
    assert (call_link("+919825041276"), chat_link("+919825041276")) == ("tel:", "https://wa.me/")


def test_the_story_writes_notes_in_four_languages(amina):
    for number in range(30):
        add_customer(by=amina, name=f"Shop {number}", credit_limit=Decimal(1000))
    assert demo.tell_story(by=amina) == {"customers": 24}
    assert Note.objects.count() == 24
