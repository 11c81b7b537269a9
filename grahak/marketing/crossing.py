"""Who of a campaign's people hears from the shop otherwise these days: what is planned, and what just went out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from grahak.channels.models import Message, MessageState
from grahak.channels.rules import rules
from grahak.core.models import User
from grahak.core.money import figure
from grahak.core.templatetags.ui import clock, day
from grahak.marketing.audience.parts import customers_of
from grahak.marketing.models import Campaign

MOST = 4  # campaigns of each kind that are looked at


def crossings(campaign: Campaign, by: User | None, *, now: dt.datetime | None = None) -> list[str]:
    """A sentence for each campaign that others of these days reach some of the same customers; offers only, within
    as many days as the shop's cap counts."""
    if campaign.purpose != "offers" or by is None:
        return []
    now = now or timezone.now()
    span = dt.timedelta(days=rules().cap_days)
    people = customers_of(campaign, by).order_by().values("pk")
    return [*_planned(campaign, by, now, span), *_sent(people, now - span)]


def _planned(campaign: Campaign, by: User, now: dt.datetime, span: dt.timedelta) -> list[str]:
    others = Campaign.objects.filter(
        dispatch=None,
        archived_at=None,
        purpose="offers",
        scheduled_for__gte=now,
        scheduled_for__lt=now + span,
    ).exclude(pk=campaign.pk)
    said = []
    for other in others.order_by("scheduled_for", "pk")[:MOST]:
        mine = customers_of(campaign, by).order_by().values("pk")
        both = customers_of(other, by).filter(pk__in=mine).order_by().count()
        if both:
            said.append(
                ngettext(
                    "%(n)s of them also gets “%(name)s”, which goes on %(day)s at %(time)s.",
                    "%(n)s of them also get “%(name)s”, which goes on %(day)s at %(time)s.",
                    both,
                )
                % {
                    "n": figure(both),
                    "name": other.name,
                    "day": day(other.scheduled_for),
                    "time": clock(other.scheduled_for),
                }
            )
    return said


def _sent(people: QuerySet[Any, Any], since: dt.datetime) -> list[str]:
    rows = (
        Message.objects.filter(
            state=MessageState.SENT, sent_at__gte=since, customer_id__in=people, dispatch__purpose="offers"
        )
        .order_by()
        .values_list("dispatch__title", "dispatch__launched_at")
        .annotate(n=Count("customer_id", distinct=True))
        .order_by("-n")[:MOST]
    )
    return [
        ngettext("%(n)s of them got “%(name)s” on %(day)s.", "%(n)s of them got “%(name)s” on %(day)s.", n)
        % {"n": figure(n), "name": title, "day": day(at)}
        for title, at, n in rows
    ]
