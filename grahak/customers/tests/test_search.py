"""Finding customers: four scripts, half-typed words, slips, phones in any form, addresses, numbers; and
who may."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core import business
from grahak.core.models import Branch, User
from grahak.customers import actions
from grahak.customers.duplicates import likely
from grahak.customers.models import Customer, ExternalRef
from grahak.customers.search import names
from grahak.customers.search.find import find, found_ids
from grahak.customers.search.tasks import tasks
from grahak.customers.tests.world import many


@pytest.fixture
def town(amina: User) -> dict[str, int]:
    """Customers whose names are written in four scripts, each in one of them."""
    names = {
        "iqbal": "Mohammad Iqbal",
        "iqbal_ur": "محمد اقبال",
        "iqbal_hi": "मोहम्मद इक़बाल",
        "iqbal_gu": "મોહમ્મદ ઇકબાલ",
        "mehta": "Mehta Saree Centre",
        "rekha": "रेखा शर्मा",
        "bhavna": "ભાવના પટેલ",
        "noor": "نور جہاں انصاری",
    }
    made = {key: actions.add_customer(by=amina, name=name, kind="person").pk for key, name in names.items()}
    many(amina, 20)
    return made


@pytest.mark.parametrize(
    "typed",
    ["Mohammad Iqbal", "محمد اقبال", "मोहम्मद इक़बाल", "મોહમ્મદ ઇકબાલ", "mohamed ikbal", "Md. Iqbal", "iqbal"],
)
def test_a_name_is_found_from_any_script_in_every_script(
    amina: User, town: dict[str, int], typed: str
) -> None:
    found = {hit.pk for hit in find(amina, typed)}
    assert found == {town[key] for key in ("iqbal", "iqbal_ur", "iqbal_hi", "iqbal_gu")}


@pytest.mark.parametrize(
    "typed", ["meh", "mehta s", "mehta sa", "Mehta Sari Center", "मेहता साड़ी", "centre mehta"]
)
def test_half_typed_misspelt_and_turned_round(amina: User, town: dict[str, int], typed: str) -> None:
    assert find(amina, typed)[0].pk == town["mehta"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("rekha sharma", "rekha"),
        ("bhavna patel", "bhavna"),
        ("noor jahan ansari", "noor"),
        ("نور جہاں", "noor"),
    ],
)
def test_latin_finds_other_scripts(amina: User, town: dict[str, int], typed: str, expected: str) -> None:
    assert [hit.pk for hit in find(amina, typed)] == [town[expected]]


def test_the_same_name_comes_before_longer_ones(amina: User) -> None:
    longer = actions.add_customer(by=amina, name="Iqbal Textiles of Surat")
    exact = actions.add_customer(by=amina, name="Iqbal")
    assert [hit.pk for hit in find(amina, "iqbal")] == [exact.pk, longer.pk]


def test_a_name_of_three_words_is_found_behind_any_number_of_two(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("SCANNED", "SCANNED_SLOWLY", "SCANNED_NEAR", "SCANNED_FAR"):
        monkeypatch.setattr(names, limit, 4)
    for at in range(6):
        actions.add_customer(by=amina, name=f"Shaheen Khan{'abcdef'[at]}ri")
        actions.add_customer(by=amina, name=f"Gift Anand{'abcdef'[at]}ri")
    meant = actions.add_customer(by=amina, name="Shaheen Gift Centre")
    assert find(amina, "شاہین گفٹ سینٹر")[0].pk == meant.pk


def test_a_word_too_much_does_not_hide_the_customer(amina: User, town: dict[str, int]) -> None:
    assert find(amina, "Mehta Saree Bhavnagarwala")[0].pk == town["mehta"]


def test_a_contacts_name_finds_the_firm(amina: User) -> None:
    firm = actions.add_customer(by=amina, name="Gurukrupa Traders", contact_name="Hasmukh Vora")
    assert find(amina, "hasmukh vora")[0].pk == firm.pk


@pytest.mark.parametrize(
    "typed",
    ["98250 41276", "9825041276", "+91 98250 41276",
     "0091 98250-41276", "09825041276", "٩٨٢٥٠٤١٢٧٦", "९८२५० ४१२७६", "98250", "+9198250", "982504"],
)  # fmt: skip
def test_a_phone_in_any_form_or_its_beginning(amina: User, town: dict[str, int], typed: str) -> None:
    shop = actions.add_customer(by=amina, name="Zari House", phones=["+91 98250 41276"])
    Customer.objects.filter(name__startswith="Customer").delete()
    assert [hit.pk for hit in find(amina, typed)] == [shop.pk]


def test_addresses_cards_and_the_numbers_of_old_books(amina: User) -> None:
    shop = actions.add_customer(by=amina, name="Zari House", emails=["Owner@Zari.Example"])
    actions.add_identity(shop.contacts.get(), "card", "K-1001", by=amina)
    ExternalRef.objects.create(customer=shop, source="tally", external_id="12583")
    for typed in ("owner@zari", "OWNER@ZARI.EXAMPLE", "owner", "K-1001", "12583"):
        assert [hit.pk for hit in find(amina, typed)] == [shop.pk], typed


@pytest.mark.parametrize(
    "typed", ["", "   ", "zzzxq", "🌸", "\u202e", "%", "_", "'; --", "x" * 500, "1" * 200, "@"]
)
def test_what_finds_nobody_is_answered_calmly(
    as_amina: Client, amina: User, town: dict[str, int], typed: str
) -> None:
    assert find(amina, typed) == []
    assert as_amina.get("/search/", {"q": typed}).status_code == 200


def test_put_away_customers_are_not_found(amina: User, town: dict[str, int]) -> None:
    actions.archive_customer(Customer.objects.get(pk=town["mehta"]), by=amina)
    assert town["mehta"] not in found_ids(amina, "mehta saree centre")


def test_nobody_finds_a_neighbours_customers(amina: User, bilal: User, chirag: User, surat: Branch) -> None:
    """Not by name, not by phone, and however many namesakes the other branch has."""
    for number in range(150):
        actions.add_customer(by=amina, name="Mohammad Iqbal", phones=[f"98250 {number:05d}"])
    own = actions.add_customer(by=chirag, name="Mohammad Iqbal Surti", phones=["98251 00000"])
    assert [hit.pk for hit in find(chirag, "mohammad iqbal")] == [own.pk]
    assert find(chirag, "98250 00007") == []
    assert own.pk not in {hit.pk for hit in find(bilal, "surti")}


def test_the_page_and_the_lines_of_the_palette(as_amina: Client, amina: User) -> None:
    name = "<b>Zari</b> House"
    shop = actions.add_customer(by=amina, name=name, city="Surat", phones=["98250 41276"])
    page = as_amina.get("/search/?q=zari").content.decode()
    assert "&lt;b&gt;Zari&lt;/b&gt; House" in page
    assert name not in page
    box = as_amina.get("/search/?q=zari", headers={"HX-Request": "true", "HX-Target": "div#palette-results"})
    lines = box.content.decode()
    assert "<html" not in lines
    assert re.findall(r'href="([^"]*)" data-palette-hit', lines) == [f"/customers/{shop.pk}/"]


def test_orders_are_found_by_their_number(as_amina: Client, amina: User) -> None:
    from decimal import Decimal

    from grahak.sales.actions import LineDraft, place_order

    shop = actions.add_customer(by=amina, name="Zari House")
    order = place_order(
        by=amina,
        customer=shop,
        lines=[LineDraft(quantity=Decimal(1), unit_price=Decimal(100), description="Saree")],
        number="B-7714",
    )
    assert order.get_absolute_url() in as_amina.get("/search/?q=B-77").content.decode()


def test_open_tasks_are_found_by_those_who_may_see_them(amina: User, bilal: User, chirag: User) -> None:
    shop = actions.add_customer(by=bilal, name="Iqbal", owner=bilal)
    task = actions.add_task(by=bilal, title="Collect the cheque", customer=shop, assigned_to=bilal)
    given = actions.add_task(by=amina, title="Collect the keys", assigned_to=chirag)
    done = actions.add_task(by=amina, title="Collect the boxes", assigned_to=amina)
    actions.finish_task(done, by=amina)
    told = {user.pk: [line["url"] for line in tasks(user, "collect", 5)] for user in (amina, bilal, chirag)}
    urls = {one.pk: f"/tasks/{one.pk}/" for one in (task, given)}
    assert told == {amina.pk: list(urls.values()), bilal.pk: [urls[task.pk]], chirag.pk: [urls[given.pk]]}
    assert tasks(amina, "co", 5) == []


@pytest.mark.parametrize("count", [6, 20])
def test_a_search_asks_the_same_questions_for_6_and_20_finds(
    as_amina: Client, amina: User, count: int
) -> None:
    """Fewer than five finds ask for near spellings too, by two questions more."""
    for number in range(count):
        actions.add_customer(by=amina, name="Zari House", city="Surat", phones=[f"98250 {number:05d}"])
    as_amina.get("/search/?q=zari")
    business.forget()
    with CaptureQueriesContext(connection) as asked:
        html = as_amina.get("/search/?q=zari").content.decode()
    assert html.count("data-row-link") == count
    queries = [one["sql"] for one in asked.captured_queries]
    known = _KEPT.setdefault("search", queries)
    assert len(queries) == len(known), "\n".join(queries)
    assert len(queries) <= 17, "\n".join(queries)


_KEPT: dict[str, list[str]] = {}


@pytest.mark.parametrize(
    ("name", "phones", "email", "expected"),
    [
        ("Mehta Sari Center", "", "", "Mehta Saree Centre"),
        ("મહેતા સાડી સેન્ટર", "", "", "Mehta Saree Centre"),
        ("", "9825041276", "", "Mehta Saree Centre"),
        ("Somebody else", "98251 00000, +91 98250 41276", "", "Mehta Saree Centre"),
        ("", "", "HASMUKH@mehta.example", "Mehta Saree Centre"),
        ("Kutchi Handloom", "98", "", None),
        ("<b>", "call me", "no address", None),
    ],
)
def test_who_may_be_the_same(amina: User, name: str, phones: str, email: str, expected: str | None) -> None:
    actions.add_customer(
        by=amina, name="Mehta Saree Centre", phones=["98250 41276"], emails=["hasmukh@mehta.example"]
    )
    found = likely(amina, name, phones, email)
    assert [one.customer.name for one in found] == ([expected] if expected else [])


# -- misspelt, across scripts, and what else is found -------------------------------------------------------------

QUARTET = ("محمد اقبال ٹریڈرز", "इक़बाल ट्रेडर्स", "ઇકબાલ ટ્રેડર્સ", "Iqbal Traders")


@pytest.mark.parametrize(
    "typed", ["iqbal tradrs", "ikbal traders", "इकबाल ट्रेडर्स", "اقبال ٹریڈرز", "iqbal tra"]
)
def test_a_misspelt_firm_is_found_in_four_scripts_before_everybody_else(amina: User, typed: str) -> None:
    many(amina, 20)
    wanted = {actions.add_customer(by=amina, name=name).pk for name in QUARTET}
    for other in ("Iqbal Khatri", "New Kamal Traders", "Surat Traders"):
        actions.add_customer(by=amina, name=other)
    assert {hit.pk for hit in find(amina, typed)[:4]} == wanted


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("faislabd emporum", "Faisalabad Emporium"),
        ("zulfikr ghouri", "ذوالفقار غوری"),
        ("chndrakant bhat", "ચંદ્રકાંત ભટ્ટ"),
        ("jhaverchnd", "झवेरचंद कुतुबी"),
    ],
)
def test_slips_of_the_finger_still_find_the_customer(
    amina: User, town: dict[str, int], typed: str, right: str
) -> None:
    made = actions.add_customer(by=amina, name=right)
    assert find(amina, typed)[0].pk == made.pk


def test_a_name_added_a_moment_ago_is_found_misspelt(amina: User, town: dict[str, int]) -> None:
    assert find(amina, "bhogilal jarivala") == []
    made = actions.add_customer(by=amina, name="Bhogilal Zariwala")
    assert find(amina, "bhogllal jariwal")[0].pk == made.pk


def test_the_name_that_was_meant_is_told(amina: User) -> None:
    firm = actions.add_customer(by=amina, name="Gurukrupa Traders", contact_name="Hasmukh Vora")
    assert [(hit.pk, hit.name) for hit in find(amina, "hasmuk vora")] == [(firm.pk, "Hasmukh Vora")]


def test_what_a_neighbour_bears_is_not_told_by_a_misspelling(amina: User, bilal: User, chirag: User) -> None:
    """The words are everybody's; who bears them is not."""
    actions.add_customer(by=bilal, name="Kothariwala Emporium")
    assert find(bilal, "kotharivala emporum") != []
    assert find(chirag, "kotharivala emporum") == []


@pytest.mark.parametrize(
    "typed", ["24AAACC1206D1ZM", "24aaacc1206d1zm", "24 AAACC 1206 D1ZM", "24-AAACC1206D-1ZM"]
)
def test_a_tax_number_in_any_form(amina: User, town: dict[str, int], typed: str) -> None:
    shop = actions.add_customer(by=amina, name="Zari House", tax_id="24AAACC1206D1ZM")
    assert [hit.pk for hit in find(amina, typed)] == [shop.pk]


def test_a_hidden_fact_is_not_found_by_guessing(amina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from grahak.customers.search import find as finding

    actions.add_customer(by=amina, name="Zari House", phones=["98250 41276"], emails=["owner@zari.example"])
    monkeypatch.setattr(finding, "hidden", lambda _user, _subject: frozenset({"phone"}))
    assert find(amina, "98250 41276") == []
    assert len(find(amina, "owner@zari.example")) == 1


def test_places_and_new_things_are_found_by_their_names(as_amina: Client, amina: User) -> None:
    page = as_amina.get("/search/?q=new+order").content.decode()
    assert 'href="/orders/new/"' in page
    assert "/settings/" in as_amina.get("/search/?q=branches").content.decode()


def test_the_words_of_the_palette_are_in_english_too(as_amina: Client, amina: User) -> None:
    as_amina.post("/language/", {"language": "ur"})
    page = as_amina.get("/customers/", headers={"Accept-Language": "ur"}).content.decode()
    assert re.search(r'data-words="[^"]*\border\b', page, re.IGNORECASE)


def test_campaigns_and_templates_are_found_by_those_who_may_see_them(
    as_amina: Client, as_bilal: Client, amina: User
) -> None:
    from grahak.marketing.models import Campaign, Letter

    campaign = Campaign.objects.create(name="Navratri offers", by=amina)
    letter = Letter.objects.create(name="Navratri greeting")
    page = as_amina.get("/search/?q=navratri").content.decode()
    assert campaign.get_absolute_url() in page
    assert f"/letters/{letter.pk}/" in page
    assert "Navratri" not in as_bilal.get("/search/?q=avratr").content.decode()
