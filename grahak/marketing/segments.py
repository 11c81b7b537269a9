"""Which segments messages to many are for: a message whose people come from a segment uses it until it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grahak.customers.models import SavedView
from grahak.insight.models import Segment
from grahak.insight.segments.uses import KINDS, USES, Use
from grahak.insight.segments_counts import COUNTS
from grahak.insight.segments_shown import segments_in
from grahak.marketing.models import AudiencePart, Campaign


def named_in(query: str) -> set[int]:
    """The numbers of the segments that a customer list's query string filters by, over its saved view too."""
    found = segments_in(query)
    view = QueryDict(query.lstrip("?")).get("view", "")
    if found or not (view.isascii() and view.isdecimal() and len(view) < 19):
        return found
    stored = SavedView.objects.filter(pk=int(view)).values_list("query", flat=True).first()
    return segments_in(stored or "")


def segment_of(campaign: Campaign) -> Segment | None:
    """The segment whose members a campaign is for, where that is all it asks for."""
    parts = list(campaign.parts.select_related("segment"))
    if len(parts) != 1 or parts[0].minus:
        return None
    return parts[0].segment or segment_named(parts[0].query)


def segment_named(query: str) -> Segment | None:
    """The segment whose members, and nobody else, a customer list's query string asks for."""
    asked = QueryDict(query.lstrip("?"))
    values = asked.getlist("segment")
    if set(asked) != {"segment"} or len(values) != 1 or not values[0].startswith("is:"):
        return None
    number = values[0].removeprefix("is:")
    return Segment.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None


def unsent() -> QuerySet[AudiencePart]:
    """The parts, of segments or of views that may ask for some, of campaigns whose people are still looked up:
    drafts, those that wait for their time, and those being frozen."""
    waiting = Q(campaign__dispatch=None) | Q(campaign__dispatch__state__in=["draft", "freezing"])
    asks = Q(segment__isnull=False) | Q(query__contains="segment=") | Q(query__contains="view=")
    return AudiencePart.objects.filter(waiting, asks, campaign__archived_at=None)


def _of(part: AudiencePart) -> set[int]:
    return {part.segment_id} if part.segment_id is not None else named_in(part.query)


def by_campaigns(segment_id: int) -> Iterable[Use]:
    found = {
        part.campaign.pk: part.campaign
        for part in unsent().select_related("campaign")
        if segment_id in _of(part)
    }
    return [Use(campaign.name, campaign.get_absolute_url(), "campaign") for campaign in found.values()]


def counts() -> dict[int, int]:
    """Segment number → how many unsent campaigns use it."""
    users = {(part.campaign_id, segment) for part in unsent() for segment in _of(part)}
    return dict(Counter(segment for _campaign, segment in users))


def hang() -> None:
    """Called once, when the app is ready."""
    KINDS["campaign"] = _("Message to many")
    USES.append(by_campaigns)
    COUNTS.append(counts)
