"""Of what parts a campaign's audience is made, and which customers they are: those of its parts, minus others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.customers.selection import customers_in
from grahak.insight.models import Membership, Segment
from grahak.marketing.models import AudiencePart, Campaign, Chosen


@dataclass(frozen=True)
class Part:
    """One part: the members of a SEGMENT (its number), everybody in a view of the customer list (QUERY), or, with
    neither, the customers chosen by hand. With MINUS they are left out."""

    segment: int | None = None
    query: str | None = None
    minus: bool = False

    @property
    def is_chosen(self) -> bool:
        return self.segment is None and self.query is None


def parts_of(campaign: Campaign) -> list[Part]:
    """The parts of a campaign, in their order."""
    return [read(row) for row in campaign.parts.order_by("minus", "position", "pk")]


def read(row: AudiencePart) -> Part:
    """A stored part."""
    if row.segment_id is not None:
        return Part(segment=row.segment_id, minus=row.minus)
    return Part(query=row.query.removeprefix("?") if row.query else None, minus=row.minus)


def stored(campaign: Campaign, part: Part, position: int) -> AudiencePart:
    """A row of a part. A view's query is kept with its question mark: the whole list is "?", and no view is ""."""
    query = "" if part.query is None or part.segment is not None else f"?{part.query.lstrip('?')}"
    return AudiencePart(
        campaign=campaign, minus=part.minus, segment_id=part.segment, query=query[:4000], position=position
    )


def part_rows(campaign: Campaign, part: Part, by: User) -> QuerySet[Customer]:
    """The customers of one part, as far as BY may see them; archived ones never."""
    if part.segment is not None:
        inside = Membership.objects.filter(segment_id=part.segment, customer=OuterRef("pk"))
        return Customer.objects.visible_to(by).active().filter(Exists(inside))
    if part.query is not None:
        return customers_in(by, part.query).filter(archived_at=None)
    chosen = Chosen.objects.filter(campaign=campaign, customer=OuterRef("pk"))
    return Customer.objects.visible_to(by).active().filter(Exists(chosen))


def customers_of(
    campaign: Campaign, by: User | None, parts: Iterable[Part] | None = None
) -> QuerySet[Customer]:
    """The customers a campaign is for, as far as BY may see them; archived ones never. Without a part that adds
    there is nobody."""
    found = parts_of(campaign) if parts is None else list(parts)
    if by is None or all(part.minus for part in found):
        return Customer.objects.none()
    inside, outside = Q(pk__in=[]), Q()
    for part in found:
        rows = Q(pk__in=part_rows(campaign, part, by).order_by().values("pk"))
        if part.minus:
            outside &= ~rows
        else:
            inside |= rows
    return Customer.objects.filter(inside, outside)


def out_of_sight(campaign: Campaign, by: User, parts: Iterable[Part]) -> dict[str, int]:
    """How many of those in the adding parts' segments and choice by hand are in no audience: put away ("archived"), or
    not to be seen by BY ("hidden"). A view shows neither. Only reasons that somebody is left out for."""
    added = [part for part in parts if not part.minus]
    segments = [part.segment for part in added if part.segment is not None]
    inside = Exists(Membership.objects.filter(segment_id__in=segments, customer=OuterRef("pk")))
    rows = Customer.objects.filter(
        Q(inside) | Exists(Chosen.objects.filter(campaign=campaign, customer=OuterRef("pk")))
        if any(part.is_chosen for part in added)
        else Q(inside)
    )
    seen = Customer.objects.visible_to(by).values("pk")
    found = {
        "archived": rows.exclude(archived_at=None).count(),
        "hidden": rows.filter(archived_at=None).exclude(pk__in=seen).count(),
    }
    return {reason: n for reason, n in found.items() if n}


def part_name(part: Part) -> str:
    """What a part is called: the segment's name, or that it is a view or a choice by hand."""
    if part.segment is not None:
        return Segment.objects.filter(pk=part.segment).values_list("name", flat=True).first() or ""
    return _("chosen by hand") if part.query is None else _("a view of the customer list")
