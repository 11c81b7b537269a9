"""The conditions there are: declared once each, drawn by the builder, compiled for every engine, explained to
people. Later rooms, and fields that a shop invents, add theirs with `add`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grahak.insight.segments.fields import Field, Wrong

if TYPE_CHECKING:
    from grahak.insight.segments.context import Context

Args = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """CODE stands in the tree. GROUP is the heading it stands under and LABEL its name there. SQL(args, ctx) gives
    a boolean expression over one row `c` of the customers table; a `Known` one is never NULL. SAYS(args) is the
    rule as a sentence. FIGURE(args, ctx) is a SELECT of one value, what was found for the one customer that CTX is
    for; ACTUAL(args, value) says it. COST orders the rules of a group: 0 reads the customer only, 1 their tags and
    consents, 2 orders, 3 lines, 4 events. CHECK(args) raises Wrong where the blanks don't go together."""

    code: str
    group: Any
    label: Any
    fields: tuple[Field, ...]
    sql: Callable[[Args, Context], str]
    says: Callable[[Args], Any]
    figure: Callable[[Args, Context], str] | None = None
    actual: Callable[[Args, Any], Any] | None = None
    cost: int = 2
    order: int = 50
    check: Callable[[Args], None] | None = None

    def clean(self, raw: Args) -> Args:
        """The arguments in the form that is kept; raises Wrong with a sentence, also for one it does not know."""
        unknown = set(raw) - {field.name for field in self.fields} - {"is"}
        if unknown:
            from django.utils.translation import gettext as _

            raise Wrong(_("“%(name)s” is not known here.") % {"name": min(unknown)[:40]})
        args: Args = {}
        for field in self.fields:
            value = field.clean(raw.get(field.name))
            if value is not None:
                args[field.name] = value
        if self.check is not None:
            self.check(args)
        return args


CONDITIONS: dict[str, Condition] = {}


def add(*conditions: Condition) -> None:
    """Make conditions known; the same code replaces."""
    for condition in conditions:
        CONDITIONS[condition.code] = condition


def grouped() -> list[tuple[Any, list[Condition]]]:
    """The conditions under their headings, in order, for the builder."""
    headings: dict[str, tuple[Any, list[Condition]]] = {}
    for condition in sorted(CONDITIONS.values(), key=lambda one: one.order):
        headings.setdefault(str(condition.group), (condition.group, []))[1].append(condition)
    return list(headings.values())
