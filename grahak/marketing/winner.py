"""Which wording the rest of a campaign gets, once a part has tried them: as soon as one is surely better, at the latest
when the hours are over; or the one that a person chooses."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels.models import DispatchState, Message, MessageState
from grahak.core import audit
from grahak.core.models import User
from grahak.marketing import sequential
from grahak.marketing.audience.launching import FAR
from grahak.marketing.models import Campaign, Variant, WinnerBy
from grahak.marketing.sequential import Arm
from grahak.sales.models import Order

PIECE: Final = 5_000  # messages given the winner's wording in one transaction


class NoTest(ValueError):
    """The campaign is not trying variants now."""


@dataclass(frozen=True)
class Standing:
    """How a test stands: the ARMS by their codes, what the last LOOK says (None before anything was sent), until when
    it is decided (DEADLINE; None where a person decides), in WORDS."""

    arms: tuple[Arm, ...]
    look: sequential.Look | None
    deadline: dt.datetime | None
    words: str


def standing(campaign: Campaign, *, now: dt.datetime | None = None) -> Standing:
    """How the test of a campaign stands. Three queries, whoever many tried."""
    now = now or timezone.now()
    arms = tuple(arms_of(campaign, now))
    found = sequential.look(arms) if len(arms) > 1 and all(arm.n for arm in arms) else None
    return Standing(arms, found, deadline(campaign), words(campaign, found))


def deadline(campaign: Campaign) -> dt.datetime | None:
    """When it is decided at the latest: so many hours after the last variant's turn came."""
    dispatch = campaign.dispatch
    if campaign.winner_by == WinnerBy.HAND or dispatch is None or dispatch.launched_at is None:
        return None
    latest = max((variant.minutes for variant in campaign.variants.all()), default=0)
    return dispatch.launched_at + dt.timedelta(minutes=latest, hours=campaign.winner_hours)


def arms_of(campaign: Campaign, now: dt.datetime) -> list[Arm]:
    """What each variant came to. Where variants go at different hours only what came of a message within the same time
    counts, so that the earlier one has no start."""
    variants = list(campaign.variants.order_by("code"))
    sent = Message.objects.filter(dispatch=campaign.dispatch, state=MessageState.SENT).exclude(variant="")
    within = _same_age(sent, variants, now)
    if within is not None:
        sent = sent.filter(sent_at__lte=now - within)
    if campaign.winner_by == WinnerBy.MONEY:
        return _by_money(variants, sent, within, now)
    followed = Q(first_clicked_at__isnull=False)
    if within is not None:
        followed &= Q(first_clicked_at__lte=F("sent_at") + within)
    rows = (
        sent.order_by("variant")
        .values_list("variant")
        .annotate(n=Count("pk"), hits=Count("pk", filter=followed))
    )
    found = {code: (n, hits) for code, n, hits in rows}
    return [Arm.of_shares(variant.code, *found.get(variant.code, (0, 0))) for variant in variants]


def _same_age(sent: QuerySet[Message], variants: list[Variant], now: dt.datetime) -> dt.timedelta | None:
    if len({variant.minutes for variant in variants}) < 2:
        return None
    began = dict(sent.order_by("variant").values_list("variant").annotate(at=Min("sent_at")))
    if len(began) < len(variants):
        return dt.timedelta(0)
    return (now - max(began.values())) / 2  # half of the time is for sending, half for an answer


def _by_money(
    variants: list[Variant], sent: QuerySet[Message], within: dt.timedelta | None, now: dt.datetime
) -> list[Arm]:
    """Net revenue a customer, goods less returns, from when their message was sent."""
    counted = dict(sent.order_by("variant").values_list("variant").annotate(n=Count("pk")))
    until = F("customer__messages__sent_at") + within if within is not None else now
    orders = Order.objects.filter(
        cancelled_at=None,
        customer__messages__in=sent,
        placed_at__gte=F("customer__messages__sent_at"),
        placed_at__lte=until,
    )
    spent: dict[tuple[str, int], float] = defaultdict(float)
    rows = orders.values_list("customer__messages__variant", "customer_id", "net")
    for code, customer_id, net in rows.iterator(chunk_size=5_000):
        spent[code, customer_id or 0] += float(net)
    found = []
    for variant in variants:
        values = [value for (code, _customer), value in spent.items() if code == variant.code]
        n = counted.get(variant.code, 0)
        found.append(
            Arm(
                variant.code,
                n,
                sum(values),
                sum(one * one for one in values),
                sum(one != 0 for one in values),
            )
        )
    return found


def words(campaign: Campaign, look: sequential.Look | None) -> str:
    """What a look says, for people."""
    if look is None:
        return _("Nothing can be told before every variant has been sent.")
    if look.is_few:
        return _("Too few have answered yet to tell the variants apart.")
    if look.is_tied:
        return _("They stand exactly the same.")
    names = {"best": look.best.code, "second": look.second.code}
    if look.is_sure:
        return (
            _(
                "%(best)s is better than the others: chance alone makes so big a difference in fewer than one of "
                "twenty such tests, however often one looks."
            )
            % names
        )
    return _("%(best)s is ahead of %(second)s, but that may well be chance.") % names


def step(*, now: dt.datetime | None = None) -> None:
    """Decide what can be decided, and go on with what was being given out. One query where nothing is tried."""
    now = now or timezone.now()
    for campaign in _trying().select_related("dispatch").filter(winner="").exclude(winner_by=WinnerBy.HAND):
        until = deadline(campaign)
        found = standing(campaign, now=now).look
        if found is not None and found.is_sure:
            decide(campaign, found.best.code, now=now, because="sure", p=found.p)
        elif until is not None and now >= until:
            ahead = found.best.code if found is not None else _first(campaign)
            because = "time" if found is None or not found.is_tied else "tie"
            decide(campaign, ahead, now=now, because=because, p=found.p if found else 1.0)
    for campaign in _trying().exclude(winner="").select_related("dispatch"):
        give_out(campaign, now=now)


def _trying() -> QuerySet[Campaign]:
    going = Q(dispatch__state__in=(DispatchState.SENDING, DispatchState.PAUSED))
    return Campaign.objects.filter(going, test_percent__lt=100)


def _first(campaign: Campaign) -> str:
    return str(campaign.variants.order_by("code").values_list("code", flat=True).first() or "")


@transaction.atomic
def decide(
    campaign: Campaign, code: str, *, now: dt.datetime, because: str, p: float = 1.0, by: User | None = None
) -> bool:
    """Let CODE be the winner, unless there is one. The rest is given out afterwards, in pieces."""
    won = Campaign.objects.filter(pk=campaign.pk, winner="").update(winner=code, winner_at=now)
    if won:
        audit.record(
            "marketing.campaign.decided", campaign, by=by, winner=code, because=because, p=round(p, 4)
        )
        campaign.refresh_from_db(fields=["winner", "winner_at"])
    return bool(won)


def choose_winner(campaign: Campaign, code: str, *, by: User, now: dt.datetime | None = None) -> None:
    """A person decides, before the time or because that was so agreed. Raises NoTest where nothing is being tried (any
    more), ValueError for what is no variant."""
    if not campaign.variants.filter(code=code).exists():
        raise ValueError(f"no such variant: {code}")
    now = now or timezone.now()
    if not _trying().filter(pk=campaign.pk).exists() or not decide(
        campaign, code, now=now, because="hand", by=by
    ):
        raise NoTest(_("The winner is known already."))


def give_out(campaign: Campaign, *, now: dt.datetime) -> int:
    """Let the rest go with the winner's wording, at its hour where the variants had different ones. In pieces: killed
    in between it goes on from there."""
    moment = _hour(campaign, now)
    rest = Message.objects.filter(dispatch=campaign.dispatch, state=MessageState.WAITING, not_before__gte=FAR)
    given = 0
    while True:
        with transaction.atomic():
            some = rest.order_by("pk").values("pk")[:PIECE]
            n = Message.objects.filter(pk__in=some).update(variant=campaign.winner, not_before=moment)
        given += n
        if n < PIECE:
            return given


def _hour(campaign: Campaign, now: dt.datetime) -> dt.datetime:
    """Now; where the variants differ by their hour, when it is the winner's next."""
    minutes = dict(campaign.variants.values_list("code", "minutes"))
    launched = campaign.dispatch.launched_at if campaign.dispatch else None
    if len(set(minutes.values())) < 2 or launched is None:
        return now
    at = launched + dt.timedelta(minutes=minutes.get(campaign.winner, 0))
    days = max(0, -((at - now) // dt.timedelta(days=1)))
    at += dt.timedelta(days=days)
    return at if at >= now else at + dt.timedelta(days=1)
