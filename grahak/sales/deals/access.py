"""The door from a request to a deal, a pipeline or a stage; what a person may not see is 404."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from grahak.core.access import scope_of, scoped, sees_row
from grahak.sales.models import Deal, DealStage, Order, Pipeline

LARGEST = 2**63 - 1


def deal_for(request: HttpRequest, pk: int, action: str = "deals.view") -> Deal:
    """The deal this person may do ACTION with."""
    user: Any = request.user
    rows = scoped(Deal.objects.visible_to(user), user, action, shared="customer_id")
    joined = rows.select_related(
        "customer", "stage__pipeline", "pipeline", "owner", "team", "branch", "contact", "lost_reason"
    )
    return _row(joined, pk)  # type: ignore[no-any-return]


def may_change(user: Any, deal: Deal) -> bool:
    """Whether this person may change the deal that they see; asked of the database only where it lies beyond their
    role's reach."""
    scope = scope_of(user, "deals.edit")
    if sees_row(user, scope, owner=deal.owner_id, branch=deal.branch_id, team=deal.team_id):
        return True
    return scope is not None and Deal.objects.editable_by(user).filter(pk=deal.pk).exists()


def pipelines_in_use() -> QuerySet[Pipeline]:
    """What a deal can be in."""
    return Pipeline.objects.filter(archived_at=None)


def pipeline_for(pk: int) -> Pipeline:
    """A pipeline in use."""
    return _row(pipelines_in_use().prefetch_related("stages"), pk)  # type: ignore[no-any-return]


def stage_for(text: str) -> DealStage:
    """A stage of a pipeline in use, by its number as a form sent it."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return get_object_or_404(
        DealStage.objects.select_related("pipeline").filter(pipeline__archived_at=None), pk=int(text)
    )


def order_for(request: HttpRequest, text: str) -> Order:
    """An order this person may see, by its number in the records as a form sent it."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    user: Any = request.user
    found: Order = get_object_or_404(Order.objects.visible_to(user), pk=int(text))
    return found


def _row(rows: Any, pk: int) -> Any:
    if pk > LARGEST:
        raise Http404
    return get_object_or_404(rows, pk=pk)
