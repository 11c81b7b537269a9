"""The board of a pipeline: a column a stage with how many deals stand in it and what they add up to, and the first
cards of each. However many deals there are, a board reads a few rows of figures and the cards it shows.

Closed stages show this month: what was won and lost before is told by the reports.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from grahak.core import business
from grahak.core.access import SHARED, scope_of, scoped
from grahak.core.models import User
from grahak.core.rights import shares
from grahak.customers.models import Task
from grahak.sales.deals.counting import month_of
from grahak.sales.models import Deal, DealStage, Pipeline, StageFigures, StageKind

CARDS = 10
MARK = -7  # stands for the stage in the one compiled question
ABOUT = "sales.deal"
_READ = (
    "pk", "title", "version", "amount", "expected_on", "stage_since", "customer_id", "customer__name", "owner_id",
    "owner__name", "stage_id", "created_at",
)  # fmt: skip


@dataclass(frozen=True)
class Whose:
    """Whose deals a board or forecast shows: WHO "" for everybody, "me", or a colleague's number; TEAM and BRANCH by
    number, "" for all."""

    who: str = ""
    team: str = ""
    branch: str = ""

    @classmethod
    def read(cls, given: QueryDict) -> Whose:
        who, team, branch = (given.get(name, "") for name in ("who", "team", "branch"))
        return cls(
            who if who == "me" or is_number(who) else "",
            team if is_number(team) else "",
            branch if is_number(branch) else "",
        )

    def of(self, rows: Any, user: User) -> Any:
        """The rows (of deals or of figures) that this person may see and asks for."""
        shared = "customer_id" if rows.model is Deal else ""
        return self.narrowed(scoped(rows, user, "deals.view", shared=shared), user)

    def narrowed(self, rows: Any, user: User) -> Any:
        """Those of the rows that are asked for."""
        if self.who:
            rows = rows.filter(owner_id=user.pk if self.who == "me" else int(self.who))
        if self.team:
            rows = rows.filter(team_id=int(self.team))
        if self.branch:
            rows = rows.filter(branch_id=int(self.branch))
        return rows

    def values(self) -> dict[str, str]:
        """What an address says of it."""
        return {name: value for name, value in vars(self).items() if value}


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@dataclass
class Card:
    """A deal on a board. DAYS it has stood in its stage; LATE: its expected day is over; ROTTEN: it has stood longer
    than the stage's days. TASK is the next thing to do: (what, by when). FIXED: this person may look, not move it."""

    pk: int
    title: str
    version: int
    amount: Decimal
    expected_on: dt.date | None
    since: dt.datetime
    customer_id: int
    customer: str
    owner_id: int | None
    owner: str
    stage_id: int
    days: int
    late: bool
    rotten: bool
    task: tuple[str, dt.date | None] | None = None
    fixed: bool = False


@dataclass
class Column:
    """A stage with what stands in it. AFTER is the place from which more cards are read, "" where there are none."""

    stage: DealStage
    many: int = 0
    amount: Decimal = Decimal(0)
    cards: list[Card] = field(default_factory=list)
    after: str = ""


def columns(pipeline: Pipeline, user: User, whose: Whose, *, only: Sequence[int] = ()) -> list[Column]:
    """The columns of a board (or ONLY those of some stages) with their first cards."""
    stages = [one for one in pipeline.stages.all() if not only or one.pk in only]
    found = {stage.pk: Column(stage) for stage in stages}
    for stage_id, many, worth in sums(stages, user, whose):
        found[stage_id].many, found[stage_id].amount = many, worth
    by_stage = {stage.pk: stage for stage in stages}
    for row in _first_cards(stages, user, whose):
        column = found[row[10]]
        if len(column.cards) == CARDS:
            column.after = place_of(column.cards[-1])
        else:
            column.cards.append(_card(row, by_stage[row[10]]))
    shown = [card for column in found.values() for card in column.cards]
    with_tasks(shown)
    _hold(shown, user)
    return list(found.values())


def _hold(cards: Sequence[Card], user: User) -> None:
    """Mark the cards that this person sees but may not move; asked only where seeing reaches further than moving."""
    scope = scope_of(user, "deals.edit")
    if not cards or scope in (None, "all"):
        return
    if scope == scope_of(user, "deals.view") and not shares.lines(user, SHARED):
        return
    movable = Deal.objects.editable_by(user).filter(pk__in=[card.pk for card in cards])
    free = set(movable.values_list("pk", flat=True))
    for card in cards:
        card.fixed = card.pk not in free


def sums(stages: Sequence[DealStage], user: User, whose: Whose) -> list[tuple[int, int, Decimal]]:
    """(stage, deals, amount) of each stage with any: all of an open stage, this month of a closed one. One query of
    the figures, and one of the deals that are shared with this person where any are."""
    now = month_of(business.today())
    closed = [one.pk for one in stages if one.kind != StageKind.OPEN]
    rows = StageFigures.objects.filter(stage__in=[one.pk for one in stages])
    rows = rows.filter(~Q(stage__in=closed) | Q(month=now))
    groups = whose.of(rows, user).order_by().values_list("stage_id")
    found = {pk: (many, worth) for pk, many, worth in groups.annotate(many=Sum("deals"), worth=Sum("amount"))}
    for pk, month, many, worth in _lent_sums(stages, user, whose):
        if pk not in closed or month == now:
            before = found.get(pk, (0, Decimal(0)))
            found[pk] = before[0] + many, before[1] + worth
    return [(pk, many, worth) for pk, (many, worth) in found.items()]


def lent(user: User, whose: Whose) -> Any:
    """The deals that only sharing opens to this person, which the figures of their reach don't count; None where
    nothing is shared with them, as with nearly everybody."""
    if scope_of(user, "deals.view") in (None, "all"):
        return None
    term = shares.reached(user, SHARED, "customer_id", to_edit=False)
    if term is None:
        return None
    mine = scoped(Deal.objects.order_by(), user, "deals.view")
    return whose.narrowed(Deal.objects.filter(term).exclude(pk__in=mine.values("pk")), user)


def _lent_sums(
    stages: Sequence[DealStage], user: User, whose: Whose
) -> Iterable[tuple[int, int, int, Decimal]]:
    """(stage, month, deals, amount) of those."""
    rows = lent(user, whose)
    if rows is None:
        return
    groups = rows.filter(stage__in=[one.pk for one in stages]).order_by().values_list("stage_id", "closes_on")
    for pk, day, many, worth in groups.annotate(many=Count("pk"), worth=Sum("amount")):
        yield pk, month_of(day), many, worth


def more_cards(stage: DealStage, user: User, whose: Whose, after: str) -> tuple[list[Card], str]:
    """The cards of a column after a place, and the place that follows them."""
    rows = _asked(user, whose, closed=stage.kind != StageKind.OPEN).filter(stage=stage)
    if (place := read_place(after)) is not None:
        at, pk = place
        rows = rows.filter(Q(stage_since__lte=at) & (Q(stage_since__lt=at) | Q(pk__lt=pk)))
    cards = [_card(row, stage) for row in rows.values_list(*_READ)[: CARDS + 1]]
    shown = cards[:CARDS]
    with_tasks(shown)
    _hold(shown, user)
    return shown, place_of(shown[-1]) if len(cards) > CARDS else ""


def card_of(deal: Deal) -> Card:
    """One deal as its card."""
    row = Deal.objects.filter(pk=deal.pk).values_list(*_READ).get()
    card = _card(row, deal.stage)
    with_tasks([card])
    return card


def _asked(user: User, whose: Whose, *, closed: bool) -> Any:
    rows = whose.of(Deal.objects.all(), user)
    if closed:
        rows = rows.filter(stage_since__gte=business.day_start(business.today().replace(day=1)))
    return rows.order_by("-stage_since", "-pk")


def _first_cards(stages: Sequence[DealStage], user: User, whose: Whose) -> list[tuple[Any, ...]]:
    """The first cards of all columns in one question, one more of each than is shown: the question of one stage is
    compiled once and asked for each, joined by UNION ALL."""
    parts: list[str] = []
    given: list[Any] = []
    for closed in (False, True):
        wanted = [one.pk for one in stages if (one.kind != StageKind.OPEN) is closed]
        if not wanted:
            continue
        rows = _asked(user, whose, closed=closed).filter(stage_id=MARK).values_list(*_READ)[: CARDS + 1]
        sql, params = rows.query.sql_with_params()
        for pk in wanted:
            parts.append(f"SELECT * FROM ({sql}) AS part{len(parts)}")  # noqa: S608
            given += [pk if one == MARK else one for one in params]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        return [_read(row) for row in cursor.fetchall()]


def _read(row: Sequence[Any]) -> tuple[Any, ...]:
    """A row as the database's driver gives it, with the values that Django would make of it."""
    cells = list(row)
    cells[3] = Decimal(cells[3]).scaleb(-4)
    if isinstance(cells[4], str):
        cells[4] = dt.date.fromisoformat(cells[4])
    for place in (5, 11):
        if isinstance(cells[place], str):
            cells[place] = dt.datetime.fromisoformat(cells[place])
        if cells[place].tzinfo is None:
            cells[place] = cells[place].replace(tzinfo=dt.UTC)
    return tuple(cells)


def _card(row: tuple[Any, ...], stage: DealStage) -> Card:
    today = business.today()
    days = (today - business.day_of(row[5])).days
    is_open = stage.kind == StageKind.OPEN
    return Card(
        pk=row[0],
        title=row[1],
        version=row[2],
        amount=row[3],
        expected_on=row[4],
        since=row[5],
        customer_id=row[6],
        customer=row[7],
        owner_id=row[8],
        owner=row[9] or "",
        stage_id=row[10],
        days=days,
        late=is_open and row[4] is not None and row[4] < today,
        rotten=is_open and stage.rots_after is not None and days > stage.rots_after,
    )


def with_tasks(cards: Iterable[Card]) -> None:
    """Put the next open task of each deal on its card. One query for all."""
    by_pk = {card.pk: card for card in cards}
    if not by_pk:
        return
    rows = Task.objects.filter(about=ABOUT, about_id__in=list(by_pk), done_at=None)
    for about, title, due in rows.order_by("pk").values_list("about_id", "title", "due_on"):
        card = by_pk[about or 0]
        if card.task is None or (due or dt.date.max) < (card.task[1] or dt.date.max):
            card.task = title, due


def place_of(card: Card) -> str:
    """Where a column goes on after a card, for an address."""
    raw = json.dumps([card.since.isoformat(), card.pk])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_place(text: str) -> tuple[dt.datetime, int] | None:
    """The place that an address carries, None if it is forged or cut."""
    if not text:
        return None
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(text[:200] + "=" * (-len(text) % 4)))
        moment = parse_datetime(at)
        if moment is None or moment.tzinfo is None or isinstance(pk, bool) or not 0 <= int(pk) < 2**63:
            return None
        return moment, int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
