"""A customer's page: who may see it, what stands on it, what is changed there, how many questions it asks."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.core import business
from grahak.core.models import AuditEntry, User
from grahak.customers import actions, timeline
from grahak.customers.models import Consent, Customer, Note, Task

MIDDLE = {"HX-Request": "true", "HX-Target": "section#timeline"}


@pytest.fixture
def mehta(bilal: User) -> Customer:
    return actions.add_customer(
        by=bilal,
        name="Mehta Saree Centre",
        contact_name="Hasmukh Mehta",
        phones=["98250 41276"],
        emails=["hasmukh@mehta.example"],
        city="Rajkot",
        other_names={"gu": "મહેતા સાડી સેન્ટર"},
        tags=["Wedding"],
    )


def orders(customer: Customer, by: User, count: int) -> None:
    from grahak.sales.actions import LineDraft, place_order

    for number in range(count):
        place_order(
            by=by,
            customer=customer,
            lines=[LineDraft(quantity=Decimal(1), unit_price=Decimal(100), description="Saree")],
            placed_at=timezone.now() - dt.timedelta(days=number * 9),
        )


def test_the_page_says_who_where_and_how_to_reach_them(as_bilal: Client, mehta: Customer) -> None:
    html = as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    for part in (
        '<h1 class="record-head__name" data-recent="user"><bdi>Mehta Saree Centre</bdi></h1>',
        '<bdi lang="gu">મહેતા સાડી સેન્ટર</bdi>',
        'href="https://wa.me/919825041276"',
        'href="tel:+919825041276"',
        'href="mailto:hasmukh@mehta.example"',
        "<bdi>Rajkot</bdi>",
        "Added to Grahak",
    ):
        assert part in html


@pytest.mark.parametrize(
    "path",
    ["", "edit/", "facts/city/", "consent/", "contacts/", "notes/", "calls/", "tasks/", "tags/", "contacts/{contact}/"],
)  # fmt: skip
def test_a_neighbours_customer_is_not_there(as_chirag: Client, mehta: Customer, path: str) -> None:
    url = f"/customers/{mehta.pk}/{path}".replace("{contact}", str(mehta.contacts.get().pk))
    before = AuditEntry.objects.count()
    for method in (as_chirag.get, as_chirag.post):
        assert method(url, {"text": "x", "tag": "x", "city": "x"}).status_code in (404, 405)
    assert (as_chirag.get(url).status_code, as_chirag.post(url).status_code) in (
        (404, 404),
        (405, 404),
        (404, 405),
    )
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 19, "9" * 40])
def test_strange_numbers_are_not_there(as_amina: Client, amina: User, pk: str) -> None:
    for path in ("", "edit/", "facts/name/", f"contacts/{pk}/"):
        assert as_amina.get(f"/customers/{pk}/{path}").status_code == 404
    assert as_amina.get(f"/tasks/{pk}/").status_code == 404
    assert as_amina.get(f"/customers/views/{pk}/").status_code == 404
    assert as_amina.post(f"/customers/batches/{pk}/undo/").status_code == 404


def test_a_contact_of_another_customer_is_not_there(as_bilal: Client, mehta: Customer, bilal: User) -> None:
    other = actions.add_customer(by=bilal, name="Iqbal")
    contact = other.contacts.get().pk
    assert as_bilal.get(f"/customers/{mehta.pk}/contacts/{contact}/").status_code == 404
    assert as_bilal.post(f"/customers/{mehta.pk}/contacts/{contact}/remove/").status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_the_page_asks_as_much_for_3_orders_as_for_30(
    as_bilal: Client, mehta: Customer, bilal: User, count: int
) -> None:
    orders(mehta, bilal, count)
    as_bilal.get(f"/customers/{mehta.pk}/")
    business.forget()
    with CaptureQueriesContext(connection) as asked:
        html = as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    assert html.count('class="entry"') == count
    queries = [one["sql"] for one in asked.captured_queries]
    known = _KEPT.setdefault("page", queries)
    assert len(queries) == len(known), "\n".join(queries)
    assert len(queries) <= 18, "\n".join(queries)


_KEPT: dict[str, list[str]] = {}


def test_hostile_notes_names_and_titles_are_inert(as_bilal: Client, mehta: Customer, bilal: User) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    actions.write_note(mehta, bad, by=bilal)
    actions.add_task(by=bilal, customer=mehta, title=bad)
    actions.add_contact(mehta, by=bilal, name=bad, role="<b>son</b>")
    actions.edit_customer(mehta, by=bilal, address=bad + "\nsecond line", city=bad[:40])
    actions.tag_customers([mehta.pk], '"><b>x', by=bilal)
    html = as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<b>son" not in html
    assert '"><b>x' not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_note_is_written_and_the_day_book_comes_back(as_bilal: Client, mehta: Customer) -> None:
    response = as_bilal.post(f"/customers/{mehta.pk}/notes/", {"text": "Wants georgette"}, headers=MIDDLE)
    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in html
    assert "Wants georgette" in html
    plain = as_bilal.post(f"/customers/{mehta.pk}/notes/", {"text": "Again"})
    assert plain["Location"] == f"/customers/{mehta.pk}/"
    assert Note.objects.count() == 2


def test_an_empty_note_says_so_and_keeps_what_was_typed_elsewhere(as_bilal: Client, mehta: Customer) -> None:
    for headers in ({}, MIDDLE):
        response = as_bilal.post(f"/customers/{mehta.pk}/notes/", {"text": ""}, headers=headers)
        assert response.status_code == 422
        assert b"field__error" in response.content
    long = as_bilal.post(f"/customers/{mehta.pk}/notes/", {"text": "x" * 20_001}, headers=MIDDLE)
    assert long.status_code == 422
    assert "x" * 20_001 in long.content.decode()
    assert Note.objects.count() == 0


def test_calls_and_tasks_from_the_page(as_bilal: Client, mehta: Customer, bilal: User) -> None:
    as_bilal.post(f"/customers/{mehta.pk}/calls/", {"text": "Comes on Thursday", "outcome": "reached"})
    as_bilal.post(f"/customers/{mehta.pk}/tasks/", {"title": "Collect cheque", "due_on": "2026-11-26"})
    said = mehta.activities.get(kind="customers.call.made").facts
    assert said == {"answered": True, "outcome": "reached"}
    task = Task.objects.get()
    assert (task.due_on, task.assigned_to) == (dt.date(2026, 11, 26), bilal)
    wrong = as_bilal.post(f"/customers/{mehta.pk}/tasks/", {"title": "x", "due_on": "soon"}, headers=MIDDLE)
    assert wrong.status_code == 422


def test_a_fact_is_changed_where_it_stands(as_bilal: Client, mehta: Customer) -> None:
    url = f"/customers/{mehta.pk}/facts/city/"
    here = {"HX-Request": "true", "HX-Target": "div#fact-city"}
    form = as_bilal.get(url, headers=here).content.decode()
    assert 'value="Rajkot"' in form
    assert "<html" not in form
    saved = as_bilal.post(url, {"city": "Jamnagar"}, headers=here).content.decode()
    assert "<bdi>Jamnagar</bdi>" in saved
    assert as_bilal.get(url + "?cancel=1", headers=here).content.decode() == saved
    mehta.refresh_from_db()
    assert mehta.city == "Jamnagar"
    assert AuditEntry.objects.latest("pk").detail == {"changes": {"city": ["Rajkot", "Jamnagar"]}}


def test_without_a_script_a_fact_has_a_page_of_its_own(as_bilal: Client, mehta: Customer) -> None:
    url = f"/customers/{mehta.pk}/facts/credit_limit/"
    assert "<html" in as_bilal.get(url).content.decode()
    wrong = as_bilal.post(url, {"credit_limit": "-5"})
    assert wrong.status_code == 422
    assert "A credit limit cannot be less than nothing." in wrong.content.decode()
    assert as_bilal.post(url, {"credit_limit": "६,००,०००"})["Location"] == f"/customers/{mehta.pk}/"
    mehta.refresh_from_db()
    assert mehta.credit_limit == Decimal(600000)


@pytest.mark.parametrize("field", ["archived_at", "source", "id", "branch", "nothing"])
def test_facts_that_are_not_theirs_to_change_are_not_there(
    as_bilal: Client, mehta: Customer, field: str
) -> None:
    assert as_bilal.post(f"/customers/{mehta.pk}/facts/{field}/", {field: "1"}).status_code == 404


def test_everything_in_one_form(as_amina: Client, mehta: Customer) -> None:
    data = {
        "name": "Mehta Sarees",
        "kind": "business",
        "name_ur": "مہتا ساڑی",
        "since": "2014-08-01",
        "country": "IN",
    }
    assert as_amina.post(f"/customers/{mehta.pk}/edit/", data)["Location"] == f"/customers/{mehta.pk}/"
    mehta.refresh_from_db()
    assert (mehta.name, mehta.other_names, mehta.since) == (
        "Mehta Sarees",
        {"ur": "مہتا ساڑی"},
        dt.date(2014, 8, 1),
    )
    wrong = as_amina.post(f"/customers/{mehta.pk}/edit/", data | {"name": "x" * 300, "country": "XX"})
    assert wrong.status_code == 422
    mehta.refresh_from_db()
    assert mehta.name == "Mehta Sarees"


def test_tags_on_and_off(as_bilal: Client, mehta: Customer) -> None:
    here = {"HX-Request": "true", "HX-Target": "div#tags"}
    html = as_bilal.post(f"/customers/{mehta.pk}/tags/", {"tag": "VIP"}, headers=here).content.decode()
    assert re.findall(r"<bdi>(.*?)</bdi>", html) == ["VIP", "Wedding"]
    as_bilal.post(f"/customers/{mehta.pk}/tags/", {"remove": "Wedding"})
    assert [link.tag.name for link in mehta.tag_links.all()] == ["VIP"]
    as_bilal.post(f"/customers/{mehta.pk}/tags/", {"tag": " "})
    assert mehta.tag_links.count() == 1


def test_consent_is_written_down_with_who_when_and_how(
    as_bilal: Client, mehta: Customer, bilal: User
) -> None:
    contact = mehta.contacts.get()
    data = {
        "contact": contact.pk,
        "channel": "whatsapp",
        "purpose": "offers",
        "state": "granted",
        "how": "in the shop",
    }
    assert as_bilal.post(f"/customers/{mehta.pk}/consent/", data).status_code == 302
    row = Consent.objects.get()
    assert (row.state, row.by, row.how) == ("granted", bilal, "in the shop")
    html = as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    assert "WhatsApp: Offers and news" in html
    for wrong in ({"how": ""}, {"contact": "999999"}, {"channel": "pigeon"}):
        assert as_bilal.post(f"/customers/{mehta.pk}/consent/", data | wrong).status_code == 422
    assert Consent.objects.count() == 1


def test_contacts_and_their_phones_by_hand(as_bilal: Client, mehta: Customer) -> None:
    data = {"name": "Bhavesh", "role": "son", "phone": "98795 20418", "email": "not an address"}
    wrong = as_bilal.post(f"/customers/{mehta.pk}/contacts/", data)
    assert wrong.status_code == 422
    assert "not an address" in wrong.content.decode()
    assert mehta.contacts.count() == 1
    as_bilal.post(f"/customers/{mehta.pk}/contacts/", data | {"email": ""})
    son = mehta.contacts.get(name="Bhavesh")
    base = f"/customers/{mehta.pk}/contacts/{son.pk}/"
    as_bilal.post(base + "identities/", {"kind": "whatsapp", "value": "98795 20419"})
    assert sorted(son.identities.values_list("value", flat=True)) == ["+919879520418", "+919879520419"]
    bad = as_bilal.post(base + "identities/", {"kind": "phone", "value": "call me"})
    assert bad.status_code == 422
    as_bilal.post(f"{base}identities/{son.identities.first().pk}/remove/")  # type: ignore[union-attr]
    assert son.identities.count() == 1
    as_bilal.post(base, {"name": "Bhavesh Mehta", "role": "", "language": "gu"})
    as_bilal.post(base + "first/")
    son.refresh_from_db()
    assert (son.name, son.language, son.is_primary) == ("Bhavesh Mehta", "gu", True)
    as_bilal.post(base + "remove/")
    assert mehta.contacts.count() == 2


def test_adding_in_seconds(as_bilal: Client, bilal: User) -> None:
    assert b"autofocus" in as_bilal.get("/customers/add/?name=Noor").content
    data = {
        "name": "Noor Bridal Store",
        "phones": "98980 51127, 0261 2345678",
        "kind": "business",
        "tags": "VIP, Eid",
    }
    made = as_bilal.post("/customers/add/", data)
    customer = Customer.objects.get()
    assert made["Location"] == f"/customers/{customer.pk}/"
    assert customer.branch == bilal.branch
    values = customer.contacts.get().identities.values_list("value", flat=True)
    assert sorted(values) == ["+912612345678", "+919898051127"]
    assert sorted(link.tag.name for link in customer.tag_links.all()) == ["Eid", "VIP"]
    assert as_bilal.post("/customers/add/", data | {"another": "1"})["Location"] == "/customers/add/"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 300), ("phones", "call me"), ("emails", "nobody"),
     ("whatsapp", "12"), ("kind", "alien"),
     ("tags", "x" * 80), ("credit_limit", "lots"), ("since", "yesterday"), ("owner", "99999"), ("name", "\u202e")],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nobody_is_added(as_bilal: Client, field: str, value: str) -> None:
    response = as_bilal.post("/customers/add/", {"name": "Noor", "kind": "business", field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert Customer.objects.count() == 0


def test_who_may_be_the_same_is_told_while_typing_and_blocks_nothing(
    as_bilal: Client, mehta: Customer
) -> None:
    html = as_bilal.get("/customers/likely/", {"name": "Mehta Sari Center", "phones": ""}).content.decode()
    assert f"/customers/{mehta.pk}/" in html
    as_bilal.post("/customers/add/", {"name": "Mehta Saree Centre", "kind": "business"})
    assert Customer.objects.filter(name="Mehta Saree Centre").count() == 2


def test_putting_away_and_bringing_back(as_amina: Client, mehta: Customer) -> None:
    as_amina.post(f"/customers/{mehta.pk}/put-away/")
    assert "Bring back" in as_amina.get(f"/customers/{mehta.pk}/").content.decode()
    as_amina.post(f"/customers/{mehta.pk}/bring-back/")
    mehta.refresh_from_db()
    assert mehta.archived_at is None


def test_my_tasks(as_bilal: Client, as_chirag: Client, mehta: Customer, bilal: User) -> None:
    as_bilal.post("/tasks/", {"title": "Call Mehta", "due_on": "2026-11-26"})
    task = Task.objects.get()
    assert "Call Mehta" in as_bilal.get("/tasks/").content.decode()
    assert "Call Mehta" not in as_chirag.get("/tasks/?of=all").content.decode()
    assert as_chirag.post(f"/tasks/{task.pk}/done/").status_code == 404
    as_bilal.post(f"/tasks/{task.pk}/", {"title": "Ring Mehta", "due_on": "2026-11-27"})
    as_bilal.post(f"/tasks/{task.pk}/done/")
    task.refresh_from_db()
    assert (task.title, task.done_by) == ("Ring Mehta", bilal)
    assert "Ring Mehta" in as_bilal.get("/tasks/?of=done").content.decode()
    as_bilal.post(f"/tasks/{task.pk}/open/")
    task.refresh_from_db()
    assert task.done_at is None


def test_the_day_book_goes_back_to_the_first_line_once_each(
    as_bilal: Client, mehta: Customer, bilal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "LINES", 7)
    same = timezone.now() - dt.timedelta(days=1)
    for number in range(20):
        actions.write_note(mehta, f"note {number:02d}.", by=bilal, at=same if number % 2 else None)
    url, seen = f"/customers/{mehta.pk}/?group=notes", []
    while url:
        html = as_bilal.get(url, headers={"HX-Request": "true", "HX-Target": "div#older"}).content.decode()
        seen += re.findall(r"note \d\d\.", html)
        older = re.search(r'hx-get="([^"]*)" hx-target="#older"', html)
        url = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == 20
    assert sorted(seen) == [f"note {number:02d}." for number in range(20)]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "%00",
        "W10",
        "WzEsMl0",
        "e30",
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgMTE4MDU5MTYyMDcxNzQxMTMwMzQyNF0",
    ],
)
def test_a_forged_place_in_the_day_book_begins_anew(as_bilal: Client, mehta: Customer, after: str) -> None:
    response = as_bilal.get(f"/customers/{mehta.pk}/", {"after": after})
    assert response.status_code == 400
    assert "Added to Grahak" in response.content.decode()


def test_a_month_is_summed_only_where_it_stands_whole(
    as_bilal: Client, mehta: Customer, bilal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoneinfo import ZoneInfo

    for day, amount in ((3, 100), (12, 250), (25, 50)):
        at = dt.datetime(2026, 9, day, 12, tzinfo=ZoneInfo("Asia/Kolkata"))
        actions.tell(mehta, "sales.order.placed", group="orders", at=at, amount=Decimal(amount))
    actions.tell(
        mehta, "sales.payment.received", group="money", amount=Decimal(-70),
        at=dt.datetime(2026, 9, 28, 12, tzinfo=ZoneInfo("Asia/Kolkata")),
    )  # fmt: skip
    html = as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    assert 'Bought <bdi class="money">400</bdi>' in html
    assert 'paid <bdi class="money">70</bdi>' in html
    monkeypatch.setattr(timeline, "LINES", 4)
    assert "Bought <bdi" not in as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
