"""What of classes, stages, segments and opportunities goes along when customers are merged: what people decided.
What is worked out from sales is worked out anew."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from grahak.core.events import on
from grahak.core.merging import STAY
from grahak.core.merging import register as along
from grahak.insight.models import Membership, SegmentKind

_WORKED_OUT = "worked out anew from the orders of both"
_HISTORY = "a step in the history of classes and segments, counted on its day"


def register() -> None:
    """Hang this room's part in."""
    along("insight.Opportunity", unless=("kind", "subject_kind", "subject"), says=_("Opportunities"))
    along("insight.Membership", rule=_by_hand, says=_("Lists kept by hand"))
    along("insight.CustomerScore", rule=STAY, why=_WORKED_OUT)
    along("insight.CustomerStage", rule=STAY, why=_WORKED_OUT)
    along("insight.Movement", rule=STAY, why=_HISTORY)
    along("insight.RfmMove", rule=STAY, why=_HISTORY)
    on("customers.merged", rescore)
    on("customers.unmerged", rescore)


def _by_hand(kept: int, gone: int) -> QuerySet[Membership]:
    """Places on lists kept by hand that the kept customer has not; who is in a segment by rules follows from them."""
    there = Membership.objects.filter(customer_id=kept, segment=OuterRef("segment"))
    mine = Membership.objects.filter(customer_id=gone, segment__kind=SegmentKind.STATIC)
    return mine.exclude(Exists(there))


def rescore(kept_id: int, gone_id: int) -> None:
    """Scores compare everybody with everybody: all are counted anew, a little later."""
    from grahak.insight.jobs import rescore_soon

    transaction.on_commit(rescore_soon)
