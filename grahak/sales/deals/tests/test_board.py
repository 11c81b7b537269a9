"""The board and its cards through HTTP: seen, moved with and without a script, more of a column, rights."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core.models import User
from grahak.sales.models import Deal, DealStage, Pipeline

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deal]
Stages = dict[str, DealStage]
HTMX = {"HTTP_HX_REQUEST": "true"}


def test_the_board_shows_a_column_a_stage_with_count_and_sum(
    as_bilal: Client, begin: Begin, pipeline: Pipeline
) -> None:
    begin()
    begin(title="Uniforms", amount=Decimal(50_000))
    assert as_bilal.get("/deals/").headers["Location"] == f"/deals/board/{pipeline.pk}/"
    page = as_bilal.get(f"/deals/board/{pipeline.pk}/")
    text = page.content.decode()
    assert [one["stage"].name for one in page.context["columns"]] == [
        "Asked for", "Rates given", "Bargaining", "Agreed", "Won", "Lost",
    ]  # fmt: skip
    assert (page.context["columns"][0]["many"], page.context["columns"][0]["amount"]) == (2, Decimal(150_000))
    assert "Uniforms" in text and "Mehta Saree Centre" in text and "1,50,000" in text


def test_more_of_a_column_goes_on_where_the_cards_end(
    as_bilal: Client, begin: Begin, pipeline: Pipeline
) -> None:
    for number in range(23):
        begin(title=f"Deal {number:02}")
    seen: list[str] = []
    page = as_bilal.get(f"/deals/board/{pipeline.pk}/")
    column = page.context["columns"][0]
    assert column["many"] == 23
    while True:
        seen += [word.split("<")[0] for word in column["cards"].split("<bdi>") if word.startswith("Deal ")]
        if not column["more"]:
            break
        column = as_bilal.get(column["more"], **HTMX).context["column"]
    assert seen == [f"Deal {number:02}" for number in range(22, -1, -1)]


def test_a_card_is_moved_by_a_form_without_a_script_and_undone_by_the_toast(
    as_bilal: Client, begin: Begin, stages: Stages, pipeline: Pipeline
) -> None:
    deal = begin()
    assert "Bargaining" in as_bilal.get(f"/deals/{deal.pk}/move/").content.decode()
    answer = as_bilal.post(
        f"/deals/{deal.pk}/move/",
        {"stage": stages["Bargaining"].pk, "version": 1, "back": f"/deals/board/{pipeline.pk}/"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == f"/deals/board/{pipeline.pk}/"
    change = deal.moves.latest("pk")
    undo = f"/deals/{deal.pk}/moves/{change.pk}/back/"
    assert undo in answer.content.decode()
    as_bilal.post(undo)
    deal.refresh_from_db()
    assert deal.stage == stages["Asked for"]


def test_a_fragment_gets_the_card_and_both_heads(as_bilal: Client, begin: Begin, stages: Stages) -> None:
    deal = begin()
    to = stages["Agreed"]
    answer = as_bilal.post(f"/deals/{deal.pk}/move/", {"stage": to.pk, "version": 1}, **HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="head-{to.pk}"' in text and f'id="head-{stages["Asked for"].pk}"' in text
    assert f'id="card-{deal.pk}"' in text and 'data-version="2"' in text
    assert "/back/" in text  # the toast's undo


def test_who_moves_second_is_told_and_gets_the_columns_as_they_are(
    as_amina: Client, as_bilal: Client, begin: Begin, stages: Stages
) -> None:
    deal = begin()
    as_bilal.post(f"/deals/{deal.pk}/move/", {"stage": stages["Agreed"].pk, "version": 1})
    late = as_amina.post(f"/deals/{deal.pk}/move/", {"stage": stages["Bargaining"].pk, "version": 1}, **HTMX)
    assert late.status_code == 409
    text = late.content.decode()
    assert "Bilal Shaikh" in text and f'id="stage-{stages["Agreed"].pk}"' in text
    deal.refresh_from_db()
    assert deal.stage == stages["Agreed"]


def test_a_card_put_on_lost_asks_why(as_bilal: Client, begin: Begin, stages: Stages) -> None:
    deal = begin()
    asked = as_bilal.post(f"/deals/{deal.pk}/move/", {"stage": stages["Lost"].pk, "version": 1}, **HTMX)
    assert (asked.status_code, asked.headers["HX-Redirect"]) == (204, f"/deals/{deal.pk}/lose/")
    assert as_bilal.post(f"/deals/{deal.pk}/lose/", {}).status_code == 422


def test_deals_of_another_branch_are_not_there(
    as_chirag: Client, begin: Begin, pipeline: Pipeline, stages: Stages
) -> None:
    deal = begin()
    page = as_chirag.get(f"/deals/board/{pipeline.pk}/")
    assert [one["many"] for one in page.context["columns"]] == [0] * 6
    assert "Wedding sarees" not in page.content.decode()
    assert as_chirag.get(f"/deals/{deal.pk}/").status_code == 404
    moved = as_chirag.post(f"/deals/{deal.pk}/move/", {"stage": stages["Agreed"].pk})
    assert moved.status_code == 404


def test_a_board_asks_as_much_for_many_cards_as_for_few(
    as_bilal: Client, begin: Begin, pipeline: Pipeline
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert as_bilal.get(f"/deals/board/{pipeline.pk}/").status_code == 200
        return len(seen)

    for number in range(3):
        begin(title=f"A {number}")
    as_bilal.get(f"/deals/board/{pipeline.pk}/")
    few = asked()
    for number in range(30):
        begin(title=f"B {number}", stage="Agreed" if number % 2 else "Asked for")
    assert asked() == few


def test_a_shop_without_a_pipeline_is_offered_some(as_amina: Client, as_bilal: Client) -> None:
    assert "Tenders" in as_amina.get("/deals/").content.decode()
    assert "Tenders" not in as_bilal.get("/deals/").content.decode()
    begun = as_amina.post("/deals/begin/", {"start": "tenders"}, follow=True)
    assert "Announced" in begun.content.decode()


def test_a_deal_is_added_from_a_customers_page(
    as_bilal: Client, bilal: User, mehta: Any, stages: Stages
) -> None:
    form = as_bilal.get(f"/deals/new/?customer={mehta.pk}&back=customer")
    assert "Mehta Saree Centre" in form.content.decode()
    sent = {
        "customer_id": mehta.pk, "customer": mehta.name, "title": "Diwali lot", "amount": "1,25,000",
        "stage": stages["Asked for"].pk, "owner": bilal.pk, "back": "customer", "once": "abc",
    }  # fmt: skip
    answer = as_bilal.post("/deals/new/", sent)
    assert answer.headers["Location"] == f"/customers/{mehta.pk}/"
    as_bilal.post("/deals/new/", sent)
    deal = Deal.objects.get()
    assert (deal.title, deal.amount, deal.owner) == ("Diwali lot", Decimal(125_000), bilal)
    assert "Diwali lot" in as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    assert as_bilal.post("/deals/new/", sent | {"once": "d", "title": ""}).status_code == 422
