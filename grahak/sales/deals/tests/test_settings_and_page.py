"""Pipelines, stages and reasons set up; a deal's page and its facts changed where they stand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from grahak.core.models import User
from grahak.customers.models import Task
from grahak.sales.deals import actions
from grahak.sales.models import Deal, DealStage, LostReason, Pipeline, StageFigures

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deal]
Stages = dict[str, DealStage]


def names(pipeline: Pipeline) -> list[str]:
    return list(pipeline.stages.values_list("name", flat=True))


def test_stages_are_added_moved_and_changed(as_amina: Client, pipeline: Pipeline, stages: Stages) -> None:
    url = f"/settings/pipelines/{pipeline.pk}/"
    as_amina.post(f"{url}stages/", {"name": "Sample sent", "probability": "३०", "rots_after": "9"})
    assert names(pipeline) == [
        "Asked for",
        "Rates given",
        "Bargaining",
        "Agreed",
        "Sample sent",
        "Won",
        "Lost",
    ]
    added = pipeline.stages.get(name="Sample sent")
    assert (added.probability, added.rots_after) == (30, 9)
    as_amina.post(f"/settings/pipelines/stages/{added.pk}/", {"do": "up"})
    assert names(pipeline)[3:5] == ["Sample sent", "Agreed"]
    wrong = as_amina.post(f"/settings/pipelines/stages/{added.pk}/", {"name": "Won", "probability": "40"})
    assert wrong.status_code == 422
    wrong = as_amina.post(f"/settings/pipelines/stages/{added.pk}/", {"name": "X", "probability": "140"})
    assert wrong.status_code == 422
    assert "From 0 to 100 per cent." in wrong.content.decode()


def test_a_stage_goes_only_by_moving_its_deals(
    as_amina: Client, begin: Begin, stages: Stages, pipeline: Pipeline
) -> None:
    deal = begin()
    url = f"/settings/pipelines/stages/{stages['Asked for'].pk}/"
    assert as_amina.post(url, {"do": "remove"}).status_code == 422
    as_amina.post(url, {"do": "remove", "into": stages["Agreed"].pk})
    deal.refresh_from_db()
    assert (deal.stage, names(pipeline)[0]) == (stages["Agreed"], "Rates given")
    assert list(StageFigures.objects.values_list("stage", "deals", "amount")) == [
        (stages["Agreed"].pk, 1, Decimal(100_000))
    ]
    assert (
        as_amina.post(f"/settings/pipelines/stages/{stages['Won'].pk}/", {"do": "remove"}).status_code == 422
    )


def test_a_pipeline_with_open_deals_is_not_put_away(
    as_amina: Client, begin: Begin, pipeline: Pipeline, bilal: User
) -> None:
    deal = begin()
    url = f"/settings/pipelines/{pipeline.pk}/change/"
    assert as_amina.post(url, {"do": "archive"}).status_code == 422
    actions.win(deal, by=bilal)
    as_amina.post(url, {"do": "archive"})
    assert as_amina.get(f"/deals/board/{pipeline.pk}/").status_code == 404
    assert as_amina.get(f"/deals/{deal.pk}/").status_code == 200
    as_amina.post(url, {"do": "restore"})
    assert as_amina.get(f"/deals/board/{pipeline.pk}/").status_code == 200


def test_reasons_are_added_renamed_and_put_away(as_amina: Client, pipeline: Pipeline) -> None:
    as_amina.post("/settings/pipelines/reasons/", {"do": "add", "name": "Wrong colours"})
    reason = LostReason.objects.get(name="Wrong colours")
    twice = as_amina.post("/settings/pipelines/reasons/", {"do": "add", "name": "wrong colours"})
    assert twice.status_code == 422
    as_amina.post("/settings/pipelines/reasons/", {"do": "archive", "reason": reason.pk})
    reason.refresh_from_db()
    assert reason.archived_at is not None


def test_only_who_may_sets_pipelines_up(as_bilal: Client, pipeline: Pipeline) -> None:
    assert as_bilal.get("/settings/pipelines/").status_code == 404
    assert as_bilal.post(f"/settings/pipelines/{pipeline.pk}/change/", {"name": "X"}).status_code == 404


def test_a_fact_is_changed_where_it_stands(as_bilal: Client, begin: Begin) -> None:
    deal = begin()
    url = f"/deals/{deal.pk}/facts/amount/"
    form = as_bilal.get(url, HTTP_HX_REQUEST="true").content.decode()
    assert 'name="amount"' in form and "<html" not in form
    line = as_bilal.post(url, {"amount": "1.25 lakh"}, HTTP_HX_REQUEST="true").content.decode()
    assert "1,25,000" in line
    assert as_bilal.post(url, {"amount": "-5"}, HTTP_HX_REQUEST="true").status_code == 422
    assert as_bilal.get(f"/deals/{deal.pk}/facts/state/").status_code == 404
    deal.refresh_from_db()
    assert deal.amount == Decimal(125_000)


def test_a_form_that_is_too_old_is_refused(as_bilal: Client, begin: Begin, bilal: User) -> None:
    deal = begin()
    actions.edit_deal(deal, by=bilal, title="Changed meanwhile")
    answer = as_bilal.post(f"/deals/{deal.pk}/edit/", {"title": "Mine", "amount": "5", "seen": "1"})
    assert answer.status_code == 409
    deal.refresh_from_db()
    assert deal.title == "Changed meanwhile"


def test_the_page_tells_the_story_with_tasks_notes_and_lines(
    as_bilal: Client, begin: Begin, stages: Stages, bilal: User
) -> None:
    deal = begin()
    actions.move(deal, stages["Rates given"], by=bilal)
    as_bilal.post(f"/deals/{deal.pk}/note/", {"text": "Wants red borders"})
    as_bilal.post(f"/deals/{deal.pk}/task/", {"title": "Send the samples", "due_on": "2026-12-01"})
    as_bilal.post(
        f"/deals/{deal.pk}/lines/",
        {
            "item": ["Georgette", ""],
            "product": ["", ""],
            "quantity": ["10", ""],
            "rate": ["620", ""],
            "version": "2",
        },
    )
    text = as_bilal.get(f"/deals/{deal.pk}/").content.decode()
    for words in ("Wants red borders", "Send the samples", "Georgette", "6,200", "Rates given"):
        assert words in text
    task = Task.objects.get()
    assert (task.about, task.about_id, task.assigned_to) == ("sales.deal", deal.pk, bilal)
    board = as_bilal.get(f"/deals/board/{deal.pipeline_id}/").content.decode()
    assert "Send the samples" in board


def test_a_deal_is_removed_with_its_story(as_bilal: Client, begin: Begin) -> None:
    deal = begin()
    as_bilal.post(f"/deals/{deal.pk}/remove/")
    assert not Deal.objects.exists()
    assert not StageFigures.objects.exists()
    assert not deal.customer.activities.filter(subject="deal").exists()
