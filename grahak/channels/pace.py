"""How fast messages go: no more a minute than the campaign, the channel and the recipient's domain may have, whatever
the number of workers.

The generic cell rate algorithm (ITU-T I.371, there called GCRA): one moment a key says when the next message may go.
It is read and moved in the claim's transaction, so that two workers share one allowance. In any minute at most
`per_minute` messages go, and those of BURST beside them. A clock that was put back cannot stop it for long.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from grahak.channels.models import Allowance, Dispatch

BURST = dt.timedelta(seconds=2)


@dataclass
class Bucket:
    """One pace as it stands NOW: how many may go (`left`), and when the next but so many may (`turn`)."""

    key: str
    per_minute: int
    next_at: dt.datetime
    now: dt.datetime
    taken: int = 0

    @property
    def interval(self) -> dt.timedelta:
        return dt.timedelta(seconds=60 / self.per_minute)

    @property
    def _base(self) -> dt.datetime:
        together = max(1, int(self.per_minute * BURST.total_seconds() / 60))
        if self.next_at > self.now + 2 * self.interval:
            return self.now  # the clock was put back: what was let out then is over
        return max(self.next_at, self.now - (together - 1) * self.interval)

    @property
    def left(self) -> int:
        """How many may go now."""
        if self._base > self.now:
            return -self.taken
        return int((self.now - self._base) / self.interval) + 1 - self.taken

    def take(self, n: int) -> None:
        self.taken += n

    def turn(self, place: int) -> dt.datetime:
        """When the PLACE-th (from 0) of those who must wait may go."""
        return max(self.now, self._base + self.taken * self.interval) + place * self.interval

    @property
    def reaches(self) -> dt.datetime:
        return self._base + self.taken * self.interval


@dataclass
class Paces:
    """The paces that hold for one dispatch. `most` is None where nothing holds it back."""

    every: list[Bucket] = field(default_factory=list)
    domains: dict[str, Bucket] = field(default_factory=dict)

    @property
    def most(self) -> int | None:
        return max(0, min(bucket.left for bucket in self.every)) if self.every else None

    def may_go(self, address: str) -> dt.datetime | None:
        """None where a message to ADDRESS may go now (it is counted then), else when to look again."""
        bucket = self.domains.get(address.rpartition("@")[2])
        if bucket is not None:
            if bucket.left <= 0:
                self._waiting[bucket.key] = self._waiting.get(bucket.key, -1) + 1
                return bucket.turn(self._waiting[bucket.key])
            bucket.take(1)
        for one in self.every:
            one.take(1)
        return None

    _waiting: dict[str, int] = field(default_factory=dict)

    def keep(self) -> None:
        """Write down what was taken."""
        for bucket in (*self.every, *self.domains.values()):
            if bucket.taken:
                Allowance.objects.filter(pk=bucket.key).update(next_at=bucket.reaches)


def paces_of(dispatch: Dispatch, paces: dict[str, int], now: dt.datetime) -> Paces:
    """The paces of DISPATCH and of the shop (SendingRules.paces), locked until the transaction ends. Asks nothing
    where there are none."""
    every = {
        f"dispatch:{dispatch.pk}": dispatch.pace_per_minute,
        f"channel:{dispatch.channel}": paces.get(dispatch.channel),
    }
    domains = {
        name[1:]: per_minute
        for name, per_minute in paces.items()
        if dispatch.channel == "email" and name.startswith("@") and per_minute
    }
    wanted = {key: per_minute for key, per_minute in every.items() if per_minute}
    wanted |= {f"domain:{name}": per_minute for name, per_minute in domains.items()}
    if not wanted:
        return Paces()
    stand = _locked(wanted, now)
    return Paces(
        [Bucket(key, wanted[key], stand[key], now) for key in every if key in wanted],
        {
            name: Bucket(f"domain:{name}", per_minute, stand[f"domain:{name}"], now)
            for name, per_minute in domains.items()
        },
    )


def _locked(keys: Iterable[str], now: dt.datetime) -> dict[str, dt.datetime]:
    wanted = sorted(keys)
    rows: QuerySet[Allowance] = Allowance.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    found = {row.key: row.next_at for row in rows}
    if len(found) < len(wanted):
        Allowance.objects.bulk_create(
            [Allowance(key=key, next_at=now - BURST) for key in wanted], ignore_conflicts=True
        )
        found = {row.key: row.next_at for row in rows.all()}
    return found
