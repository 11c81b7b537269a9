"""What a customer's page shows of the web: lines, visits, the panel."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.connect.digest import catch_up
from grahak.connect.digest.tests.web import account, browser, event, identify, page, viewed
from grahak.core.models import User
from grahak.customers import actions
from grahak.customers.models import Activity, Customer, Visit, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("business")]
BAD = "<script>alert(1)</script>"


@pytest.fixture
def noor() -> Customer:
    phone = browser()
    page(
        phone,
        0,
        "/sale",
        userAgent="Mozilla/5.0 (iPhone) Mobile",
        campaign={"source": BAD[:40], "name": "eid"},
    )
    viewed(phone, 1, "Georgette")
    viewed(phone, 2, BAD)
    buyer = account("5", phone)
    identify(buyer, 3, name="Noor Fatima", email="noor@example.com")
    viewed(buyer, 4, "Chiffon", "Product Added")
    event(buyer, 5, name="Size Chart Opened", subject=BAD)
    catch_up()
    return Customer.objects.get()


def test_one_line_a_visit_with_what_was_done(as_amina: Client, noor: Customer) -> None:
    html = as_amina.get(f"{noor.get_absolute_url()}?group=web").content.decode()
    assert html.count('class="entry entry--word"') == 1
    said = re.sub("[\u2068\u2069]", "", html)
    assert "1 page · looked at Georgette, &lt;script&gt;" in said
    assert "put Chiffon into the basket · 1 other action · on a phone" in said
    assert "<script>alert" not in html
    assert "Added to Grahak" not in html
    assert 'href="/customers/' in html and "Web" in html


def test_the_panel_says_when_and_what_lies_in_the_basket(as_amina: Client, noor: Customer) -> None:
    html = as_amina.get(noor.get_absolute_url()).content.decode()
    panel = html.partition("On the web shop")[2].partition("</section>")[0]
    assert "Still in the basket" in panel
    assert "<bdi>Chiffon</bdi>" in panel
    assert "1 visit" in panel
    event(account("5"), 30, name="Order Completed", properties={"order_id": "9"})
    catch_up()
    assert "Still in the basket" not in as_amina.get(noor.get_absolute_url()).content.decode()


def test_who_was_never_there_has_no_panel(as_amina: Client, amina: User) -> None:
    other = actions.add_customer(by=amina, name="Mehta Saree Centre")
    assert "On the web shop" not in as_amina.get(other.get_absolute_url()).content.decode()


def test_a_visit_unfolds_to_its_events_before_and_after_the_log_in(as_amina: Client, noor: Customer) -> None:
    line = Activity.objects.get(group="web")
    url = f"/customers/{noor.pk}/visits/{line.subject_id}/"
    whole = as_amina.get(url).content.decode()
    assert "<html" in whole
    assert "<script>alert" not in whole
    here = {"HX-Request": "true", "HX-Target": f"div#visit-{line.subject_id}"}
    part = as_amina.get(url, headers=here).content.decode()
    assert "<html" not in part
    what = re.findall(r'class="visit__deed">.*?</span><span>(.*?) ?(?:<bdi|</span>)', part)
    assert what == [
        "Looked at a page", "Looked at an item", "Looked at an item", "Put into the basket",
        "Size Chart Opened",
    ]  # fmt: skip


def test_a_visit_of_another_is_not_there(
    as_amina: Client, as_chirag: Client, noor: Customer, amina: User
) -> None:
    other = actions.add_customer(by=amina, name="Mehta Saree Centre")
    visit = Visit.objects.first()
    assert visit is not None
    assert as_amina.get(f"/customers/{other.pk}/visits/{visit.pk}/").status_code == 404
    assert as_amina.get(f"/customers/{noor.pk}/visits/{'9' * 30}/").status_code == 404
    Customer.objects.filter(pk=noor.pk).update(branch=amina.branch)
    assert as_chirag.get(f"/customers/{noor.pk}/visits/{visit.pk}/").status_code == 404


def test_the_page_asks_as_much_for_3_visits_as_for_30(as_amina: Client, noor: Customer) -> None:
    asked: list[Counter[str]] = []
    for many, start in ((3, 1000), (30, 10_000)):
        for number in range(many):
            page(account("5"), start + number * 60)
        catch_up()
        as_amina.get(noor.get_absolute_url())
        with CaptureQueriesContext(connection) as found:
            html = as_amina.get(noor.get_absolute_url()).content.decode()
        assert html.count('class="entry entry--word"') >= many
        asked.append(Counter(re.sub(r"[0-9]+", "1", one["sql"])[:160] for one in found.captured_queries))
    # the business is kept for a second, which a busy machine may pass
    more = asked[1] - asked[0]
    assert [sql for sql in more if '"core_business"' not in sql and '"core_branch"' not in sql] == []


def test_two_who_may_be_one_lead_to_each_other(as_amina: Client, noor: Customer, amina: User) -> None:
    identify(account("6"), 100, name="Noor F.", email="noor@example.com")
    catch_up()
    other = Customer.objects.exclude(pk=noor.pk).get()
    html = as_amina.get(noor.get_absolute_url()).content.decode()
    assert f'<a href="/customers/{other.pk}/">May be the same customer as another' in html
    assert Visitor.objects.get(value="6").customer == other
    panel = html.partition("May be the same</h2>")[2].partition("</section>")[0]
    assert "<bdi>Noor F.</bdi>" in panel
    assert "same account on the web shop" in panel
    actions.archive_customer(other, by=amina)
    assert "May be the same</h2>" not in as_amina.get(noor.get_absolute_url()).content.decode()
