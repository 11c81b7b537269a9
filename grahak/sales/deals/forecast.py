"""What deals may bring, month by month, beside what came in a year before, and what slipped.

Definitions (docs/deals.md): *weighted* = Σ amount × probability of the stage; *committed* = won + open deals in
stages of 75 % and more; *before* = net revenue of the same month a year earlier. A deal counts in the month of the
day it was won, else of its expected day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Sum

from grahak.core import business
from grahak.core.access import scope_of, scoped
from grahak.core.models import Team, User
from grahak.sales.deals.board import Whose, lent
from grahak.sales.deals.counting import NO_MONTH, first_day, later, month_of
from grahak.sales.models import DaySales, Deal, DealSlip, StageFigures, StageKind

COMMITTED: Final = 75  # per cent from which an open deal counts as promised
MONTHS: Final = 6
SHOWN: Final = 12
ZERO: Final = Decimal(0)


@dataclass
class Line:
    """What deals add up to. ALL: open ones in full; WEIGHTED and COMMITTED hold what was WON too."""

    many: int = 0
    all: Decimal = ZERO
    won: Decimal = ZERO
    weighted: Decimal = ZERO
    committed: Decimal = ZERO

    def add(self, kind: str, probability: int, many: int, amount: Decimal) -> None:
        if kind == StageKind.WON:
            self.won += amount
            self.weighted += amount
            self.committed += amount
            return
        self.many += many
        self.all += amount
        self.weighted += amount * probability / 100
        if probability >= COMMITTED:
            self.committed += amount


@dataclass
class Month:
    """A month with its line and what came in a year before (None: not known)."""

    number: int
    line: Line = field(default_factory=Line)
    before: Decimal | None = None

    @property
    def first(self) -> dt.date:
        return first_day(self.number)


@dataclass
class Forecast:
    """MONTHS from this one on; PAST: open deals whose expected day is in a month that is over; LATER: after the last
    month; UNSAID: without a day; TOTAL of the months."""

    months: list[Month]
    past: Line
    later: Line
    unsaid: Line
    total: Line
    people: list[tuple[str, Line]]
    teams: list[tuple[str, Line]]

    @property
    def before(self) -> Decimal | None:
        known = [month.before for month in self.months if month.before is not None]
        return sum(known, ZERO) if known else None


def read(user: User, whose: Whose, pipeline: int | None = None) -> Forecast:
    """The forecast of what this person may see. It reads figures, not deals: as quick for many as for few. Deals of
    customers shared with them are the exception, and few."""
    now = month_of(business.today())
    numbers = [later(now, step) for step in range(MONTHS)]
    months = {number: Month(number) for number in numbers}
    past, after, unsaid, total = Line(), Line(), Line(), Line()
    people: dict[int | None, Line] = defaultdict(Line)
    teams: dict[int | None, Line] = defaultdict(Line)
    for month, kind, probability, owner, team, many, amount in _figures(user, whose, pipeline, now):
        if month in months:
            lines = [months[month].line, total, people[owner], teams[team]]
        elif kind != StageKind.OPEN:
            continue
        else:
            lines = [unsaid if month == NO_MONTH else past if month < now else after]
        for line in lines:
            line.add(kind, probability, many, amount)
    for number, net in _year_before(user, whose, numbers).items():
        months[number].before = net
    owners: Any = User.objects.filter(pk__in=[pk for pk in people if pk])
    return Forecast(
        list(months.values()), past, after, unsaid, total,
        people=_named(people, owners), teams=_named(teams, Team.objects.filter(pk__in=[pk for pk in teams if pk])),
    )  # fmt: skip


def _figures(user: User, whose: Whose, pipeline: int | None, now: int) -> Iterable[tuple[Any, ...]]:
    rows = whose.of(StageFigures.objects.exclude(stage__kind=StageKind.LOST), user)
    rows = (
        rows.filter(stage__pipeline__archived_at=None)
        if pipeline is None
        else rows.filter(stage__pipeline=pipeline)
    )
    won_before = rows.filter(stage__kind=StageKind.WON, month__lt=now)
    rows = rows.exclude(pk__in=won_before.values("pk"))
    groups = rows.order_by().values_list("month", "stage__kind", "stage__probability", "owner_id", "team_id")
    yield from groups.annotate(many=Sum("deals"), worth=Sum("amount"))
    shared = lent(user, whose)
    if shared is None:
        return
    given = shared.exclude(state=StageKind.LOST)
    given = given.filter(pipeline__archived_at=None) if pipeline is None else given.filter(pipeline=pipeline)
    parts = given.order_by().values_list(
        "closes_on", "state", "stage__probability", "owner_id", "team_id"
    ).annotate(many=Count("pk"), worth=Sum("amount"))  # fmt: skip
    for day, state, *more in parts:
        if state == StageKind.OPEN or month_of(day) >= now:
            yield (month_of(day), state, *more)


def _named(lines: dict[int | None, Line], rows: Any) -> list[tuple[str, Line]]:
    """The lines with their names, the weightiest first; "" stands for nobody's."""
    names = dict(rows.values_list("pk", "name"))
    found = [(names.get(pk, "") if pk else "", line) for pk, line in lines.items()]
    return sorted(found, key=lambda one: (-one[1].weighted, one[0]))


def _year_before(user: User, whose: Whose, numbers: list[int]) -> dict[int, Decimal]:
    """Net revenue of the same months a year before, for the whole shop or a branch. Nothing for a person or a team:
    revenue is kept by day and branch."""
    if (
        whose.who
        or whose.team
        or scope_of(user, "insight.home") is None
        or scope_of(user, "deals.view") in ("own", "team")
    ):
        return {}
    first, last = first_day(later(numbers[0], -12)), first_day(later(numbers[-1], -11))
    rows = scoped(
        DaySales.objects.filter(day__gte=first, day__lt=last), user, "deals.view", owner="pk", team=""
    )
    if whose.branch:
        rows = rows.filter(branch_id=int(whose.branch))
    found: dict[int, Decimal] = {}
    for day, net in rows.order_by().values_list("day").annotate(sum=Sum("net")):
        number = later(month_of(day), 12)
        found[number] = found.get(number, ZERO) + net
    return found


@dataclass(frozen=True)
class Slipped:
    """What was put off out of this month (SLIPS, with how many and how much in all), and open deals whose day is
    over."""

    slips: list[DealSlip]
    many: int
    amount: Decimal
    overdue: list[Deal]


def slipped(user: User, whose: Whose) -> Slipped:
    """Deals put off since this month began, from this month or an earlier one, into a later month, and still open;
    and the largest open ones whose expected day is over."""
    today = business.today()
    first = today.replace(day=1)
    deals = whose.of(Deal.objects.open(), user)
    rows = DealSlip.objects.filter(
        at__gte=business.day_start(first), before__lt=first_day(later(month_of(today), 1)), deal__in=deals
    )
    rows = rows.exclude(deal__closes_on__lt=first_day(later(month_of(today), 1)))
    latest: dict[int, DealSlip] = {}
    for slip in rows.select_related("deal__customer", "deal__stage", "by").order_by("at", "pk")[:2_000]:
        first_slip = latest.get(slip.deal_id)
        slip.before = first_slip.before if first_slip else slip.before
        latest[slip.deal_id] = slip
    largest = sorted(latest.values(), key=lambda slip: (-slip.deal.amount, slip.pk))
    overdue = deals.filter(closes_on__lt=today).select_related("customer", "stage", "owner")
    return Slipped(
        slips=largest[:SHOWN],
        many=len(latest),
        amount=sum((slip.deal.amount for slip in largest), ZERO),
        overdue=list(overdue.order_by("-amount", "-pk")[:SHOWN]),
    )
