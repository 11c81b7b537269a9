"""The rights of this moment, held in memory: a request costs no question for them.

A number in the settings changes with every change of a right, a team or a share. Each process reads that number
at most once a second, and the rows behind it only when it changed; the process that made the change reads anew
at once.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from grahak.core.models import FieldRight, Role, RoleGrant, Setting, ShopRole, Team, User
from grahak.core.rights import usual

KEPT = 1.0  # seconds
VERSION: Final = "core.rights"


@dataclass(frozen=True)
class RoleLine:
    """One role as it stands."""

    code: str
    label: Any
    based_on: str
    scopes: Mapping[str, str] = field(default_factory=dict)  # action → scope, where not the usual
    levels: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (subject, field) → level
    is_archived: bool = False


@dataclass(frozen=True)
class Snapshot:
    """Roles, teams and who has anything shared with them, at one version."""

    version: str
    roles: Mapping[str, RoleLine]
    people: Mapping[int, frozenset[int]] = field(default_factory=dict)  # team → its people
    leaders: Mapping[int, frozenset[int]] = field(default_factory=dict)  # person → the teams they lead
    team_of: Mapping[int, int] = field(default_factory=dict)  # person → their team
    reach: dict[Any, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    shared: dict[Any, Any] = field(default_factory=dict)  # see shares.py

    @property
    def is_usual(self) -> bool:
        """Whether nobody ever changed a right, a team or a share here."""
        return self.version == ""


_kept: tuple[float, Snapshot | None] = (0.0, None)


def built_in() -> dict[str, RoleLine]:
    """The seven roles as the rooms declare them."""
    return {code: RoleLine(code, label, code) for code, label in Role.choices}


def current() -> Snapshot:
    """The rights of this moment: at most one second old, and never older than a change made in this process."""
    global _kept
    until, found = _kept
    now = time.monotonic()
    if found is not None and now <= until:
        return found
    version = _version()
    if found is None or found.version != version:
        found = _read(version)
    _kept = (now + KEPT, found)
    return found


def _version() -> str:
    return str(Setting.objects.filter(name=VERSION).values_list("value", flat=True).first() or "")


def _read(version: str) -> Snapshot:
    """Everything anew."""
    scopes: dict[int, dict[str, str]] = defaultdict(dict)
    for role, action, scope in RoleGrant.objects.values_list("role_id", "action", "scope"):
        scopes[role][action] = scope
    levels: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for role, subject, name, level in FieldRight.objects.values_list("role_id", "subject", "field", "level"):
        levels[role][subject, name] = level
    roles = built_in()
    for row in ShopRole.objects.all():
        fixed = row.is_fixed
        roles[row.code] = RoleLine(
            row.code, row.label, row.based_on, {} if fixed else scopes[row.pk], {} if fixed else levels[row.pk],
            row.archived_at is not None,
        )  # fmt: skip
    return Snapshot(version, roles, **_teams())


def _teams() -> dict[str, Any]:
    people: dict[int, set[int]] = defaultdict(set)
    team_of = dict(
        User.objects.filter(team__archived_at=None, team__isnull=False).values_list("pk", "team_id")
    )
    for person, team in team_of.items():
        people[team].add(person)
    leaders: dict[int, set[int]] = defaultdict(set)
    for team, leader in Team.objects.filter(Q(archived_at=None), leader__isnull=False).values_list(
        "pk", "leader_id"
    ):
        leaders[leader].add(team)
    return {
        "people": {team: frozenset(found) for team, found in people.items()},
        "leaders": {person: frozenset(found) for person, found in leaders.items()},
        "team_of": team_of,
    }


def changed() -> None:
    """Say that rights, teams or shares changed: call it in the transaction of the change."""
    Setting.objects.update_or_create(name=VERSION, defaults={"value": secrets.token_hex(8)})
    forget()
    transaction.on_commit(forget)


def forget() -> None:
    """Read anew next time."""
    global _kept
    _kept = (0.0, None)


def belongs(person: int, team: int | None) -> None:
    """A colleague was written with this team: read anew where that is not what is held."""
    found = _kept[1]
    if found is not None and found.team_of.get(person) != team:
        forget()


def presume_usual() -> None:
    """Take the roles as they come, without asking, for as long as they are kept (a test begins so)."""
    global _kept
    _kept = (time.monotonic() + KEPT, Snapshot("", built_in()))


def role_line(code: str) -> RoleLine | None:
    """A role by its code; None for one that nobody knows."""
    return current().roles.get(code)


def label_of(code: str) -> Any:
    """What a role is called; its code where nobody knows it."""
    found = role_line(code)
    return found.label if found else code


def choices() -> list[tuple[str, Any]]:
    """The roles that somebody can be given, as (code, label)."""
    return [(line.code, line.label) for line in current().roles.values() if not line.is_archived]


def order_of(code: str) -> int:
    """The place of a role among the others; unknown ones come last."""
    codes = list(current().roles)
    return codes.index(code) if code in codes else len(codes)


def is_by_branch(code: str) -> bool:
    """Whether a role sees one branch in anything it may do, so that whoever has it needs one."""
    return any(scope(code, action) == "branch" for action in usual.ACTIONS)


def scope(code: str, action: str) -> str:
    """How far a role reaches with an action, "" for not at all. KeyError for an unknown action."""
    known = usual.ACTIONS[action].usual
    if code == Role.OWNER:
        return known.get(code, "")
    line = current().roles.get(code)
    if line is None or line.is_archived:
        return ""
    own = line.scopes.get(action)
    return known.get(line.based_on, "") if own is None else own


def reach_of(principal: Any) -> tuple[frozenset[int], frozenset[int]]:
    """(teams, people): the team of the person, the teams they lead, those that people in these lead, and so on;
    and everybody in them, the person too."""
    found = current()
    key = (principal.pk, principal.team_id)
    if (known := found.reach.get(key)) is not None:
        return known
    open_teams = set(found.leaders.get(principal.pk, ())) if principal.pk else set()
    if principal.team_id and (principal.team_id in found.people or principal.pk is None):
        own = {principal.team_id}
    else:
        own = set()
    teams: set[int] = set()
    while open_teams:  # downwards only: a member sees the team, not what a colleague in it leads
        team = open_teams.pop()
        if team not in teams:
            teams.add(team)
            for person in found.people.get(team, ()):
                open_teams |= found.leaders.get(person, frozenset()) - teams
    teams |= own
    people = {person for team in teams for person in found.people.get(team, ())}
    people |= {principal.pk} if principal.pk else set()
    result = (frozenset(teams), frozenset(people))
    found.reach[key] = result
    return result
