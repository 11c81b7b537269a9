"""The customer list as a board, and saved views: for oneself, a team, all; pinned, hidden, opening the list."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core.models import Team, User
from grahak.core.rights import kept
from grahak.customers import actions, custom
from grahak.customers.leads.actions import capture
from grahak.customers.listing import board
from grahak.customers.models import SavedView, ViewMark
from grahak.customers.tests.world import many


def columns(html: str) -> dict[str, list[str]]:
    """The names of the cards by column."""
    import re

    found = {}
    for part in html.split('data-column="')[1:]:
        value = part.partition('"')[0]
        found[value] = re.findall(r"data-row-link><bdi>([^<]*)</bdi>", part.partition("</section>")[0])
    return found


@pytest.fixture
def route(amina: User) -> Any:
    made = actions.add_field(by=amina, name="Route", kind="choice", options=["North", "South"])
    custom.forget()
    return made


def test_a_board_by_stage_of_life_shows_each_where_they_stand(as_amina: Client, amina: User) -> None:
    many(amina, 2)
    capture(by=amina, name="Asha")
    shown = columns(as_amina.get("/customers/?by=lifecycle").content.decode())
    assert shown == {
        "lead": ["Asha"], "prospect": [], "customer": ["Customer 002", "Customer 001"], "lapsed": [],
    }  # fmt: skip


def test_filters_and_search_hold_on_a_board(as_amina: Client, amina: User, route: Any) -> None:
    one, two, three = many(amina, 3)
    actions.set_own(one, {"route": "North"}, by=amina)
    actions.set_own(two, {"route": "South"}, by=amina)
    actions.edit_customer(two, by=amina, city="Surat")
    actions.edit_customer(three, by=amina, city="Surat")
    shown = columns(as_amina.get("/customers/?city=is:Surat&by=own-route").content.decode())
    assert shown == {"North": [], "South": ["Customer 002"], "none": ["Customer 003"]}


def test_a_card_is_moved_with_a_way_back(as_amina: Client, amina: User, bilal: User, route: Any) -> None:
    (one,) = many(amina, 1)
    url = f"/customers/{one.pk}/move/"
    answer = as_amina.post(f"{url}?by=own-route", {"to": "South"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert custom.values_of([one.pk])[one.pk] == {"route": "South"}
    as_amina.post(f"{url}?by=own-route&to=none")  # as the toast's undo posts it
    assert custom.values_of([one.pk]) == {}
    as_amina.post(f"{url}?by=owner", {"to": str(bilal.pk)})
    one.refresh_from_db()
    assert one.owner == bilal
    for bad in ("?by=own-route&to=West", "?by=name&to=x", "?by=owner&to=99999"):
        assert as_amina.post(url + bad).status_code == 404
    assert (
        '<button class="menu__item" name="to" value="South">'
        in as_amina.get(f"{url}?by=own-route").content.decode()
    )


def test_leads_move_on_and_nobody_becomes_a_lead_again(as_amina: Client, amina: User) -> None:
    lead = capture(by=amina, name="Asha").customer
    url = f"/customers/{lead.pk}/move/?by=lifecycle"
    as_amina.post(url, {"to": "prospect"})
    lead.refresh_from_db()
    assert lead.lifecycle == "prospect"
    as_amina.post(url, {"to": "customer"})
    lead.refresh_from_db()
    assert lead.lifecycle == "customer"
    assert as_amina.post(url, {"to": "lead"}).status_code == 422
    lead.refresh_from_db()
    assert lead.lifecycle == "customer"


def test_more_of_a_column_goes_on_where_it_was(as_amina: Client, amina: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(board, "CARDS", 2)
    many(amina, 5)
    html = as_amina.get("/customers/?by=lifecycle").content.decode()
    seen = columns(html)["customer"]
    while 'class="board__more" href="' in html:
        more = html.partition('class="board__more" href="')[2].partition('"')[0].replace("&amp;", "&")
        html = as_amina.get(more, headers={"HX-Request": "true"}).content.decode()
        seen += columns(f'data-column="x">{html}')["x"]
    assert seen == [f"Customer 00{n}" for n in (5, 4, 3, 2, 1)]
    assert "Back to the board" in as_amina.get(more).content.decode()
    assert as_amina.get("/customers/board/?by=lifecycle&column=alien").status_code == 404
    assert as_amina.get("/customers/board/?by=alien&column=lead").status_code == 404


def test_a_colleague_sees_and_moves_only_theirs(as_chirag: Client, amina: User, chirag: User) -> None:
    far = actions.add_customer(by=amina, name="Of Rajkot")
    actions.add_customer(by=chirag, name="Of Surat")
    assert columns(as_chirag.get("/customers/?by=lifecycle").content.decode())["customer"] == ["Of Surat"]
    assert as_chirag.post(f"/customers/{far.pk}/move/?by=owner&to=none").status_code == 404


def test_a_board_asks_as_often_for_thirty_as_for_three(as_amina: Client, amina: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            as_amina.get("/customers/?by=lifecycle")
        return len(seen)

    many(amina, 3)
    asked()
    few = asked()
    many(amina, 27)
    assert asked() == few


def test_a_view_keeps_the_board_and_the_columns(as_amina: Client, amina: User) -> None:
    many(amina, 1, city="Surat")
    as_amina.post("/customers/views/", {"name": "Life", "query": "by=lifecycle"})
    life = SavedView.objects.get(name="Life")
    assert "data-board" in as_amina.get(f"/customers/?view={life.pk}").content.decode()
    as_amina.post("/customers/columns/", {"columns": ["name", "city"], "query": ""})
    as_amina.post("/customers/views/", {"name": "Places", "query": "kind=is:business"})
    places = SavedView.objects.get(name="Places")
    assert places.query == "kind=is:business&cols=name,city" or places.query.endswith("cols=name%2Ccity")
    as_amina.post("/customers/columns/", {"usual": "1", "query": ""})
    html = as_amina.get(f"/customers/?view={places.pk}").content.decode()
    assert "<bdi>Surat</bdi></td>" in html
    changed = as_amina.post("/customers/columns/", {"columns": ["name", "tags"], "query": places.query})
    assert "cols=name%2Ctags" in changed["Location"]
    assert as_amina.get("/customers/?cols=alien,name").status_code == 200


def test_a_view_is_for_oneself_for_the_team_or_for_all(
    as_amina: Client, as_bilal: Client, as_chirag: Client, amina: User, bilal: User, chirag: User
) -> None:
    team = Team.objects.create(name="Rajkot market")
    User.objects.filter(pk__in=[amina.pk, bilal.pk]).update(team=team)
    kept.changed()
    for name, shared in (("Mine", ""), ("Ours", "team"), ("Everybody’s", "1")):
        as_amina.post("/customers/views/", {"name": name, "query": "kind=is:business", "shared": shared})

    def seen(client: Client) -> set[str]:
        html = client.get("/customers/views/all/").content.decode()
        return {name for name in ("Mine", "Ours", "Everybody’s") if name in html}

    assert seen(as_amina) == {"Mine", "Ours", "Everybody’s"}
    assert seen(as_bilal) == {"Ours", "Everybody’s"}
    assert seen(as_chirag) == {"Everybody’s"}
    ours = SavedView.objects.get(name="Ours")
    assert as_chirag.get(f"/customers/?view={ours.pk}").status_code == 400
    assert as_bilal.post(f"/customers/views/{ours.pk}/", {"name": "Taken"}).status_code == 404
    as_bilal.post(f"/customers/views/{ours.pk}/copy/")
    assert SavedView.objects.get(by=bilal).query == ours.query
    assert as_chirag.post(f"/customers/views/{ours.pk}/copy/").status_code == 404
    assert as_chirag.post(f"/customers/views/{ours.pk}/mark/", {"pinned": "1"}).status_code == 404


def test_each_person_pins_hides_and_opens_with_what_they_like(
    as_amina: Client, as_bilal: Client, amina: User
) -> None:
    one = actions.save_view(by=amina, name="One", query="kind=is:business", is_shared=True)
    two = actions.save_view(by=amina, name="Two", query="kind=is:person", is_shared=True)
    as_amina.post(f"/customers/views/{two.pk}/mark/", {"pinned": "1"})
    html = as_amina.get("/customers/?view=1").content.decode()

    assert html.index("<bdi>Two</bdi>") < html.index("<bdi>One</bdi>")
    as_amina.post(f"/customers/views/{one.pk}/mark/", {"hidden": "1"})
    assert "<bdi>One</bdi>" not in as_amina.get("/customers/?size=25").content.decode()
    assert "<bdi>One</bdi>" in as_bilal.get("/customers/?size=25").content.decode()
    as_amina.post(f"/customers/views/{two.pk}/mark/", {"opens": "1"})
    assert as_amina.get("/customers/")["Location"] == f"/customers/?view={two.pk}"
    assert as_bilal.get("/customers/").status_code == 200
    as_amina.post(f"/customers/views/{one.pk}/mark/", {"opens": "1"})
    assert as_amina.get("/customers/")["Location"] == f"/customers/?view={one.pk}"
    assert ViewMark.objects.filter(is_default=True).count() == 1
    as_amina.post(f"/customers/views/{one.pk}/mark/", {"opens": "0"})
    assert as_amina.get("/customers/").status_code == 200
