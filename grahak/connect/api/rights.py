"""Which fields of a resource a key may see and change: those of core.rights, by the names that the API gives them."""

from __future__ import annotations

from collections.abc import Iterable

from grahak.connect.api.fields import Field
from grahak.connect.api.principal import Principal
from grahak.core.rights import fields as field_rights


def seen(principal: Principal, subject: str, fields: Iterable[Field]) -> tuple[Field, ...]:
    """Those of FIELDS that the principal's role may see."""
    given = tuple(fields)
    closed = {one: field_rights.hidden(principal, one) for one in {each.subject or subject for each in given}}
    if not any(closed.values()):
        return given
    return tuple(one for one in given if one.known_as not in closed[one.subject or subject])


def is_hidden(principal: Principal, subject: str, column: str) -> bool:
    return column in field_rights.hidden(principal, subject)


def is_locked(principal: Principal, subject: str, column: str) -> bool:
    """Whether it may not change this; what is hidden is locked too."""
    return column in field_rights.locked(principal, subject)
