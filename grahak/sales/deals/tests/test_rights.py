"""Deals as far as a role, a team and sharing reach: the same on the board, in its heads, the list, the forecast, the
reports and the deal's page. And titles are looked for without reading all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from grahak.core import business
from grahak.core.models import RoleGrant, ShopRole, Team, User
from grahak.core.rights import kept
from grahak.customers.actions.names import index_names
from grahak.customers.models import Customer
from grahak.customers.sharing.actions import share_customer
from grahak.sales.deals import actions, forecast, listing, reports
from grahak.sales.deals.board import Whose
from grahak.sales.deals.listing import Question
from grahak.sales.models import DaySales, Deal, DealStage, LostReason, Pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Begin = Callable[..., Deal]
Stages = dict[str, DealStage]


@pytest.fixture(autouse=True)
def mehtas_branch(mehta: Customer, bilal: User) -> None:
    Customer.objects.filter(pk=mehta.pk).update(owner=bilal)


def heads(client: Client, pipeline: Pipeline) -> dict[str, tuple[int, Decimal]]:
    """What the head of each column with any deal says."""
    columns = client.get(f"/deals/board/{pipeline.pk}/").context["columns"]
    return {one["stage"].name: (one["many"], one["amount"]) for one in columns if one["many"]}


def test_a_deal_of_a_customer_shared_to_see_is_seen_and_counted_and_not_moved(
    as_chirag: Client,
    chirag: User,
    bilal: User,
    mehta: Customer,
    begin: Begin,
    pipeline: Pipeline,
    stages: Stages,
) -> None:
    deal = begin(expected_on=business.today())
    assert heads(as_chirag, pipeline) == {}
    share_customer(mehta, by=bilal, user=chirag)
    assert heads(as_chirag, pipeline) == {"Asked for": (1, Decimal(100_000))}
    board = as_chirag.get(f"/deals/board/{pipeline.pk}/").content.decode()
    assert ("Wedding sarees" in board, f"/deals/{deal.pk}/move/" in board) == (True, False)
    assert "Wedding sarees" in as_chirag.get("/deals/list/").content.decode()
    assert forecast.read(chirag, Whose()).total.all == Decimal(100_000)
    assert forecast.read(chirag, Whose(who="me")).total.all == 0
    page = as_chirag.get(f"/deals/{deal.pk}/")
    assert (page.status_code, page.context["may_edit"]) == (200, False)
    assert as_chirag.post(f"/deals/{deal.pk}/move/", {"stage": stages["Agreed"].pk}).status_code == 404
    assert as_chirag.get(f"/deals/new/?customer={mehta.pk}").status_code == 404


def test_a_deal_of_a_customer_shared_to_change_is_moved_and_counted_where_it_stands(
    as_chirag: Client,
    chirag: User,
    bilal: User,
    mehta: Customer,
    begin: Begin,
    pipeline: Pipeline,
    stages: Stages,
) -> None:
    deal, today = begin(), business.today()
    share_customer(mehta, by=bilal, user=chirag, may_edit=True)
    assert as_chirag.get(f"/deals/{deal.pk}/").context["may_edit"] is True
    assert f"/deals/{deal.pk}/move/" in as_chirag.get(f"/deals/board/{pipeline.pk}/").content.decode()
    as_chirag.post(f"/deals/{deal.pk}/move/", {"stage": stages["Agreed"].pk})
    assert heads(as_chirag, pipeline) == {"Agreed": (1, Decimal(100_000))}
    as_chirag.post(f"/deals/{deal.pk}/win/", {"how": "none"})
    deal.refresh_from_db()
    assert deal.state == "won"
    assert heads(as_chirag, pipeline) == {"Won": (1, Decimal(100_000))}
    assert forecast.read(chirag, Whose()).total.won == Decimal(100_000)
    report = reports.read(pipeline, chirag, Whose(), today, today)
    assert (report.won, {line.stage.name: line.entered for line in report.stages if line.entered}) == (
        1, {"Asked for": 1, "Agreed": 1},
    )  # fmt: skip


def test_what_the_reach_and_sharing_both_open_is_counted_once(
    as_chirag: Client, chirag: User, bilal: User, mehta: Customer, begin: Begin, pipeline: Pipeline
) -> None:
    begin()
    begin(title="Uniforms", by=chirag, branch=chirag.branch)
    share_customer(mehta, by=bilal, user=chirag)
    assert heads(as_chirag, pipeline) == {"Asked for": (2, Decimal(200_000))}


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("own", {"Mine"}),
        ("team", {"Mine", "Mate"}),
        ("branch", {"Mine", "Other"}),
        ("all", {"Mine", "Mate", "Other"}),
    ],
)
def test_each_reach_shows_the_same_deals_everywhere(
    scope: str, seen: set[str], as_bilal: Client, bilal: User, chirag: User, begin: Begin, pipeline: Pipeline
) -> None:
    team = Team.objects.create(name="Bazaar")
    User.objects.filter(pk__in=[bilal.pk, chirag.pk]).update(team=team)
    bilal.refresh_from_db()
    other = User.objects.create_user(
        "ravi@kapasi.example", None, name="Ravi", role="counter", branch=bilal.branch
    )
    day = business.today()
    begin(title="Mine", expected_on=day)
    begin(title="Mate", by=chirag, owner=chirag, branch=chirag.branch, expected_on=day)
    begin(title="Other", by=other, owner=other, branch=bilal.branch, expected_on=day)
    role = ShopRole.objects.get(code="salesman")
    for action in ("deals.view", "deals.edit"):
        RoleGrant.objects.update_or_create(role=role, action=action, defaults={"scope": scope})
    kept.changed()
    worth = 100_000 * len(seen)
    text = as_bilal.get(f"/deals/board/{pipeline.pk}/").content.decode()
    assert {title for title in ("Mine", "Mate", "Other") if f">{title}<" in text} == seen
    assert heads(as_bilal, pipeline) == {"Asked for": (len(seen), Decimal(worth))}
    assert set(Question().rows(bilal).values_list("title", flat=True)) == seen
    assert forecast.read(bilal, Whose()).total.all == worth
    answers = {deal.title: as_bilal.get(f"/deals/{deal.pk}/edit/").status_code for deal in Deal.objects.all()}
    assert {title for title, status in answers.items() if status == 200} == seen
    assert {status for title, status in answers.items() if title not in seen} <= {404}


def test_a_year_before_is_not_told_to_whom_only_a_team_is_open(bilal: User) -> None:
    first = business.today().replace(day=1)
    last_year = first.replace(year=first.year - 1)
    for branch in (None, bilal.branch):
        DaySales.objects.create(day=last_year, branch=branch, net=Decimal(70), orders=1)
    role = ShopRole.objects.get(code="salesman")
    found: dict[str, Any] = {}
    for scope in ("team", "branch"):
        RoleGrant.objects.update_or_create(role=role, action="deals.view", defaults={"scope": scope})
        RoleGrant.objects.update_or_create(role=role, action="insight.home", defaults={"scope": "branch"})
        kept.changed()
        found[scope] = forecast.read(bilal, Whose()).months[0].before
    assert found == {"team": None, "branch": Decimal(140)}


def test_titles_are_looked_for_among_the_latest_only(
    as_bilal: Client, bilal: User, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LATEST", 2)
    for days, title in ((9, "Old sarees"), (2, "Blue sarees"), (1, "Red sarees")):
        deal = begin(title=title)
        since = deal.stage_since - dt.timedelta(days=days)
        Deal.objects.filter(pk=deal.pk).update(stage_since=since)
    rows = Question(text="SAREES", sort="-moved").rows(bilal)
    assert list(rows.order_by("-stage_since").values_list("title", flat=True)) == [
        "Red sarees",
        "Blue sarees",
    ]
    index_names(Customer.objects.values_list("pk", flat=True))
    assert Question(text="mehta saree").rows(bilal).count() == 3
    assert "Red sarees" in as_bilal.get("/deals/list/?q=red").content.decode()


@pytest.mark.parametrize("end", ["Won", "Lost"])
def test_a_closed_deal_is_taken_back_and_one_opened_again_is_refused_with_words(
    end: str, as_bilal: Client, bilal: User, begin: Begin, stages: Stages
) -> None:
    deal, reason = begin(), LostReason.objects.get_or_create(name="Price")[0]
    because = reason if end == "Lost" else None
    change = actions.move(deal, stages[end], by=bilal, reason=because)
    assert change is not None
    as_bilal.post(f"/deals/{deal.pk}/moves/{change.pk}/back/")
    deal.refresh_from_db()
    assert (deal.stage.name, deal.closed_at, deal.lost_reason, deal.moves.count()) == (
        "Asked for",
        None,
        None,
        1,
    )
    actions.move(deal, stages[end], by=bilal, reason=because)
    opened = actions.reopen(deal, by=bilal)
    assert opened is not None
    answer = as_bilal.post(f"/deals/{deal.pk}/moves/{opened.pk}/back/")
    assert answer.status_code == 409
    assert "A deal that was opened again is closed by winning or losing it." in answer.content.decode()
    deal.refresh_from_db()
    assert (deal.stage.name, deal.state) == ("Asked for", "open")


def test_whoever_may_not_see_deals_has_no_column_or_filter_of_them(as_bilal: Client, begin: Begin) -> None:
    begin()
    shown = "/customers/?columns=deals&deals=gt:0"
    RoleGrant.objects.create(role=ShopRole.objects.get(code="salesman"), action="deals.view", scope="all")
    kept.changed()
    with_deals = as_bilal.get(shown).content.decode()
    assert "Open deals" in with_deals
    RoleGrant.objects.filter(action="deals.view").update(scope="")
    kept.changed()
    assert "Open deals" not in as_bilal.get(shown).content.decode()
