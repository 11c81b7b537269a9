"""Which fields of a resource a key may see and change: those of core.rights, by the names that the API gives them."""

from __future__ import annotations

from collections.abc import Iterable

from grahak.connect.api.fields import Field
from grahak.connect.api.principal import Principal
from grahak.core.rights import fields as field_rights


def seen(principal: Principal, subject: str, fields: Iterable[Field]) -> tuple[Field, ...]:
    """Those of FIELDS that the principal's role may see."""
    closed = field_rights.hidden(principal, subject)
    return tuple(one for one in fields if one.known_as not in closed) if closed else tuple(fields)


def is_hidden(principal: Principal, subject: str, column: str) -> bool:
    return column in field_rights.hidden(principal, subject)


def locked(principal: Principal, subject: str) -> frozenset[str]:
    """The columns that it may not change; the hidden ones are among them."""
    return field_rights.locked(principal, subject)
