"""Who had what before a merge, read from its journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from grahak.core.merging import POINTERS
from grahak.customers.merging.fields import JOINED, PLAIN, shown
from grahak.customers.merging.journal import unpacked
from grahak.customers.models import Customer, Merge


@dataclass(frozen=True)
class Was:
    """A fact that the merge changed on the one that stayed."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class History:
    """FACTS that changed, and what WENT along from the other record: (what, how many)."""

    facts: list[Was]
    went: list[tuple[Any, int]]


def history(merge: Merge, hidden: Iterable[str] = ()) -> History:
    """Read it; HIDDEN names are left out."""
    left_out = set(hidden)
    facts = []
    for line in merge.changes.filter(table="customers.Customer", row=merge.kept_id):
        before, after = (Customer(**unpacked(Customer, values)) for values in (line.before, line.after))
        for name in (*PLAIN, JOINED):
            field: Any = Customer._meta.get_field(name)
            if field.attname in line.before and name not in left_out:
                facts.append(
                    Was(capfirst(str(field.verbose_name)), _words(before, name), _words(after, name))
                )
    went: dict[str, int] = {}
    for move in merge.moves.order_by("pk"):
        pointer = POINTERS.get((move.table, move.field))
        if pointer is not None and pointer.says and move.rows:
            went[str(pointer.says)] = went.get(str(pointer.says), 0) + len(move.rows)
    return History(facts, list(went.items()))


def _words(customer: Customer, name: str) -> Any:
    if name == JOINED:
        return " · ".join(str(one) for one in (customer.other_names or {}).values())
    return shown(customer, name)
