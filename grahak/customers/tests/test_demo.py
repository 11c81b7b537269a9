"""The demo's phones are never dialled: they are made up, and somebody may have them."""

from decimal import Decimal

import pytest

from grahak.core import business as kept
from grahak.core.models import Team
from grahak.customers import demo
from grahak.customers.actions import add_customer
from grahak.customers.models import Address, Note, Share
from grahak.customers.phones import call_link, chat_link
from grahak.customers.search.find import find

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


def test_the_story_has_a_team_and_open_doors(amina, bilal, chirag):
    for number in range(30):
        add_customer(by=amina, name=f"Shop {number}", credit_limit=Decimal(1000))
    demo.tell_story(by=amina)
    team = Team.objects.get()
    assert set(team.people.values_list("name", flat=True)) == {"Bilal Shaikh", "Chirag Dave"}
    # there is no counter and no desk here to share with
    assert list(Share.objects.values_list("team", "may_edit")) == [(team.pk, True)]
    assert Address.objects.filter(kind="godown").count() == 8


def test_one_misspelt_name_finds_four_shops_in_four_scripts(amina):
    for number in range(3):
        add_customer(by=amina, name=f"Shop {number}", credit_limit=Decimal(1000))
    demo.tell_story(by=amina)
    assert {hit.name for hit in find(amina, "iqbal tradrs")} == {
        "Iqbal Traders",
        "محمد اقبال ٹریڈرز",
        "इक़बाल ट्रेडर्स",
        "ઇકબાલ ટ્રેડર્સ",
    }
