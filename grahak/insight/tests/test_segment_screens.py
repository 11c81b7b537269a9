"""Segments on screen, over HTTP and without a script: list, builder, page, lists kept by hand, who may."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.core import business
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer, Tag
from grahak.insight.models import Membership, Movement, Segment, SegmentSize
from grahak.insight.segments import actions
from tests.cast import signed_in

CITY = {"v": 1, "match": "all", "rules": [{"is": "name", "text": "Saree"}]}


@pytest.fixture
def mehta(amina: User, rajkot: Branch) -> Customer:
    return add_customer(
        by=amina, name="Mehta Saree Centre", phones=["+919825012345"], branch=rajkot, city="Rajkot"
    )


@pytest.fixture
def noor(amina: User, rajkot: Branch) -> Customer:
    return add_customer(
        by=amina, name="Noor Bridal Store", emails=["noor@bridal.example"], branch=rajkot, city="Surat"
    )


@pytest.fixture
def sarees(amina: User) -> Segment:
    return actions.create(name="Saree shops", tree=CITY, by=amina)


@pytest.fixture
def diwali(amina: User) -> Segment:
    return actions.create(name="Diwali cards", kind="static", by=amina)


def fields(page: str) -> dict[str, Any]:
    """What the builder's form would send."""
    form = page[page.index("data-builder") :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]+)"', tag)
        if name is None or ("checkbox" in tag and " checked" not in tag):
            continue
        value = re.search(r' value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(_plain(value[1]) if value else "")
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        first = re.search(r'<option value="([^"]*)"', inside)
        found[name] = [_plain((chosen or first)[1])] if chosen or first else []  # type: ignore[index]
    return found


def _plain(text: str) -> str:
    return text.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")


def test_lines_and_groups_are_added_moved_and_taken_out_without_a_script(as_amina: Client) -> None:
    page = as_amina.get("/segments/new/").text
    assert "Nothing is asked yet" in page
    page = as_amina.post("/segments/new/", fields(page) | {"do": "add:r", "r~new": "orders"}).text
    page = as_amina.post("/segments/new/", fields(page) | {"do": "group:r"}).text
    page = as_amina.post("/segments/new/", fields(page) | {"do": "add:r-1:late"}).text
    assert fields(page)["r-0~is"] == ["orders"]
    assert fields(page)["r-1~match"] == ["any"]
    assert fields(page)["r-1-0~is"] == ["late"]
    page = as_amina.post("/segments/new/", fields(page) | {"do": "out:r-1-0"}).text
    assert [fields(page).get(f"r-{at}~is") for at in range(3)] == [["orders"], None, ["late"]]
    page = as_amina.post("/segments/new/", fields(page) | {"do": "up:r-2"}).text
    assert fields(page)["r-1~is"] == ["late"]
    page = as_amina.post("/segments/new/", fields(page) | {"do": "remove:r-0"}).text
    assert fields(page)["r-0~is"] == ["late"]
    page = as_amina.post("/segments/new/", fields(page) | {"do": "back"}).text
    assert fields(page)["r-0~is"] == ["orders"]
    assert fields(page)["r-1~is"] == ["late"]


def test_what_was_typed_travels_through_a_press(as_amina: Client) -> None:
    page = as_amina.get("/segments/new/?from=quiet").text
    typed = fields(page) | {"r-0~amount~value": "7,500", "name": "Mine", "do": "down:r-0"}
    page = as_amina.post("/segments/new/", typed).text
    assert fields(page)["r-1~amount~value"] == ["7,500"]
    assert fields(page)["name"] == ["Mine"]


def test_a_line_that_says_too_little_is_marked_and_nothing_is_saved(as_amina: Client) -> None:
    page = as_amina.get("/segments/new/").text
    page = as_amina.post("/segments/new/", fields(page) | {"do": "add:r:name"}).text
    answer = as_amina.post("/segments/new/", fields(page) | {"name": "Sarees", "do": "save"})
    assert answer.status_code == 422
    assert "“Part of the name” is empty." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not Segment.objects.exists()
    answer = as_amina.post("/segments/new/", fields(answer.text) | {"r-0~text": "Saree", "do": "save"})
    made = Segment.objects.get()
    assert answer.headers["Location"] == f"/segments/{made.pk}/"
    assert made.tree == {"v": 1, "match": "all", "rules": [{"is": "name", "text": "Saree"}]}


def test_a_name_that_is_taken_is_refused_with_the_draft_kept(as_amina: Client, sarees: Segment) -> None:
    page = as_amina.get("/segments/new/?from=late").text
    answer = as_amina.post("/segments/new/", fields(page) | {"name": "Saree shops", "do": "save"})
    assert answer.status_code == 422
    assert "There is a segment of that name already." in answer.text
    assert fields(answer.text)["r-0~is"] == ["late"]


def test_every_template_can_be_saved_as_it_stands(as_amina: Client) -> None:
    from grahak.insight.views.segments_starts import starts

    for one in starts():
        page = as_amina.get(f"/segments/new/?from={one.code}").text
        assert as_amina.post("/segments/new/", fields(page) | {"do": "save"}).status_code == 302
        assert Segment.objects.get(name=one.name).tree == one.tree
    assert Segment.objects.count() == len(starts()) == 14


def test_changing_keeps_the_segment_and_saving_as_new_makes_another(
    as_amina: Client, sarees: Segment
) -> None:
    address = f"/segments/{sarees.pk}/edit/"
    page = as_amina.get(address).text
    as_amina.post(address, fields(page) | {"r-0~text": "Bridal", "do": "save"})
    sarees.refresh_from_db()
    assert sarees.tree["rules"] == [{"is": "name", "text": "Bridal"}]
    as_amina.post(address, fields(page) | {"name": "Copy", "do": "save_new"})
    assert Segment.objects.get(name="Copy").tree == CITY


def test_forged_and_broken_forms_are_answered_not_crashed_on(as_amina: Client) -> None:
    for form in (
        {"do": "move:r-0:r"},
        {"do": "add:r-9-9:name"},
        {"do": "back", "before": "{{{"},
        {"r~match": "some", "r-0~is": "nothing at all", "do": "save", "name": "x"},
        {"r-0~match": "all", "r-0-0-0-0-0-0-0-0~is": "name", "do": "look"},
        {
            "r~match": "all",
            "r-0~is": "spent",
            "r-0~amount": "sideways",
            "r-0~amount~value": "a lot",
            "do": "save",
        },
    ):
        assert as_amina.post("/segments/new/", form).status_code in (200, 404, 422)
    assert not Segment.objects.exists()


def of_rows(seen: CaptureQueriesContext) -> int:
    """How many questions were about segments and customers: the shell keeps some of its own for a second."""
    ours = ('"insight_', '"customers_customer"', "c.customer_id")
    return sum(any(name in query["sql"] for name in ours) for query in seen.captured_queries)


def test_the_list_asks_as_many_questions_for_thirty_as_for_three(as_amina: Client, amina: User) -> None:
    as_amina.get("/segments/")

    def asked(count: int) -> int:
        for at in range(Segment.objects.count(), count):
            made = actions.create(name=f"Segment {at}", tree=CITY, by=amina)
            SegmentSize.objects.create(segment=made, day=dt.date(2026, 1, 1), members=at)
        business.forget()
        with CaptureQueriesContext(connection) as seen:
            assert as_amina.get("/segments/").status_code == 200
        return of_rows(seen)

    assert asked(3) == asked(30)


def test_the_page_and_the_moves_ask_as_many_questions_for_thirty_members_as_for_three(
    as_amina: Client, amina: User, rajkot: Branch, diwali: Segment
) -> None:
    as_amina.get(f"/segments/{diwali.pk}/")

    def asked(count: int, address: str) -> int:
        ids = [
            add_customer(by=amina, name=f"Shop {at}", branch=rajkot).pk
            for at in range(diwali.memberships.count(), count)
        ]
        actions.add_to_static(diwali, ids, by=amina)
        business.forget()
        with CaptureQueriesContext(connection) as seen:
            assert as_amina.get(address).status_code == 200
        return of_rows(seen)

    page, moves = f"/segments/{diwali.pk}/", f"/segments/{diwali.pk}/moves/"
    assert (asked(3, page), asked(3, moves)) == (asked(30, page), asked(30, moves))


def test_search_and_tabs_narrow_the_list(
    as_amina: Client, amina: User, sarees: Segment, diwali: Segment
) -> None:
    assert "Diwali cards" not in as_amina.get("/segments/?q=sar").text
    assert "Saree shops" not in as_amina.get("/segments/?show=static").text
    actions.archive(sarees, by=amina)
    assert "Saree shops" not in as_amina.get("/segments/").text
    assert "Saree shops" in as_amina.get("/segments/?show=away").text


def test_pasted_phones_and_addresses_are_found_and_the_rest_is_reported(
    as_amina: Client, amina: User, rajkot: Branch, mehta: Customer, noor: Customer, diwali: Segment
) -> None:
    twins = [
        add_customer(by=amina, name=f"Shah {at}", phones=["+919825077777"], branch=rajkot) for at in (1, 2)
    ]
    pasted = "98250 12345\nNOOR@bridal.example, ९८२५०१२३४५\nnobody@shop.example\n098250 77777"
    page = as_amina.post(f"/segments/{diwali.pk}/paste/", {"pasted": pasted}).text
    assert set(diwali.memberships.values_list("customer_id", flat=True)) == {mehta.pk, noor.pk}
    assert "nobody@shop.example" in page
    assert f'name="ids" value="{twins[1].pk}"' in page
    as_amina.post("/segments/lists/put/", {"into": diwali.pk, "ids": [twins[1].pk]})
    assert diwali.memberships.count() == 3


def test_ticked_customers_are_put_into_a_list_and_taken_back(
    as_amina: Client, mehta: Customer, noor: Customer, diwali: Segment
) -> None:
    asked = as_amina.post("/segments/lists/put/", {"ids": [mehta.pk, noor.pk]})
    assert "2 customers" in asked.text
    as_amina.post("/segments/lists/put/", {"ids": [mehta.pk, noor.pk], "into": diwali.pk})
    assert diwali.memberships.count() == 2
    moved = Movement.objects.latest("pk").at
    micro = int(moved.timestamp()) * 10**6 + moved.microsecond
    as_amina.post(f"/segments/{diwali.pk}/take-back/{micro}/")
    assert diwali.memberships.count() == 0


def test_a_whole_list_is_put_into_a_new_list(as_amina: Client, mehta: Customer, noor: Customer) -> None:
    form = {"all": "1", "query": "q=Mehta", "into": "new", "name": "Calls"}
    as_amina.post("/segments/lists/put/", form)
    made = Segment.objects.get(name="Calls")
    assert [row.customer_id for row in made.memberships.all()] == [mehta.pk]
    as_amina.post(f"/segments/{made.pk}/take-out/", {"ids": [mehta.pk]})
    assert not made.memberships.exists()


def test_the_customer_list_filters_by_segment_and_names_them(
    as_amina: Client, amina: User, mehta: Customer, noor: Customer, diwali: Segment
) -> None:
    actions.add_to_static(diwali, [mehta.pk], by=amina)
    inside = as_amina.get(f"/customers/?segment=is:{diwali.pk}").text
    assert "Mehta Saree Centre" in inside
    assert "Noor Bridal Store" not in inside
    assert "<b><bdi>Diwali cards</bdi></b>" in inside
    outside = as_amina.get(f"/customers/?segment=not:{diwali.pk}").text
    assert "Mehta Saree Centre" not in outside
    as_amina.post("/customers/columns/", {"columns": ["name", "segments"]})
    assert (
        '<span class="badge badge--line"><bdi>Diwali cards</bdi></span>' in as_amina.get("/customers/").text
    )
    assert as_amina.get("/customers/?segment=is:nonsense").status_code == 400


def test_the_customer_page_says_in_which_segments_since_when(
    as_amina: Client, amina: User, mehta: Customer, diwali: Segment
) -> None:
    assert "Diwali cards" not in as_amina.get(f"/customers/{mehta.pk}/").text
    actions.add_to_static(diwali, [mehta.pk], by=amina)
    page = as_amina.get(f"/customers/{mehta.pk}/").text
    assert f'href="/segments/{diwali.pk}/why/?customer={mehta.pk}"' in page


def test_why_in_and_why_not_show_each_rule(
    as_amina: Client, mehta: Customer, noor: Customer, sarees: Segment
) -> None:
    inside = as_amina.get(f"/segments/{sarees.pk}/why/?customer={mehta.pk}").text
    assert "<b><bdi>Mehta Saree Centre</bdi></b> belongs." in inside
    outside = as_amina.get(f"/segments/{sarees.pk}/why/?customer={noor.pk}").text
    assert "<b><bdi>Noor Bridal Store</bdi></b> does not belong." in outside
    assert f'href="?customer={noor.pk}"' in as_amina.get(f"/segments/{sarees.pk}/why/?q=noor").text


def test_two_segments_are_compared_with_the_lists_behind_the_numbers(
    as_amina: Client, amina: User, mehta: Customer, noor: Customer, diwali: Segment
) -> None:
    other = actions.create(name="Brides", kind="static", by=amina)
    actions.add_to_static(diwali, [mehta.pk, noor.pk], by=amina)
    actions.add_to_static(other, [noor.pk], by=amina)
    page = as_amina.get(f"/segments/{diwali.pk}/compare/?with={other.pk}").text
    numbers = re.findall(r'class="overlap__number" href="([^"]+)">(\d+)<', page)
    assert [n for _url, n in numbers] == ["1", "1", "0"]
    behind = [as_amina.get(_plain(url)).text for url, _n in numbers]
    assert ["Mehta Saree Centre" in one for one in behind] == [True, False, False]
    assert ["Noor Bridal Store" in one for one in behind] == [False, True, False]


def test_who_came_and_left_is_told_by_day(
    as_amina: Client, amina: User, mehta: Customer, diwali: Segment
) -> None:
    actions.add_to_static(diwali, [mehta.pk], by=amina)
    address = f"/segments/{diwali.pk}/moves/"
    assert "Mehta Saree Centre" in as_amina.get(address + "?way=came").text
    assert "Mehta Saree Centre" not in as_amina.get(address + "?way=left").text
    assert "Mehta Saree Centre" not in as_amina.get(address + "?day=2020-01-01").text
    assert as_amina.get(address + "?day=2020-13-45&before=x").status_code == 200


def test_a_used_segment_is_not_put_away_and_says_by_what(
    as_amina: Client, amina: User, diwali: Segment
) -> None:
    whom = f"segment=is:{diwali.pk}"
    as_amina.post("/campaigns/begin/", {"all": "1", "query": whom})
    from grahak.marketing.models import Campaign

    campaign = Campaign.objects.get()
    assert campaign.name == "Diwali cards"
    assert f'href="/segments/{diwali.pk}/"' in as_amina.get(f"/campaigns/{campaign.pk}/").text
    as_amina.post(f"/segments/{diwali.pk}/archive/")
    diwali.refresh_from_db()
    assert diwali.archived_at is None
    page = as_amina.get(f"/segments/{diwali.pk}/").text
    assert campaign.get_absolute_url() in page
    assert '<td class="num wide-only">1</td>' in as_amina.get("/segments/").text
    campaign.delete()
    as_amina.post(f"/segments/{diwali.pk}/archive/")
    diwali.refresh_from_db()
    assert diwali.archived_at is not None
    as_amina.post(f"/segments/{diwali.pk}/restore/")
    diwali.refresh_from_db()
    assert diwali.archived_at is None


def test_a_message_to_a_saved_view_uses_the_segments_of_the_view(
    as_amina: Client, amina: User, diwali: Segment
) -> None:
    from grahak.customers.actions import save_view
    from grahak.marketing.segments import named_in

    view = save_view(by=amina, name="Cards", query=f"segment=is:{diwali.pk}", is_shared=True)
    assert named_in(f"?view={view.pk}") == {diwali.pk}
    assert named_in(f"segment=not:{diwali.pk}&kind=is:business") == {diwali.pk}
    assert named_in("view=99999999999999999999&segment=is:x") == set()
    assert "Cards" in as_amina.get(f"/segments/{diwali.pk}/").text
    as_amina.post(f"/segments/{diwali.pk}/archive/")
    diwali.refresh_from_db()
    assert diwali.archived_at is None


def test_a_segment_is_copied_and_its_members_are_kept_as_a_list(
    as_amina: Client, mehta: Customer, sarees: Segment
) -> None:
    Membership.objects.create(segment=sarees, customer=mehta)
    as_amina.post(f"/segments/{sarees.pk}/copy/")
    assert Segment.objects.get(name="Saree shops, again").tree == CITY
    as_amina.post(f"/segments/{sarees.pk}/copy/")
    assert Segment.objects.filter(name="Saree shops, again 2").exists()
    as_amina.post(f"/segments/{sarees.pk}/freeze/")
    kept = Segment.objects.get(name="Saree shops, kept by hand")
    assert kept.is_static
    assert [row.customer_id for row in kept.memberships.all()] == [mehta.pk]


def test_members_are_sorted_in_place(as_amina: Client, amina: User, mehta: Customer, diwali: Segment) -> None:
    actions.add_to_static(diwali, [mehta.pk], by=amina)
    answer = as_amina.get(
        f"/segments/{diwali.pk}/?sort=name", headers={"HX-Request": "true", "HX-Target": "section#members"}
    )
    assert answer.text.lstrip().startswith('<section class="sheet" id="members"')


def test_the_search_box_finds_segments_for_who_may_see_them(
    as_amina: Client, as_bilal: Client, diwali: Segment
) -> None:
    assert f'href="/segments/{diwali.pk}/"' in as_amina.get("/search/?q=diwali").text
    assert "Diwali cards" not in as_bilal.get("/search/?q=diwali").text


def test_salesmen_see_no_segments_and_analysts_change_none(
    as_bilal: Client, mehta: Customer, diwali: Segment, rajkot: Branch
) -> None:
    assert as_bilal.get("/segments/").status_code == 404
    analyst = signed_in(
        User.objects.create_user("a@kapasi.example", None, name="A", role="analyst", branch=rajkot)
    )
    assert analyst.get(f"/segments/{diwali.pk}/").status_code == 200
    assert analyst.get("/segments/new/").status_code == 404
    assert analyst.post(f"/segments/{diwali.pk}/archive/").status_code == 404


def test_the_count_says_so_where_there_is_no_warehouse(as_amina: Client) -> None:
    answer = as_amina.post("/segments/count/", {"r~match": "all", "r-0~is": "name", "r-0~text": "Saree"})
    assert answer.status_code == 200
    assert "There is no warehouse yet to count with." in answer.text
    unfinished = as_amina.post("/segments/count/", {"r~match": "all", "r-0~is": "name", "r-0~text": ""})
    assert "1 line still needs something." in unfinished.text


def test_members_are_paged_and_sorted_as_the_customer_list_is(
    as_amina: Client, amina: User, rajkot: Branch, diwali: Segment
) -> None:
    ids = [add_customer(by=amina, name=f"Shop {at:02}", branch=rajkot).pk for at in range(30)]
    outside = add_customer(by=amina, name="Shop outside", branch=rajkot)
    actions.add_to_static(diwali, ids, by=amina)
    address = f"/segments/{diwali.pk}/"
    page = as_amina.get(address + "?sort=-name&size=25&segment=not:1&tag=is:x").text
    assert "Shop 29" in page
    assert "Shop 04" not in page
    assert outside.name not in page
    following = re.search(r'href="(\?[^"]+)" rel="next"', page)
    assert following is not None
    assert "Shop 04" in as_amina.get(address + _plain(following[1])).text


def test_the_size_is_drawn_with_its_table(as_amina: Client, diwali: Segment) -> None:
    today = timezone.localdate()
    for back, members in ((20, 4), (10, 9), (8, 7)):
        SegmentSize.objects.create(segment=diwali, day=today - dt.timedelta(days=back), members=members)
    Segment.objects.filter(pk=diwali.pk).update(members=12)
    page = as_amina.get(f"/segments/{diwali.pk}/").text
    assert '<polyline class="curve"' in page
    assert "▲ <bdi>5</bdi>" in page
    assert "▲ <bdi>5</bdi>" in as_amina.get("/segments/").text


def test_rules_name_rows_that_are_gone(as_amina: Client, amina: User) -> None:
    tag = Tag.objects.create(name="Diwali")
    made = actions.create(
        name="T", tree={"v": 1, "match": "all", "rules": [{"is": "tag", "tags": [tag.pk]}]}, by=amina
    )
    tag.delete()
    assert as_amina.get(f"/segments/{made.pk}/edit/").status_code == 200
    assert as_amina.get(f"/segments/{made.pk}/").status_code == 200
    assert not Membership.objects.filter(segment=made).exists()
