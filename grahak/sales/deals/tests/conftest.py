"""A pipeline and its customers for the tests of deals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from grahak.core.models import Branch, User
from grahak.customers.models import Customer
from grahak.sales.deals.actions import DealDraft, add_deal
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.models import Deal, DealStage, Pipeline


@pytest.fixture
def pipeline(amina: User) -> Pipeline:
    """ "Big orders": Asked for 20 %, Rates given 45 %, Bargaining 65 %, Agreed 90 %, Won, Lost."""
    return add_pipeline("", by=amina, start="orders")


@pytest.fixture
def stages(pipeline: Pipeline) -> dict[str, DealStage]:
    return {stage.name: stage for stage in pipeline.stages.select_related("pipeline")}


@pytest.fixture
def mehta(rajkot: Branch) -> Customer:
    return Customer.objects.create(name="Mehta Saree Centre", name_sort="mehta saree centre", branch=rajkot)


@pytest.fixture
def begin(mehta: Customer, stages: dict[str, DealStage], bilal: User) -> Callable[..., Deal]:
    """A deal of Bilal's with Mehta over 1,00,000, asked for; anything else by name."""

    def make(**more: Any) -> Deal:
        stage = more.pop("stage", "Asked for")
        by = more.pop("by", bilal)
        draft = {"customer": mehta, "title": "Wedding sarees", "amount": Decimal(100_000)} | more
        return add_deal(DealDraft(stage=stages[stage], **draft), by=by)

    return make
