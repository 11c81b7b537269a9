"""Teams: made, renamed, led, filled with people, put away. Each is one transaction, on the log, in force at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import Team, User
from grahak.core.rights import kept


def _checked_name(name: str, but: int = 0) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Give the team a name.")})
    if Team.objects.filter(name__iexact=name).exclude(pk=but).exists():
        raise ValidationError({"name": _("There is a team with this name.")})
    return name


@transaction.atomic
def add_team(*, by: User | None, name: str, leader: User | None = None, people: Iterable[User] = ()) -> Team:
    """A team with its leader and people; somebody is in one team at a time."""
    team = Team.objects.create(name=_checked_name(name), leader=leader)
    detail = _put(team, people)
    audit.record("core.team.added", team, by=by, leader=str(leader or ""), **detail)
    kept.changed()
    return team


@transaction.atomic
def edit_team(team: Team, *, by: User | None, name: str, leader: User | None, people: Iterable[User]) -> Team:
    """Name, leader and people as they shall be from now on. ValidationError names the field."""
    before = {"name": team.name, "leader": team.leader, "people": _names(team)}
    team.name, team.leader = _checked_name(name, team.pk), leader
    team.save()
    _put(team, people)
    detail = audit.changed(before, {"name": team.name, "leader": team.leader, "people": _names(team)})
    if detail:
        audit.record("core.team.changed", team, by=by, **detail)
        kept.changed()
    return team


def _names(team: Team) -> str:
    return ", ".join(team.people.order_by("name").values_list("name", flat=True))


def _put(team: Team, people: Iterable[User]) -> dict[str, str]:
    wanted = {one.pk for one in people}
    team.people.exclude(pk__in=wanted).update(team=None)
    User.objects.filter(pk__in=wanted).update(team=team)
    return {"people": _names(team)}


@transaction.atomic
def archive_team(team: Team, *, by: User | None) -> None:
    """Put a team away: nobody sees anything by it any more; its customers stay its, for when it comes back."""
    team.archived_at = timezone.now()
    team.save()
    audit.record("core.team.archived", team, by=by)
    kept.changed()


@transaction.atomic
def restore_team(team: Team, *, by: User | None) -> None:
    """Bring a team back with its people."""
    team.archived_at = None
    team.save()
    audit.record("core.team.restored", team, by=by)
    kept.changed()
