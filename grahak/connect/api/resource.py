"""A resource of the API: whose rows, which fields, filters and orders, and the verbs that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from grahak.connect.api.fields import Field, Narrow
from grahak.connect.api.principal import Principal

Record = dict[str, Any]


# (principal, action): the rows that a principal may see (ACTION the resource's own), or may act on with ACTION
Rows = Callable[[Principal, str], QuerySet[Any]]


@dataclass(frozen=True)
class Resource:
    """NAME stands in the address (plural), NOUN is one of it, SUBJECT the "room.model" of rights. FILL(rows, wanted,
    principal) adds to a page of records what their own row does not hold, with as many questions for three rows as
    for two hundred. ADD, CHANGE and REMOVE call the rooms' actions in one transaction."""

    name: str
    noun: str
    subject: str
    says: str
    view: str
    rows: Rows
    fields: tuple[Field, ...]
    filters: tuple[Narrow, ...] = ()
    sorts: dict[str, str] = field(default_factory=lambda: {"id": "pk"})
    usual_sort: str = "id"
    fill: Callable[[list[Record], frozenset[str], Principal], None] | None = None
    fill_needs: tuple[str, ...] = ()  # paths that FILL reads, beside those asked for
    edit: str = ""  # the action that POST, PATCH need
    remove_action: str = ""
    add: Callable[[Principal, Record], int] | None = None
    change: Callable[[Principal, Any, Record], None] | None = None
    remove: Callable[[Principal, Any], None] | None = None
    upsert: bool = False  # takes PUT by-ref and batches of them
    moved: Callable[[Principal, int], int | None] | None = (
        None  # the number under which a merged record is now
    )
    has_money: bool = False  # records say the currency of account
    # (name, text, rows, principal): the rows cut down, None if there is no such filter
    more_filters: Callable[[str, str, Any, Principal], Any] | None = None

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def by_filter(self) -> dict[str, Narrow]:
        return {one.name: one for one in self.filters}

    def written(self, *, adding: bool) -> tuple[Field, ...]:
        """The fields that a body may hold."""
        return tuple(one for one in self.fields if one.write in ("both", "add" if adding else "change"))
