"""A shop's own fields: in forms, on the page, in the list, in files; kinds changed without losing a value."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from grahak.core import business
from grahak.core.models import AuditEntry
from grahak.customers import actions, custom
from grahak.customers.models import CustomField, CustomValue


@pytest.fixture
def asha(amina):
    return actions.add_customer(by=amina, name="Asha Stores")


def field(amina, name, kind="text", options=()):
    made = actions.add_field(by=amina, name=name, kind=kind, options=options)
    custom.forget()
    return made


def own(customer):
    return custom.values_of([customer.pk]).get(customer.pk, {})


def test_a_field_added_stands_on_the_page_the_form_and_in_the_list(as_amina, asha):
    answer = as_amina.post(
        "/settings/fields/", {"name": "Route", "kind": "choice", "options": "North\nSouth\n\nnorth"}
    )
    assert answer.status_code == 302
    custom.forget()
    made = CustomField.objects.get()
    assert (made.code, made.options) == ("route", ["North", "South", "north"])
    page = as_amina.get(f"/customers/{asha.pk}/edit/").content.decode()
    assert 'name="own-route"' in page
    as_amina.post(f"/customers/{asha.pk}/facts/own-route/", {"own-route": "South"})
    assert own(asha) == {"route": "South"}
    assert "South" in as_amina.get(f"/customers/{asha.pk}/").content.decode()
    assert "Asha Stores" in as_amina.get("/customers/?own-route=is:South").content.decode()
    assert "Asha Stores" not in as_amina.get("/customers/?own-route=not:South").content.decode()
    as_amina.post("/customers/columns/", {"columns": ["name", "own-route"], "query": ""})
    assert "South" in as_amina.get("/customers/").content.decode()


@pytest.mark.parametrize(
    ("kind", "given", "kept", "written"),
    [
        ("text", "  12  Bazaar ", "12 Bazaar", "12 Bazaar"),
        ("number", "१,२५०.५", Decimal("1250.5"), "1250.5"),
        ("money", "1,25,000", Decimal("125000"), "125000"),
        ("date", "2026-03-31", dt.date(2026, 3, 31), "2026-03-31"),
    ],
)
def test_each_kind_is_read_as_traders_type_it(amina, asha, kind, given, kept, written):
    made = field(amina, "Fact", kind)
    assert actions.set_own(asha, {"fact": given}, by=amina) is True
    assert own(asha) == {"fact": kept}
    assert custom.plain(made, own(asha)["fact"]) == written
    assert actions.set_own(asha, {"fact": given}, by=amina) is False  # the same again is no change


def test_several_of_a_list_are_rows_and_one_can_be_taken_away(amina, asha):
    field(amina, "Sells", "choices", ["Toys", "Cloth", "Spice"])
    actions.set_own(asha, {"sells": ["Toys", "spice"]}, by=amina)
    assert own(asha) == {"sells": ["Toys", "Spice"]}
    actions.set_own(asha, {"sells": ["Spice"]}, by=amina)
    assert own(asha) == {"sells": ["Spice"]}
    actions.set_own(asha, {"sells": []}, by=amina)
    assert own(asha) == {}
    assert not CustomValue.objects.exists()


def test_another_customer_is_named_and_must_be_one(as_amina, amina, asha):
    field(amina, "Recommended by", "customer")
    meena = actions.add_customer(by=amina, name="Meena Stores")
    url = f"/customers/{asha.pk}/facts/own-recommended_by/"
    assert as_amina.post(url, {"own-recommended_by": "Nobody & Sons"}).status_code == 422
    as_amina.post(url, {"own-recommended_by": "Meena Stores"})
    assert own(asha) == {"recommended_by": meena}
    assert "Asha Stores" in as_amina.get("/customers/?own-recommended_by=is:Meena+Stores").content.decode()


@pytest.mark.parametrize(
    ("kind", "bad"), [("number", "twelve"), ("date", "31 Foo"), ("choice", "West"), ("text", "x" * 201)]
)
def test_a_bad_value_names_its_field_and_nothing_is_written(amina, asha, kind, bad):
    field(amina, "Fact", kind, ["North"])
    with pytest.raises(ValidationError) as error:
        actions.set_own(asha, {"fact": bad}, by=amina)
    assert list(error.value.message_dict) == ["own-fact"]
    assert own(asha) == {}


def test_a_bad_value_in_the_form_keeps_the_usual_facts_as_they_were(as_amina, amina, asha):
    field(amina, "Fact", "number")
    answer = as_amina.post(
        f"/customers/{asha.pk}/edit/", {"name": "Changed", "kind": "business", "own-fact": "twelve"}
    )
    assert answer.status_code == 422
    asha.refresh_from_db()
    assert asha.name == "Asha Stores"


def test_changing_the_kind_rereads_every_value(amina, asha):
    made = field(amina, "Members", "text")
    actions.set_own(asha, {"members": "1,200"}, by=amina)
    change = actions.change_field(made, by=amina, name="Members", kind="number")
    assert (change.converted, change.aside) == (1, 0)
    custom.forget()
    assert own(asha) == {"members": Decimal(1200)}


def test_a_kind_that_would_lose_a_value_is_refused_and_changes_nothing(amina, asha):
    made = field(amina, "Members", "text")
    actions.set_own(asha, {"members": "many"}, by=amina)
    with pytest.raises(ValidationError) as error:
        actions.change_field(made, by=amina, name="Guests", kind="number")
    assert "many" in error.value.message_dict["kind"][0]
    made.refresh_from_db()
    assert (made.name, made.kind) == ("Members", "text")
    assert own(asha) == {"members": "many"}


def test_a_word_in_use_cannot_leave_the_list(amina, asha):
    made = field(amina, "Route", "choice", ["North", "South"])
    actions.set_own(asha, {"route": "South"}, by=amina)
    with pytest.raises(ValidationError) as error:
        actions.change_field(made, by=amina, name="Route", kind="choice", options=["North"])
    assert list(error.value.message_dict) == ["options"]


def test_a_field_put_away_comes_back_with_its_values(as_amina, amina, asha):
    made = field(amina, "Route", "text")
    actions.set_own(asha, {"route": "South"}, by=amina)
    as_amina.post(f"/settings/fields/{made.pk}/put-away/")
    custom.forget()
    assert own(asha) == {}
    assert as_amina.get(f"/customers/{asha.pk}/facts/own-route/").status_code == 404
    as_amina.post(f"/settings/fields/{made.pk}/bring-back/")
    custom.forget()
    assert own(asha) == {"route": "South"}


def test_names_are_unique_and_codes_are_made_from_any_script(amina):
    field(amina, "راستہ")
    assert CustomField.objects.get().code == "field"
    with pytest.raises(ValidationError):
        actions.add_field(by=amina, name=" راستہ ", kind="text")


def test_every_change_is_in_the_log_with_old_and_new(amina, asha):
    field(amina, "Route")
    actions.set_own(asha, {"route": "North"}, by=amina)
    actions.set_own(asha, {"route": "South"}, by=amina)
    newest = AuditEntry.objects.filter(action="customers.customer.edited").latest("pk")
    assert newest.detail == {"changes": {"Route": ["North", "South"]}}


def shown(client, query):
    """The names in the list, in its order."""
    import re

    html = client.get(f"/customers/?{query}").content.decode()
    return re.findall(r"data-row-link><bdi>([^<]*)</bdi>", html)


@pytest.mark.parametrize(
    ("kind", "values", "order"),
    [
        ("text", ["b", "a", None], ["Two", "One", "Three"]),
        ("number", ["9", "10", None], ["One", "Two", "Three"]),
        ("money", ["-5", "-50", None], ["Two", "One", "Three"]),
        ("date", ["2026-02-01", "2025-12-31", None], ["Two", "One", "Three"]),
    ],
)
def test_the_list_is_sorted_by_an_own_field_and_who_has_no_value_comes_last(
    as_amina, amina, kind, values, order
):
    made = field(amina, "Fact", kind)
    for name, value in zip(("One", "Two", "Three"), values, strict=True):
        actions.set_own(actions.add_customer(by=amina, name=name), {made.code: value}, by=amina)
    as_amina.post("/customers/columns/", {"columns": ["name", "own-fact"], "query": ""})
    assert 'href="?sort=-own-fact"' in as_amina.get("/customers/?sort=own-fact").content.decode()
    assert shown(as_amina, "sort=own-fact") == order
    assert shown(as_amina, "sort=-own-fact") == [order[1], order[0], "Three"]


@pytest.mark.parametrize("few", [1000, 2])
@pytest.mark.parametrize("direction", ["", "-"])
def test_pages_of_a_list_sorted_by_an_own_field_show_everybody_once(
    as_amina, amina, monkeypatch, few, direction
):
    from grahak.customers.listing import page, walk

    monkeypatch.setattr(page, "FEW", few)
    monkeypatch.setattr(walk, "FEW", few)
    made = field(amina, "Rank", "number")
    for number in range(60):
        one = actions.add_customer(by=amina, name=f"Shop {number:02d}")
        actions.set_own(one, {made.code: None if number % 3 == 0 else number % 7}, by=amina)
    for base in (f"sort={direction}own-rank&size=25", f"kind=is:business&sort={direction}own-rank&size=25"):
        seen, query = [], base
        while query:
            html = as_amina.get(f"/customers/?{query}").content.decode()
            seen += shown(as_amina, query)
            following = html.partition('rel="next"')[0].rpartition('href="?')[2].partition('"')[0]
            query = following.replace("&amp;", "&") if 'rel="next"' in html else ""
        known = [name for name in seen if int(name[5:]) % 3]
        ranks = [int(name[5:]) % 7 for name in known]
        assert len(seen) == len(set(seen)) == 60
        assert ranks == sorted(ranks, reverse=bool(direction))
        assert set(seen[40:]) == {f"Shop {n:02d}" for n in range(0, 60, 3)}


def test_several_of_a_list_cannot_be_sorted_by(as_amina, amina):
    field(amina, "Sells", "choices", ["Toys"])
    assert as_amina.get("/customers/?sort=own-sells").status_code == 200
    as_amina.post("/customers/columns/", {"columns": ["name", "own-sells"], "query": ""})
    assert "sort=own-sells" not in as_amina.get("/customers/").content.decode()


def test_the_list_asks_as_often_for_thirty_customers_as_for_three(as_amina, amina):
    field(amina, "Route")
    as_amina.post("/customers/columns/", {"columns": ["name", "own-route"], "query": ""})

    def asked():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        custom.forget()  # what is kept for a second is asked anew each time
        business.forget()
        with CaptureQueriesContext(connection) as seen:
            assert as_amina.get("/customers/").status_code == 200
        return len(seen)

    def more(many):
        for number in range(many):
            made = actions.add_customer(by=amina, name=f"Shop {number} of {many}")
            actions.set_own(made, {"route": "North"}, by=amina)

    more(2)
    asked()  # what a process reads once
    more(1)
    few = asked()
    more(27)
    assert asked() == few
