"""Which segments messages to many are for: a message whose people come from a segment uses it until it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import DispatchState
from grahak.customers.models import SavedView
from grahak.insight.models import Segment
from grahak.insight.segments.uses import KINDS, USES, Use
from grahak.insight.segments_counts import COUNTS
from grahak.insight.segments_shown import segments_in
from grahak.marketing.models import Campaign, Whom


def named_in(query: str) -> set[int]:
    """The numbers of the segments that a customer list's query string filters by, over its saved view too."""
    found = segments_in(query)
    view = QueryDict(query.lstrip("?")).get("view", "")
    if found or not (view.isascii() and view.isdecimal() and len(view) < 19):
        return found
    stored = SavedView.objects.filter(pk=int(view)).values_list("query", flat=True).first()
    return segments_in(stored or "")


def segment_of(campaign: Campaign) -> Segment | None:
    """The segment whose members a message is for, where that is all it asks for."""
    return segment_named(campaign.query) if campaign.whom == Whom.QUERY else None


def segment_named(query: str) -> Segment | None:
    """The segment whose members, and nobody else, a customer list's query string asks for."""
    asked = QueryDict(query.lstrip("?"))
    values = asked.getlist("segment")
    if set(asked) != {"segment"} or len(values) != 1 or not values[0].startswith("is:"):
        return None
    number = values[0].removeprefix("is:")
    return Segment.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None


def unsent() -> QuerySet[Campaign]:
    """Messages whose people are still looked up in the segment: drafts, and those being frozen."""
    waiting = Q(dispatch=None) | Q(dispatch__state=DispatchState.FREEZING)
    asks = Q(query__contains="segment=") | Q(query__contains="view=")
    return Campaign.objects.filter(waiting, asks, whom=Whom.QUERY)


def by_campaigns(segment_id: int) -> Iterable[Use]:
    return [
        Use(campaign.name, campaign.get_absolute_url(), "campaign")
        for campaign in unsent()
        if segment_id in named_in(campaign.query)
    ]


def counts() -> dict[int, int]:
    """Segment number → how many unsent messages use it."""
    found: Counter[int] = Counter()
    for query in unsent().values_list("query", flat=True):
        found.update(named_in(query))
    return found


def hang() -> None:
    """Called once, when the app is ready."""
    KINDS["campaign"] = _("Message to many")
    USES.append(by_campaigns)
    COUNTS.append(counts)
