"""The words of a campaign: strict about tags, deaf to what stands in a name, in the reader's language."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from grahak.channels import tokens
from grahak.channels.models import Dispatch, Message, Sender
from grahak.channels.renderers import Claimed
from grahak.channels.tests.people import somebody
from grahak.customers import custom
from grahak.customers.actions import add_customer, add_field, set_own
from grahak.marketing import actions, rendering
from grahak.marketing.letters import quick
from grahak.marketing.letters.compile import compiled
from grahak.marketing.models import Campaign, Letter
from grahak.marketing.words import liquid
from grahak.marketing.words.links import clean, marked
from grahak.marketing.words.liquid import Mistake
from grahak.marketing.words.mail import Addresses, say
from grahak.marketing.words.people import NAMES, Amount, Person, day_in, first_name, names, people
from grahak.sales.models import CustomerFigures

WHERE = Addresses(link=lambda url: f"https://crm.example/r/{len(url)}", stop="https://crm.example/u/1.x")


@pytest.fixture(autouse=True)
def shop(business):
    """Every letter has the shop's name in its foot."""


def person(**contact: str) -> Person:
    values = {
        "contact": {"name": "Ayesha Khan", "first_name": "Ayesha"} | contact,
        "customer": {"name": "Noor Store", "city": "Surat", "area": ""},
        "shop": {"name": "Kapasi", "address": ""},
        "figures": {"orders": 3, "balance": Amount("1500")},
    }
    return Person(1, 1, "Ayesha Khan", values)


def said(body: str, language: str = "en", who: Person | None = None, subject: str = "Hello", where=WHERE):
    letter = Letter(document=quick.document({language: (subject, body)}), default_language=language)
    return say(compiled(letter, language), who or person(), where, message_id=1, sender_name="Kapasi")


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("Dear\n{{ contact.frist_name }}", 2, "contact.first_name"),
        ("{{ contact.name | shout }}", 1, "shout"),
        ("a\nb\n{{ contact.name", 3, ""),
        ("{% include 'x' %}", 1, "include"),
        ("{% if contact.name %}", 0, ""),
    ],
)
def test_a_mistake_is_named_with_its_line(source, line, words):
    mistake = liquid.mistakes_in(source, set(NAMES))[0]
    assert mistake.line == line
    assert words in mistake.what


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..999) %}{% for j in (1..999) %}{% endfor %}{% endfor %}",
        "{% assign s = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..900) %}{% assign s = s | append: s %}{% endfor %}",
        "{{ 5 | divided_by: 0 }}",
        "x" * 20_001,
    ],
)
def test_no_text_can_hang_the_sending(source):
    with pytest.raises(Mistake):
        liquid.rendered(source, {})


def test_a_name_can_make_neither_markup_nor_a_link():
    evil = clean("<img src=x onerror=alert(1)> https://evil.example \ue0000\ue001\r\nBcc: x")
    words = said("Dear {{ contact.first_name }}", who=person(first_name=evil))
    assert "<img" not in words.html
    assert 'href="https://evil.example' not in words.html
    assert "\ue000" not in words.text


def test_the_author_s_links_are_tracked_and_a_full_stop_is_no_part_of_them():
    assert marked("See https://shop.example/a?b=1&c=2. And (https://shop.example/d).")[1] == (
        "https://shop.example/a?b=1&c=2",
        "https://shop.example/d",
    )
    words = said("See https://shop.example/new.")
    assert re.search(r'href="https://crm.example/r/24"[^>]*>shop.example/new</a>\.', words.html)
    assert "https://crm.example/r/24." in words.text


def test_an_address_with_a_tag_is_a_link_of_its_own():
    assert 'href="https://shop.example/Surat"' in said("https://shop.example/{{ customer.city }}").html


def test_every_mail_says_how_to_stop_and_why_one_gets_it():
    words = said("Hi")
    assert words.text.count("https://crm.example/u/1.x") == 2  # to stop, and to choose
    assert "You get this because you said yes to messages from Kapasi." in words.text
    assert words.html.count('href="https://crm.example/u/1.x"') == 2
    assert words.unsubscribe_url == "https://crm.example/u/1.x"
    own = said("Hi. {{ unsubscribe_url }}")
    assert "Hi. Stop these messages (https://crm.example/u/1.x)" in own.text


def test_the_dot_that_tells_of_an_opening_stands_only_where_openings_are_counted():
    mail = said("Hi", where=replace(WHERE, dot="https://crm.example/o/1.x"))
    assert mail.html.count('<img src="https://crm.example/o/1.x" width="1" height="1" alt="">') == 1
    assert "/o/" not in mail.text
    assert "<img" not in said("Hi").html


def test_a_campaign_carries_the_dot_unless_the_shop_switched_it_off(business, amina):
    contact = somebody("Asha", "asha@home.example")
    campaign = actions.begin(by=amina, name="Diwali", customers=[contact.customer_id])
    actions.word(campaign, "en", subject="Hello", body="Hi", by=amina)
    dispatch = Dispatch.objects.create(
        renderer="campaign", subject_id=campaign.pk, base_url="https://crm.example"
    )
    Campaign.objects.filter(pk=campaign.pk).update(dispatch=dispatch)
    row = Message.objects.create(dispatch=dispatch, contact=contact, customer_id=contact.customer_id)
    claimed = Claimed(row.pk, row.customer_id, contact.pk, "asha@home.example", "en", "<1@x>", 1)
    sender = Sender.objects.create(host="mail", from_name="Kapasi", from_address="kapasi@shop.example")
    dot = f"https://crm.example/o/{tokens.open_token(row.pk)}"
    [words] = rendering.render(dispatch, [claimed])
    assert dot in words.html
    Sender.objects.filter(pk=sender.pk).update(counts_openings=False)
    [words] = rendering.render(dispatch, [claimed])
    assert "<img" not in words.html


def test_money_compares_as_a_number_and_reads_as_money(business):
    assert (
        "You owe ₹ 1,500"
        in said("{% if figures.balance > 100 %}You owe {{ figures.balance }}{% endif %}").text
    )


def test_a_text_that_comes_out_empty_is_not_sent():
    with pytest.raises(Mistake):
        said("Hi", subject="{% if contact.nothing %}Hi{% endif %}")


def test_urdu_paragraphs_run_from_the_right():
    html = said("سلام", language="ur").html
    assert '<html lang="ur" dir="rtl"' in html
    assert "text-align:right" in html


def test_titles_are_no_first_names():
    assert [first_name(name) for name in ("Mr. Iqbal Khan", "आयशा ख़ान", "Dr", "")] == [
        "Iqbal",
        "आयशा",
        "Dr",
        "",
    ]


def test_days_are_said_in_the_reader_s_language(business):
    assert day_in(dt.date(2020, 11, 21), "en") == "21 November 2020"
    assert "नवंबर" in day_in(dt.date(2020, 11, 21), "hi")


@pytest.mark.django_db
def test_people_are_looked_up_in_the_same_number_of_queries_for_three_and_thirty(business):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    contacts = [somebody(f"C {n}") for n in range(30)]
    for contact in contacts:
        CustomerFigures.objects.create(customer=contact.customer, balance=Decimal(5))
    people([(contacts[0].pk, "en")], NAMES)  # the business is read once a second
    counts = []
    for many in (3, 30):
        with CaptureQueriesContext(connection) as seen:
            found = people([(contact.pk, "en") for contact in contacts[:many]], NAMES)
        assert len(found) == many
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_text_can_say_what_the_shop_writes_down_in_fields_of_its_own(amina):
    asha = add_customer(by=amina, name="Asha Stores", contact_name="Asha")
    add_field(by=amina, name="Route", kind="text")
    custom.forget()
    set_own(asha, {"route": "Ring Road"}, by=amina)
    contact = asha.contacts.get()
    person = people([(contact.pk, "en")], names())[contact.pk]
    assert person.values["own"] == {"route": "Ring Road"}
    assert liquid.mistakes_in("Your van comes along {{ own.route }}.", names()) == []
    assert len(liquid.mistakes_in("{{ own.roof }}", names())) == 1
