"""A campaign's figures as pages show them: counted once and kept, with the moment they were counted.

A page never scans a ledger of a million rows. It shows what was counted last; where something may have changed since,
it counts a small campaign anew at once, and has a worker do so for a large one, saying from when the figures are.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from grahak.core.jobs import task
from grahak.core.models import Change
from grahak.marketing import effect
from grahak.marketing.effect import Effect
from grahak.marketing.models import Campaign, CampaignCount
from grahak.marketing.report.attribution import MODELS, model_of
from grahak.marketing.report.figures import Figures, Line, LinkFigures, figures, links, messages

SHAPE = 2  # of what is kept: another one is counted anew
AT_ONCE = 20_000  # messages that are counted while somebody waits for the page
FRESH = dt.timedelta(minutes=1)
OLD = dt.timedelta(minutes=15)
_MONEY = {"net", "returned", "costed", "goods", "cost"}


@dataclass(frozen=True)
class Kept:
    """What is kept of a campaign: its figures by each rule (USUAL is the code of its own), the effect and its links.
    BEHIND: it is being counted anew."""

    counted_at: dt.datetime
    usual: str
    models: dict[str, Figures] = field(default_factory=dict)
    effect: Effect | None = None
    links: list[LinkFigures] = field(default_factory=list)
    behind: bool = False

    def by(self, code: str = "") -> Figures:
        """The figures by the rule CODE, or by the campaign's own."""
        return self.models.get(code) or self.models.get(self.usual) or Figures(self.usual, Line())


def count(campaign: Campaign) -> Kept:
    """Count a campaign now and keep the answer."""
    began, marker = time.monotonic(), _marker()
    ledger = messages(campaign)
    found: dict[str, Any] = {
        "shape": SHAPE,
        "usual": model_of(campaign).code,
        "models": {code: _stored(figures(campaign, model, ledger)) for code, model in MODELS.items()},
        "effect": effect.of(campaign).stored(),
        "links": [asdict(link) for link in links(campaign)],
    }
    row, _new = CampaignCount.objects.update_or_create(
        campaign=campaign,
        defaults={
            "figures": found,
            "counted_at": timezone.now(),
            "marker": marker,
            "seconds": round(time.monotonic() - began, 3),
        },
    )
    return _read(row, campaign)


def kept(campaign: Campaign, *, now: dt.datetime | None = None) -> Kept | None:
    """What is known of a campaign's figures; None where it was never sent, or where a large one is counted for the
    first time just now."""
    if campaign.dispatch is None:
        return None
    row = CampaignCount.objects.filter(campaign=campaign).first()
    if row is not None and row.figures.get("shape") != SHAPE:
        row = None
    if row is not None and _is_fresh(row, now or timezone.now()):
        return _read(row, campaign)
    if campaign.dispatch.audience <= AT_ONCE:
        return count(campaign)
    count_soon(campaign.pk)
    return _read(row, campaign, behind=True) if row is not None else None


def last_counted(campaigns: list[Campaign]) -> dict[int, Kept]:
    """What was counted last of each of these campaigns, in one query; those never counted are not among them."""
    rows = {row.campaign_id: row for row in CampaignCount.objects.filter(campaign__in=campaigns)}
    return {
        one.pk: _read(rows[one.pk], one)
        for one in campaigns
        if one.pk in rows and rows[one.pk].figures.get("shape") == SHAPE
    }


def _is_fresh(row: CampaignCount, now: dt.datetime) -> bool:
    """Counted just now, or nothing that is followed has changed since, as far back as that is trusted."""
    age = now - row.counted_at
    return age < FRESH or (age < OLD and row.marker == _marker())


def _marker() -> int:
    """The newest line of the change log, which is never thrown away."""
    return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0


# -- in the background -----------------------------------------------------------------------------------------


@task(queue_name="default")
def count_campaign(campaign_id: int) -> None:
    """Count one campaign anew."""
    campaign = (
        Campaign.objects.select_related("dispatch").filter(pk=campaign_id, dispatch__isnull=False).first()
    )
    if campaign is not None:
        count(campaign)


def count_soon(campaign_id: int) -> bool:
    """Have a worker count a campaign, unless one is about to. Returns whether that is new."""
    waiting = DBTaskResult.objects.filter(
        task_path=count_campaign.module_path,
        status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING),
        args_kwargs__args=[campaign_id],
    )
    if waiting.exists():
        return False
    count_campaign.enqueue(campaign_id)
    return True


@task(queue_name="default")
def count_recent() -> int:
    """Count anew every campaign whose orders or returns may still come: those launched within half a year, and any
    that was never counted. Returns how many."""
    since = timezone.now() - dt.timedelta(days=183)
    sent = Campaign.objects.filter(dispatch__launched_at__isnull=False).select_related("dispatch")
    many = 0
    for campaign in sent.filter(dispatch__launched_at__gte=since) | sent.filter(counted=None):
        count(campaign)
        many += 1
    return many


def on_finished(dispatch_id: int) -> None:
    """A dispatch ended: its campaign's figures are counted."""
    found = Campaign.objects.filter(dispatch_id=dispatch_id).values_list("pk", flat=True).first()
    if found is not None:
        count_soon(found)


def on_new_day(day: dt.date) -> None:
    """Each day the campaigns of late are counted anew."""
    count_recent.enqueue()


# -- as JSON ---------------------------------------------------------------------------------------------------


def _stored(found: Figures) -> dict[str, Any]:
    return {
        "whole": _stored_line(found.whole),
        "variants": [_stored_line(line) for line in found.variants],
        "days": [[day.isoformat(), orders, str(net)] for day, orders, net in found.days],
        "order_ids": found.order_ids,
    }


def _stored_line(line: Line) -> dict[str, Any]:
    return {name: str(value) if name in _MONEY else value for name, value in asdict(line).items()}


def _read_line(found: dict[str, Any]) -> Line:
    values: dict[str, Any] = {
        name: Decimal(value) if name in _MONEY else value for name, value in found.items()
    }
    return Line(**values)


def _read(row: CampaignCount, campaign: Campaign, *, behind: bool = False) -> Kept:
    found = row.figures
    models = {
        code: Figures(
            code,
            _read_line(one["whole"]),
            [_read_line(line) for line in one["variants"]],
            [(dt.date.fromisoformat(day), orders, Decimal(net)) for day, orders, net in one["days"]],
            one["order_ids"],
        )
        for code, one in found["models"].items()
    }
    return Kept(
        counted_at=row.counted_at,
        usual=found["usual"],
        models=models,
        effect=effect.read(found["effect"]),
        links=[LinkFigures(**link) for link in found["links"]],
        behind=behind,
    )
