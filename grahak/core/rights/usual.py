"""What the rooms say a role may usually do, and which fields can be kept from a role: declared in code, at start.

A shop's own wishes are rows (ShopRole, RoleGrant, FieldRight) that stand over these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

SCOPES: Final = ("own", "team", "branch", "all")
EDIT: Final = "edit"
SEE: Final = "see"
HIDDEN: Final = "hidden"
LEVELS: Final = (EDIT, SEE, HIDDEN)


@dataclass(frozen=True)
class Action:
    """One thing that may be allowed: its words, its usual scope by role, and how far it can be let reach."""

    code: str
    says: Any
    usual: dict[str, str]
    reach: tuple[str, ...] = ("all",)


@dataclass(frozen=True)
class Field:
    """One field that can be kept from a role: its words, what roles may usually do with it, and whether there
    is anything to edit (a balance can only be seen)."""

    name: str
    label: Any
    usual: dict[str, str] = field(default_factory=dict)
    is_figure: bool = False


ACTIONS: dict[str, Action] = {}
SUBJECTS: dict[str, dict[str, Field]] = {}
# Callables that give fields which change while Grahak runs: a shop's own, by subject
MORE_FIELDS: dict[str, list[Any]] = {}


def fields_of(subject: str) -> dict[str, Field]:
    """The fields of a subject that can be kept from a role, by name, at this moment."""
    more = {one.name: one for source in MORE_FIELDS.get(subject, ()) for one in source()}
    return SUBJECTS.get(subject, {}) | more
