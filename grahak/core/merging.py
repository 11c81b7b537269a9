"""What becomes of the rows that point at a customer or a contact when two of them are merged: each room says it of
its own tables, and a test fails while a table is not listed. The verbs are in customers.merging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps

MOVE: Final = "move"
STAY: Final = "stay"

# (kept id, gone id) → a queryset of the gone one's rows that go along; the others stay where they are
Which = Callable[[int, int], Any]


@dataclass(frozen=True)
class Pointer:
    """The column FIELD of MODEL points at a customer or contact. RULE: "move" (rows go along, unless the kept one has
    a row with the same values of UNLESS), "stay" (WHY in words for developers), or a callable that says which go."""

    model: str
    field: str
    rule: str | Which
    unless: tuple[str, ...] = ()
    says: Any = ""  # what a person calls such rows ("Orders"); nothing where nobody counts them
    why: str = ""

    @property
    def table(self) -> Any:
        return apps.get_model(self.model)

    @property
    def target(self) -> str:
        """The label of the model it points at."""
        return str(self.table._meta.get_field(self.field).related_model._meta.label)

    @property
    def is_single(self) -> bool:
        """Whether at most one row may point at the same target."""
        return bool(self.table._meta.get_field(self.field).unique)

    def staying(self, kept: int, gone: int) -> Any:
        """Rows of GONE that the kept one has already, as a queryset of the table; none without UNLESS, unless there
        may be only one."""
        from django.db.models import Exists, OuterRef

        rows = self.table._base_manager.filter(**{f"{self.field}_id": gone})
        if not self.unless and not self.is_single:
            return rows.none()
        same = {name: OuterRef(name) for name in self.unless}
        have = self.table._base_manager.filter(**{f"{self.field}_id": kept}, **same)
        return rows.filter(Exists(have))

    def going(self, kept: int, gone: int) -> Any:
        """Rows of GONE that go along to KEPT, as a queryset of the table."""
        rows = self.table._base_manager.filter(**{f"{self.field}_id": gone})
        if self.rule == STAY:
            return rows.none()
        if callable(self.rule):
            return self.rule(kept, gone)
        return rows.exclude(pk__in=self.staying(kept, gone).values("pk"))


POINTERS: dict[tuple[str, str], Pointer] = {}


def register(
    model: str,
    *,
    field: str = "customer",
    rule: str | Which = MOVE,
    unless: tuple[str, ...] = (),
    says: Any = "",
    why: str = "",
) -> None:
    """Say how rows of MODEL ("app.Model") go along when what FIELD points at is merged into another. UNLESS names the
    other columns of a uniqueness rule. Called in AppConfig.ready(); the same column replaces."""
    if rule == STAY and not why:
        raise ValueError(f"{model}.{field} stays: say why")
    POINTERS[model, field] = Pointer(model, field, rule, unless, says, why)


def pointers(target: str) -> list[Pointer]:
    """The registered columns that point at TARGET ("customers.Customer"), in the order of their registration."""
    return [one for one in POINTERS.values() if one.target == target]
