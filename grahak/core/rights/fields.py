"""Which fields of a record a person may change, only see, or not see at all.

A room declares the fields that can be kept from a role (`declare_fields`); everything that shows, finds, sorts,
exports or takes in a field asks here: forms, pages, lists, search, files, the API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from grahak.core.models import Role
from grahak.core.rights import kept, usual
from grahak.core.rights.usual import EDIT, HIDDEN, LEVELS, SEE, Field


def declare_fields(
    subject: str,
    fields: Mapping[str, Any],
    *,
    figures: Iterable[str] = (),
    usually: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Say which fields of SUBJECT ("customers.customer") can be kept from a role: {name: words}. FIGURES are
    those that nobody types (a balance): they are seen or hidden. USUALLY: {"balance": {"marketer": "hidden"}}
    where a role that comes with Grahak may not do everything."""
    shelf = usual.SUBJECTS.setdefault(subject, {})
    for name, label in fields.items():
        roles = dict((usually or {}).get(name, {}))
        if set(roles.values()) - set(LEVELS):
            raise ValueError(roles)
        shelf[name] = Field(name, label, roles, name in set(figures))


def declare_more(subject: str, source: Callable[[], Iterable[Field]]) -> None:
    """Fields of SUBJECT that change while Grahak runs: a shop's own. SOURCE must answer from memory."""
    usual.MORE_FIELDS.setdefault(subject, []).append(source)


def level(user: Any, subject: str, name: str) -> str:
    """ "edit", "see" or "hidden": what this person or key may do with a field. A field that nobody declared is
    the record's own business: "edit" for whoever may edit the record."""
    found = usual.fields_of(subject).get(name)
    if found is None:
        return EDIT
    return _level(str(getattr(user, "role", "")), subject, found)


def level_of_role(role: str, subject: str, found: Field) -> str:
    """The same for a role by its code."""
    return _level(role, subject, found)


def _level(role: str, subject: str, found: Field) -> str:
    best = SEE if found.is_figure else EDIT
    if role == Role.OWNER:
        return best
    line = kept.role_line(role)
    if line is None or line.is_archived:
        return HIDDEN
    own = line.levels.get((subject, found.name)) or found.usual.get(line.based_on, EDIT)
    return best if own == EDIT else own


def hidden(user: Any, subject: str) -> frozenset[str]:
    """The fields that this person may not see."""
    return _having(user, subject, (HIDDEN,))


def locked(user: Any, subject: str) -> frozenset[str]:
    """The fields that this person may not change; the hidden ones are among them."""
    return _having(user, subject, (HIDDEN, SEE))


def _having(user: Any, subject: str, levels: tuple[str, ...]) -> frozenset[str]:
    role = str(getattr(user, "role", ""))
    if role == Role.OWNER and SEE not in levels:
        return frozenset()
    found = usual.fields_of(subject)
    return frozenset(name for name, one in found.items() if _level(role, subject, one) in levels)
