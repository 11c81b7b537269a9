"""What a piece of a file came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Refusal(NamedTuple):
    """A row that was not brought in. GROUP is the order it belongs to, if any."""

    row: int
    field: str
    code: str
    params: dict[str, Any]
    values: tuple[Any, ...]
    group: str = ""


@dataclass
class Outcome:
    """Counts of rows by what became of them (added, changed, same, failed) and of records made."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    left_out: int = 0  # rows that are no sales (receipts, estimates)
    withdrawn: int = 0  # rows counted as added in an earlier piece whose order was held back now
