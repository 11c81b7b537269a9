"""When a draft is meant to go: kept with the person's visit until it is put on the schedule, for a draft itself has no
moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from grahak.marketing.models import Campaign

KEPT = "campaigns.planned"
MOST = 40  # campaigns a person plans at once
SOON = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Planned:
    """AT a moment (None: as soon as it is sent), IN_LOCAL_TIME at that hour wherever a recipient lives."""

    at: dt.datetime | None = None
    in_local_time: bool = False

    def keep(self, request: HttpRequest, found: Campaign) -> None:
        """Remember it for this person; a moment that is about to come was no plan."""
        known = request.session.get(KEPT, {})
        known.pop(str(found.pk), None)
        if self.at is not None and self.at > timezone.now() + SOON:
            known[str(found.pk)] = [self.at.isoformat(), self.in_local_time]
        request.session[KEPT] = dict(list(known.items())[-MOST:])


def planned_for(request: HttpRequest, found: Campaign) -> Planned:
    """What this person planned for it; no moment where that is over."""
    at, local = request.session.get(KEPT, {}).get(str(found.pk), ["", False])
    moment = dt.datetime.fromisoformat(at) if at else None
    if moment is None or moment <= timezone.now():
        return Planned()
    return Planned(moment, bool(local))
