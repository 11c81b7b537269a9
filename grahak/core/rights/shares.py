"""What is shared with whom: single rows that somebody may see or edit although their role does not reach them.

A room that lets its rows be shared registers the model whose rows say so; `core.access.scoped` asks here. Who has
anything shared is known from memory, so that everybody else pays nothing for it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from grahak.core import business
from grahak.core.rights import kept

MOST: Final = 500  # ids written into a question; more are asked for within it
NOTHING: Final[tuple[Any, ...]] = ()


@dataclass(frozen=True)
class Line:
    """One row shared with somebody, until UNTIL (exclusive); None for always."""

    pk: int
    may_edit: bool
    until: dt.datetime | None

    @property
    def last_day(self) -> dt.date | None:
        """The last day of it by the shop's clock."""
        return last_day(self.until)


def last_day(until: dt.datetime | None) -> dt.date | None:
    """The day that ends at UNTIL, by the shop's clock."""
    return business.day_of(until - dt.timedelta(seconds=1)) if until else None


@dataclass(frozen=True)
class Source:
    """MODEL has user, team, may_edit, until, ended_at and the column COLUMN of the row that is shared."""

    model: Any
    column: str


SOURCES: dict[str, Source] = {}


def register(subject: str, model: Any, column: str) -> None:
    """Let rows of SUBJECT ("customers.customer") be shared by rows of MODEL."""
    SOURCES[subject] = Source(model, column)


def _running(source: Source) -> Any:
    now = timezone.now()
    return source.model.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None)


def _holders(subject: str) -> tuple[frozenset[int], frozenset[int]]:
    """(people, teams) with anything shared, held as long as the rights are."""
    shelf = kept.current().shared
    if subject not in shelf:
        found = list(_running(SOURCES[subject]).order_by().values_list("user_id", "team_id").distinct())
        shelf[subject] = (
            frozenset(user for user, _team in found if user),
            frozenset(team for _user, team in found if team),
        )
    result: tuple[frozenset[int], frozenset[int]] = shelf[subject]
    return result


def is_used(subject: str) -> bool:
    """Whether anything is shared with anybody; from memory."""
    return subject in SOURCES and not kept.current().is_usual and any(_holders(subject))


def _with(principal: Any) -> Q:
    teams, _people = kept.reach_of(principal)
    teams = teams | ({principal.team_id} if principal.team_id else set())
    found = Q(team_id__in=sorted(teams))
    return found | Q(user_id=principal.pk) if principal.pk else found


def lines(principal: Any, subject: str) -> tuple[Line, ...]:
    """What is shared with this person or their teams now, held as long as the rights are."""
    if subject not in SOURCES or kept.current().is_usual:
        return NOTHING
    users, teams = _holders(subject)
    mine, _people = kept.reach_of(principal)
    if principal.pk not in users and not (mine & teams) and principal.team_id not in teams:
        return NOTHING
    shelf, key = kept.current().shared, (subject, principal.pk, principal.team_id)
    if key not in shelf:
        source = SOURCES[subject]
        rows = _running(source).filter(_with(principal)).order_by("pk")
        found = rows.values_list(source.column, "may_edit", "until")[: 20 * MOST]
        shelf[key] = tuple(Line(*row) for row in found)
    now = timezone.now()
    return tuple(one for one in shelf[key] if one.until is None or one.until > now)


def reached(principal: Any, subject: str, path: str, *, to_edit: bool) -> Q | None:
    """A condition that PATH (a column of ids) is a row shared with this person; None where nothing is."""
    found = {one.pk for one in lines(principal, subject) if one.may_edit or not to_edit}
    if not found:
        return None
    if len(found) <= MOST:
        return Q(**{f"{path}__in": sorted(found)})
    source = SOURCES[subject]
    rows = _running(source).filter(_with(principal)).order_by()
    rows = rows.filter(may_edit=True) if to_edit else rows
    return Q(**{f"{path}__in": rows.values(source.column)})
