"""A plan written into the ledger: the audience of a dispatch, frozen, with who was held out by lot."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from grahak.channels.models import Dispatch, Message
from grahak.channels.quiet import quiet_hours
from grahak.channels.rules import rules
from grahak.core import bulk, business
from grahak.insight.models import Segment
from grahak.marketing import holdout
from grahak.marketing.audience import zones
from grahak.marketing.audience.parts import out_of_sight, part_name
from grahak.marketing.audience.plan import CODES, Plan
from grahak.marketing.models import Campaign, Exclusion, HeldOut, Variant

PIECE: Final = 2_000  # rows written in one short transaction
FAR: Final = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)  # those who wait for the winner of a test


def write(plan: Plan, dispatch: Dispatch) -> None:
    """Write PLAN into the ledger of DISPATCH, which is being frozen, and keep whom the lot holds out. In pieces: nobody
    else waits long. Killed in between it is forgotten and done again."""
    campaign = plan.campaign
    forget(campaign)
    start = dispatch.launched_at or timezone.now()
    variants = list(campaign.variants.order_by("code"))
    shares = holdout.shares(campaign, variants)
    _zones(plan, campaign, dispatch, start, variants)
    sql, params = _message_sql(plan, dispatch, shares)
    last = _last()
    for first in range(0, last, PIECE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [*params, first, first + PIECE, plan.held_below])
            if plan.held_below:
                cursor.execute(_HELD, [campaign.pk, first, first + PIECE, plan.held_below])
    _exclusions(plan, campaign)


def forget(campaign: Campaign) -> None:
    """Remove what an interrupted launch left of who was held out and excluded."""
    rows = HeldOut.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True)
    while ids := list(rows[:900]):
        HeldOut.objects.filter(pk__in=ids).delete()
    Exclusion.objects.filter(campaign=campaign).delete()


def _exclusions(plan: Plan, campaign: Campaign) -> None:
    found: Counter[int] = Counter()
    for minus, _reason, _held, n in plan.counts():
        if minus:
            found[minus] += n
    Exclusion.objects.bulk_create(
        Exclusion(
            campaign=campaign, reason="minus", what=part_name(plan.minus[number - 1])[:200], customers=n
        )
        for number, n in sorted(found.items())
    )
    unseen = out_of_sight(campaign, plan.by, plan.parts) if plan.by is not None else {}
    Exclusion.objects.bulk_create(
        Exclusion(campaign=campaign, reason=reason, customers=n) for reason, n in unseen.items()
    )


def _last() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(n), 0) FROM launch_plan")
        return int(cursor.fetchone()[0])


def _message_sql(plan: Plan, dispatch: Dispatch, shares: list[holdout.Share]) -> tuple[str, list[Any]]:
    reasons = " ".join(f"WHEN {code} THEN '{reason}'" for code, reason in enumerate(CODES) if reason)
    cases = " ".join("WHEN substr(lot, 9, 8) < %s THEN %s" for share in shares if share.below)
    rest = next((share.code for share in shares if not share.below), "")
    variant = f"CASE {cases} ELSE %s END" if cases else "%s"
    table = connection.ops.quote_name(Message._meta.db_table)
    sql = _MESSAGES.format(table=table, reasons=reasons, variant=variant)
    bounds = [value for share in shares if share.below for value in (share.below, share.code)]
    return sql, [dispatch.pk, dispatch.channel, *bounds, rest]


def _zones(
    plan: Plan, campaign: Campaign, dispatch: Dispatch, start: dt.datetime, variants: list[Variant]
) -> None:
    """Make the table of when a place's turn is, for each variant: at the same hour of its own clock where the campaign
    is in local time, and for the rest of a test not before its winner is known."""
    rows = [("", "")]
    if campaign.in_local_time or quiet_hours(dispatch, rules()):
        rows = _places(start)
    minutes = {variant.code: variant.minutes for variant in variants} or {"": 0}
    if campaign.test_percent < 100 and len(variants) > 1:
        minutes[""] = -1
    shop = business.zone()
    with connection.cursor() as cursor:
        moment = "timestamp with time zone" if connection.vendor == "postgresql" else "text"
        cursor.execute("DROP TABLE IF EXISTS launch_zones")
        cursor.execute(
            "CREATE TEMPORARY TABLE launch_zones "
            f"(place text, code text, zone text, at {moment}, PRIMARY KEY (place, code))"
        )
        told = []
        for place, zone in rows:
            at = zones.local(campaign.scheduled_for or start, shop, zone) if campaign.in_local_time else start
            for code, later in {"-": 0, "": 0, **minutes}.items():
                turn = FAR if later < 0 else at + dt.timedelta(minutes=later)
                told.append((place, code, zone, bulk.stored(turn)))
        cursor.executemany("INSERT INTO launch_zones VALUES (%s, %s, %s, %s)", told)


def _places(at: dt.datetime) -> list[tuple[str, str]]:
    """Every place (country and the beginning of the phone) of the plan with its zone."""
    shop = str(business.zone())
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [zones.SHORT])
        cursor.execute("SELECT DISTINCT country, substr(phone, 1, %s) FROM launch_plan", [zones.SHORT])
        starts = cursor.fetchall()
        wide = sorted({start for _country, start in starts if start and zones.has_several(start, at)})
        for some in bulk.pieces(wide):
            cursor.execute(
                f"{_PLACE} AND substr(phone, 1, %s) IN ({', '.join(['%s'] * len(some))})",
                [zones.LONG, zones.SHORT, *some],
            )
        cursor.execute("SELECT DISTINCT place FROM launch_plan")
        places = [row[0] for row in cursor.fetchall()]
    found = []
    for place in places:
        country, _bar, start = place.partition("|")
        found.append((place, zones.zone_of(country, start, shop, at)))
    return found


def uncounted(campaign: Campaign) -> list[Segment]:
    """The segments of its parts that were never counted or can't be: nobody knows whom they mean."""
    found = Segment.objects.filter(pk__in=campaign.parts.values("segment_id"), kind="rule")
    return [one for one in found if one.counted_at is None or one.stale_reason == "broken"]


_MESSAGES: Final = """
INSERT INTO {table} (dispatch_id, channel, customer_id, contact_id, language, state, reason, detail, variant, zone,
    not_before, address, message_id, claimed_by, provider_id, tries)
SELECT %s, %s, p.customer_id, p.contact_id, p.language, CASE p.code WHEN 0 THEN 'waiting' ELSE 'skipped' END,
    CASE p.code {reasons} ELSE '' END, CASE p.code WHEN 0 THEN '' ELSE p.address END, p.variant,
    COALESCE(z.zone, ''), z.at, '', '', '', '', 0
FROM (
    SELECT q.*, CASE WHEN code > 0 THEN '' ELSE {variant} END AS variant FROM launch_plan q
    WHERE n > %s AND n <= %s AND minus = 0 AND NOT (code = 0 AND substr(lot, 1, 8) < %s)
) p JOIN launch_zones z ON z.place = p.place AND z.code = CASE p.code WHEN 0 THEN p.variant ELSE '-' END
ORDER BY p.n
"""
_PLACE: Final = (
    "UPDATE launch_plan SET place = country || '|' || substr(phone, 1, %s) WHERE code = 0 AND minus = 0"
)
_HELD: Final = """
INSERT INTO marketing_heldout (campaign_id, customer_id)
SELECT DISTINCT %s, customer_id FROM launch_plan
WHERE n > %s AND n <= %s AND minus = 0 AND code = 0 AND substr(lot, 1, 8) < %s
ON CONFLICT DO NOTHING
"""
