"""The list: filters, order, paging, counts, saved views, what a forged address gets."""

from __future__ import annotations

import base64
import json
import re
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from grahak.core.models import AuditEntry, Branch, User
from grahak.customers import actions
from grahak.customers.listing import page as paging
from grahak.customers.listing import walk as walking
from grahak.customers.listing.page import every_id, read_page
from grahak.customers.listing.question import read
from grahak.customers.listing.table import chosen_columns
from grahak.customers.models import Customer, SavedView
from grahak.customers.selection import customers_in
from grahak.customers.tests.world import figures, many

HTMX = {"HX-Request": "true", "HX-Target": "section#list"}


def names(html: bytes | str) -> list[str]:
    text = html.decode() if isinstance(html, bytes) else html
    return re.findall(r"data-row-link><bdi>(.*?)</bdi>", text)


def next_link(html: bytes) -> str:
    found = re.search(r'href="\?([^"]*)" rel="next"', html.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_the_list_shows_name_phone_and_place_in_order_of_names(as_amina: Client, amina: User) -> None:
    actions.add_customer(by=amina, name="Rekha Sharma", kind="person", phones=["98930 45510"], city="Indore")
    actions.add_customer(by=amina, name="Mehta Saree Centre", contact_name="Hasmukh Mehta", city="Rajkot")
    html = as_amina.get("/customers/").content.decode()
    assert names(html) == ["Mehta Saree Centre", "Rekha Sharma"]
    assert "+91 98930 45510" in html
    assert '<bdi dir="auto">Hasmukh Mehta</bdi> · <bdi>Rajkot</bdi>' in html


def test_a_fragment_is_the_list_alone(as_amina: Client, amina: User) -> None:
    many(amina, 1)
    html = as_amina.get("/customers/", headers=HTMX).content.decode()
    assert html.strip().startswith("<section")
    assert "<html" not in html
    assert names(html) == ["Customer 001"]


def test_a_salesman_sees_his_branch_and_customers_of_no_branch(
    as_chirag: Client, amina: User, chirag: User, surat: Branch
) -> None:
    actions.add_customer(by=amina, name="Of Rajkot")
    actions.add_customer(by=chirag, name="Of Surat")
    actions.add_customer(by=amina, name="Of nobody", branch=None)
    assert names(as_chirag.get("/customers/").content) == ["Of nobody", "Of Surat"]


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_asks_the_same_questions_at_3_and_30_rows(as_amina: Client, amina: User, count: int) -> None:
    for one in many(amina, count, tags=["VIP"]):
        figures(one, balance=100)
    session = as_amina.session
    session["customers.columns"] = ["name", "phone", "mail", "tags", "owner", "branch", "balance", "rhythm"]
    session.save()
    as_amina.get("/customers/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        html = as_amina.get("/customers/?kind=is:business&sort=-balance").content
    assert len(names(html)) == count
    _same("list", [query["sql"] for query in asked.captured_queries])


_KEPT: dict[str, list[str]] = {}


def _same(name: str, queries: list[str]) -> None:
    """The questions of both sizes are equally many."""
    before = _KEPT.setdefault(name, queries)
    assert len(queries) == len(before), "\n".join(queries)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=is:person", ["Anjali", "Noor"]),
        ("kind=not:person", ["Mehta"]),
        ("city=is:Rajkot", ["Anjali", "Mehta"]),
        ("city=not:Rajkot", ["Noor"]),
        ("city=is:Rajkot&kind=is:business", ["Mehta"]),
        ("tag=is:VIP", ["Mehta"]),
        ("tag=not:VIP", ["Anjali", "Noor"]),
        ("country=is:PK", ["Noor"]),
        ("email=yes:", ["Noor"]),
        ("email=no:", ["Anjali", "Mehta"]),
        ("owner=is:none", ["Anjali", "Mehta", "Noor"]),
        ("language=is:ur", ["Noor"]),
        ("created=within:1", ["Anjali", "Mehta", "Noor"]),
        ("created=before:1", []),
        ("balance=gt:100", ["Mehta"]),
        ("balance=gt:१००", ["Mehta"]),
        ("balance=lt:1,00,000", ["Anjali", "Mehta"]),
        ("q=mehta", ["Mehta"]),
    ],
)
def test_filters(as_amina: Client, amina: User, query: str, expected: list[str]) -> None:
    mehta = actions.add_customer(by=amina, name="Mehta", city="Rajkot", country="IN", tags=["VIP"])
    anjali = actions.add_customer(by=amina, name="Anjali", city="Rajkot", kind="person", country="IN")
    actions.add_customer(
        by=amina, name="Noor", kind="person", country="PK", language="ur", emails=["noor@bridal.example"]
    )
    figures(mehta, balance=500)
    figures(anjali, balance=0)
    response = as_amina.get(f"/customers/?{query}")
    assert response.status_code == 200
    assert names(response.content) == expected
    assert sorted(one.name for one in customers_in(amina, query)) == expected


@pytest.mark.parametrize(
    "query",
    ["nonsense=is:1", "kind=is:alien", "kind=near:person", "balance=gt:lots", "created=within:99999999999",
     "owner=is:99999999999999999999999", "branch=is:-1", "city=is:", "city=is:a%00b", "view=999999", "view=x"],
)  # fmt: skip
def test_a_broken_address_shows_nobody_and_says_so(as_amina: Client, amina: User, query: str) -> None:
    many(amina, 2)
    response = as_amina.get(f"/customers/?{query}")
    assert response.status_code == 400
    assert names(response.content) == []
    assert b"error-summary" in response.content
    assert customers_in(amina, query).count() == 0


def test_too_many_filters_show_nobody(as_amina: Client, amina: User) -> None:
    many(amina, 2)
    response = as_amina.get("/customers/?" + "&".join(["kind=is:business"] * 21))
    assert response.status_code == 400
    assert names(response.content) == []


def forged() -> list[str]:
    def code(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return [
        "x",
        "%00",
        "é",
        "a" * 3000,
        code("text"),
        code([1, 2]),
        code(["-name", 0, "a", 1, 0]),  # of another order
        code(["name", 0, None, 1, 0]),
        code(["name", 0, {"a": 1}, 1, 0]),
        code(["name", 9, "a", 1, 0]),
        code(["name", True, "a", 1, 0]),
        code(["name", 0, "a", 2**70, 0]),
        code(["name", 0, "a", -1, 0]),
        code(["name", 0, "a\x00", 1, 0]),
        code(["name", 0, "a", 1, "x"]),
        base64.urlsafe_b64encode(("[" * 900).encode()).decode(),
    ]


@pytest.mark.parametrize("number", range(16))
def test_a_forged_place_begins_at_the_beginning_and_says_so(
    as_amina: Client, amina: User, number: int
) -> None:
    many(amina, 2)
    for name in ("after", "before"):
        response = as_amina.get("/customers/", {name: forged()[number]})
        assert response.status_code == 400
        assert names(response.content) == ["Customer 001", "Customer 002"]


@pytest.mark.parametrize("value", ["1e999", "nan", "12x", 2**70, True])
def test_a_forged_amount_in_a_place_is_refused(as_amina: Client, amina: User, value: object) -> None:
    many(amina, 1)
    raw = base64.urlsafe_b64encode(json.dumps(["-balance", 0, value, 1, 0]).encode()).decode().rstrip("=")
    assert as_amina.get("/customers/", {"sort": "-balance", "after": raw}).status_code == 400


@pytest.mark.parametrize("few", [1000, 0])
@pytest.mark.parametrize(
    "sort", ["", "sort=-name", "sort=created", "sort=-balance", "sort=balance", "sort=due", "sort=city"]
)
@pytest.mark.parametrize("filtered", ["", "kind=is:business"])
def test_paging_visits_everybody_once_in_order_both_ways(
    as_amina: Client, amina: User, monkeypatch: pytest.MonkeyPatch, few: int, sort: str, filtered: str
) -> None:
    """The short way (sorted in memory) and the long one (walking the index) give the same list; ties, unknown
    values and customers that nobody counted stand in it too."""
    import datetime as dt

    for number, one in enumerate(many(amina, 60)):
        if number % 3:
            due = dt.date(2026, 1, 1) + dt.timedelta(days=number % 7) if number % 4 else None
            figures(one, balance=number % 5 * 100, due_on=due)
        if number % 9 == 0:
            actions.edit_customer(one, by=amina, kind="person", city="Rajkot")
    straight = [pk for part in every_id(read("&".join([filtered, sort]), amina), amina) for pk in part]
    monkeypatch.setattr(walking, "STEP", 1)
    monkeypatch.setattr(walking, "FEW", few)
    monkeypatch.setattr(paging, "FEW", few)
    query = "&".join(part for part in (filtered, sort, "size=25") if part)
    assert len(straight) == Customer.objects.filter(**({"kind": "business"} if filtered else {})).count()
    forward = _visit(amina, query, "next_query")
    assert forward == straight
    page = read_page(read(query + "&last=1", amina), amina, chosen_columns(None))
    backward = [one.pk for one in page.rows]
    while page.previous_query:
        page = read_page(read(page.previous_query, amina), amina, chosen_columns(None))
        backward = [one.pk for one in page.rows] + backward
    assert backward == straight


def _visit(user: User, query: str, way: str) -> list[int]:
    seen: list[int] = []
    while query:
        page = read_page(read(query, user), user, chosen_columns(None))
        seen += [one.pk for one in page.rows]
        query = getattr(page, way)
    return seen


class WalkingAnyList(TestCase):
    """Whatever the values, their ties and gaps, the walk gives each customer once, in order."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=40),
        st.booleans(),
        st.integers(1, 7),
    )
    def test_each_once(self, balances: list[int | None], descending: bool, size: int) -> None:
        from grahak.customers.listing.sorting import sort_of

        owner = User.objects.create(email="o@x.example", name="O", role="owner")
        made = Customer.objects.bulk_create([Customer(name="x", name_sort="x") for _one in balances])
        for customer, balance in zip(made, balances, strict=True):
            if balance is not None:
                figures(customer, balance=balance)
        sort = sort_of("-balance" if descending else "balance")
        assert sort is not None
        rows = Customer.objects.visible_to(owner).active()
        seen, place = [], None
        while True:
            with mock.patch.object(walking, "STEP", 1):
                found = walking.walk(rows, sort, place, size, backward=False, everybody=False)
            seen += [one.pk for one in found.places]
            if not found.more:
                break
            place = found.places[-1]
        pairs = list(zip(made, balances, strict=True))
        known = sorted(
            ((balance, one.pk) for one, balance in pairs if balance is not None), reverse=descending
        )
        absent = sorted((one.pk for one, balance in pairs if balance is None), reverse=descending)
        assert seen == [pk for _balance, pk in known] + absent


def test_next_leads_through_the_whole_list(as_amina: Client, amina: User) -> None:
    many(amina, 60)
    seen, query = [], "size=25"
    while query:
        html = as_amina.get(f"/customers/?{query}").content
        seen += names(html)
        query = next_link(html)
    assert seen == [f"Customer {number:03d}" for number in range(1, 61)]


def test_a_long_list_says_that_it_stopped_counting(
    as_amina: Client, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(amina, 30)
    monkeypatch.setattr(walking, "FEW", 10)
    monkeypatch.setattr(paging, "FEW", 10)
    html = as_amina.get("/customers/?kind=is:business&size=25").content.decode()
    assert "1–25 of 10+" in html
    assert "1–25 of 30" in as_amina.get("/customers/?size=25").content.decode()


def test_the_list_equals_the_selection_of_its_address(as_amina: Client, amina: User) -> None:
    many(amina, 30)
    for query in ("", "kind=is:business&sort=-created", "q=customer 007", "view=5"):
        shown = names(as_amina.get(f"/customers/?{query}&size=200".replace("?&", "?")).content)
        assert sorted(shown) == sorted(customers_in(amina, query).values_list("name", flat=True))


def test_hostile_names_and_cities_are_inert(as_amina: Client, amina: User) -> None:
    name = '"><script>alert(1)</script>'
    actions.add_customer(by=amina, name=name, city="<img src=x onerror=alert(2)>", tags=["<b>x</b>"])
    session = as_amina.session
    session["customers.columns"] = ["name", "city", "tags"]
    session.save()
    html = as_amina.get("/customers/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<b>x</b>" not in html
    assert names(html) == ["&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"]


def test_the_filter_form_leads_to_an_address_that_can_be_kept(as_amina: Client, amina: User) -> None:
    given = {"f": "city", "op": "is", "value": "Rajkot", "base": "kind=is:business"}
    response = as_amina.get("/customers/", given)
    assert (response.status_code, response["Location"]) == (
        302,
        "/customers/?kind=is:business&city=is:Rajkot",
    )
    changed = as_amina.get("/customers/", given | {"index": "0", "f": "kind", "op": "not", "value": "person"})
    assert changed["Location"] == "/customers/?kind=not:person"
    wrong = as_amina.get("/customers/", given | {"f": "created", "op": "within", "value": "soon"})
    assert wrong.status_code == 422
    assert "“soon” is not a number." in wrong.content.decode()


def test_columns_are_kept_for_the_session(as_amina: Client, amina: User) -> None:
    many(amina, 1, city="Rajkot")
    response = as_amina.post(
        "/customers/columns/", {"columns": ["city", "forged"], "query": "kind=is:business"}
    )
    assert response["Location"] == "/customers/?kind=is:business"
    assert as_amina.session["customers.columns"] == ["city"]
    html = as_amina.get("/customers/").content.decode()
    assert '<td class="wide-only"><bdi>Rajkot</bdi></td>' in html
    assert "You will get" not in html.split("<table")[1]
    as_amina.post("/customers/columns/", {"usual": "1"})
    assert "customers.columns" not in as_amina.session


def test_the_seeded_views_open(as_amina: Client, amina: User) -> None:
    many(amina, 2)
    seeds = list(SavedView.objects.filter(by=None))
    assert [view.name for view in seeds] == ["All", "Wholesale", "Due to reorder", "Owes us", "New"]
    for view in seeds:
        assert as_amina.get(f"/customers/?view={view.pk}").status_code == 200


def test_a_view_is_saved_shared_kept_and_deleted(as_amina: Client, as_bilal: Client, amina: User) -> None:
    response = as_amina.post(
        "/customers/views/", {"name": "Big ones", "query": "balance=gt:5000&sort=-balance"}
    )
    view = SavedView.objects.get(name="Big ones")
    assert response["Location"] == f"/customers/?view={view.pk}"
    assert view.query == "balance=gt:5000&sort=-balance"
    assert as_bilal.get(f"/customers/?view={view.pk}").status_code == 400
    assert as_bilal.post(f"/customers/views/{view.pk}/", {"name": "Mine now"}).status_code == 404
    as_amina.post(f"/customers/views/{view.pk}/", {"name": "Bigger ones", "shared": "1"})
    assert b"Bigger ones" in as_bilal.get("/customers/").content
    as_amina.post(f"/customers/views/{view.pk}/", {"keep": "1", "query": "balance=gt:9000"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == ("Bigger ones", True, "balance=gt:9000")
    as_amina.post(f"/customers/views/{view.pk}/remove/")
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_taking_the_last_filter_of_a_view_away_shows_everybody(as_amina: Client, amina: User) -> None:
    actions.add_customer(by=amina, name="Noor", kind="person")
    view = SavedView.objects.get(name="Wholesale")
    html = as_amina.get(f"/customers/?view={view.pk}").content.decode()
    assert names(html) == []
    removed = re.search(r'class="chip__off" href="([^"]*)"', html)
    assert removed
    assert names(as_amina.get(removed[1].replace("&amp;", "&")).content) == ["Noor"]


def test_counts_beside_the_tabs(as_amina: Client, amina: User) -> None:
    many(amina, 3)
    html = as_amina.get("/customers/views/counts/").content.decode()
    view = SavedView.objects.get(name="Wholesale")
    assert f'id="count-{view.pk}" hx-swap-oob="true">3</span>' in html


def test_an_export_is_audited_and_a_counter_may_not(as_amina: Client, as_bilal: Client, amina: User) -> None:
    actions.add_customer(by=amina, name="=cmd|' /C calc'!A0", phones=["98250 41276"])
    response = as_amina.post("/customers/export/", {"all": "1", "query": ""})
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    assert text.splitlines()[0].startswith("Customer,Phone,")
    assert text.splitlines()[1].startswith("'=cmd|' /C calc'!A0,+919825041276,")
    assert AuditEntry.objects.latest("pk").action == "customers.list.exported"
    assert as_bilal.post("/customers/export/", {"all": "1", "query": ""}).status_code == 404


def test_an_export_follows_the_lists_order_and_filters(as_amina: Client, amina: User) -> None:
    many(amina, 3)
    actions.add_customer(by=amina, name="Noor", kind="person")
    response = as_amina.post("/customers/export/", {"all": "1", "query": "kind=is:business&sort=-name"})
    rows = b"".join(response).decode("utf-8-sig").splitlines()[1:]  # type: ignore[arg-type]
    assert [row.split(",")[0] for row in rows] == ["Customer 003", "Customer 002", "Customer 001"]
