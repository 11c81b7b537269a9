"""Quiet hours of the recipient's own clock: an offer waits until they end, and is never left out because of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grahak.channels.contract import channel_of
from grahak.channels.models import Dispatch, Message, MessageState, SendingRules
from grahak.core import business

Hours = tuple[dt.time, dt.time]  # from, until: over midnight where the first is later
AT_ONCE = 5_000  # rows put off in one transaction


def quiet_hours(dispatch: Dispatch, rules: SendingRules) -> list[Hours]:
    """When nothing of DISPATCH may go, by the recipient's clock: the shop's rule for offers, and that of the channel
    (offers outside of the hours that the law or the account leaves)."""
    if dispatch.purpose != "offers":
        return []
    found = []
    if (
        rules.quiet_from is not None
        and rules.quiet_until is not None
        and rules.quiet_from != rules.quiet_until
    ):
        found.append((rules.quiet_from, rules.quiet_until))
    try:
        daytime = channel_of(dispatch.channel).daytime()
    except KeyError:
        daytime = None
    if daytime is not None and daytime[0] != daytime[1]:
        found.append((daytime[1], daytime[0]))
    return found


def zone_named(name: str) -> dt.tzinfo:
    """The zone of a name; the shop's for an empty or an unknown one."""
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return business.zone()


def ends(moment: dt.datetime, zone: dt.tzinfo, hours: Iterable[Hours]) -> dt.datetime | None:
    """When the quiet that MOMENT falls into is over in ZONE, one after the other; None where it falls into none. A
    wall clock time that a change of clocks leaves out counts as the moment after it."""
    at = moment
    for _again in range(6):  # the end of one may lie in the other
        local = at.astimezone(zone)
        later = [end for since, until in hours if (end := _end(local, since, until)) is not None]
        if not later:
            break
        at = max(later)
    return at.astimezone(dt.UTC) if at != moment else None


def _end(local: dt.datetime, since: dt.time, until: dt.time) -> dt.datetime | None:
    clock = local.time().replace(tzinfo=None)
    over_midnight = since > until
    inside = clock >= since or clock < until if over_midnight else since <= clock < until
    if not inside:
        return None
    day = local.date() + dt.timedelta(days=1 if over_midnight and clock >= since else 0)
    end = dt.datetime.combine(day, until, tzinfo=local.tzinfo).astimezone(dt.UTC)
    return max(end, local.astimezone(dt.UTC) + dt.timedelta(seconds=1))


def quiet_zones(zones: Iterable[str], hours: list[Hours], now: dt.datetime) -> dict[str, dt.datetime]:
    """Of these zones those where it is quiet now → when that ends."""
    if not hours:
        return {}
    found = {name: ends(now, zone_named(name), hours) for name in set(zones)}
    return {name: end for name, end in found.items() if end is not None}


def put_off(dispatch_id: int, zones: dict[str, dt.datetime], now: dt.datetime) -> int:
    """Let those of a dispatch whose turn it is in ZONES wait until the quiet is over there; up to AT_ONCE a zone."""
    moved = 0
    for name, until in zones.items():
        due = Message.objects.filter(
            dispatch_id=dispatch_id, state=MessageState.WAITING, not_before__lte=now, zone=name
        )
        some = due.order_by("not_before", "id").values("pk")[:AT_ONCE]
        moved += Message.objects.filter(pk__in=some).update(not_before=until)
    return moved
