"""What a change of kind or list would do to the values that stand there, before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count

from grahak.customers import custom
from grahak.customers.changing.reading import carried
from grahak.customers.models import Customer, CustomField, CustomKind, CustomValue

MOST_DIFFERENT: Final = 20_000  # different values that are looked at; a shop that has more is told so
SHOWN: Final = 12


@dataclass
class Plan:
    """TOTAL values stand there; FITS of those looked at can be read, MISFITS can't. The examples are (text, new text,
    how many have it). UNCOUNTED: more different values than are looked at."""

    total: int = 0
    fits: int = 0
    misfits: int = 0
    good: list[tuple[str, str, int]] = field(default_factory=list)
    bad: list[tuple[str, int]] = field(default_factory=list)
    leaving: list[tuple[str, int]] = field(default_factory=list)
    is_cut: bool = False

    @property
    def touches(self) -> bool:
        """Whether any value is carried over."""
        return self.total > 0


def different(old: CustomField) -> Iterator[tuple[Any, int]]:
    """The different values of a field and how many customers have each, the commonest first; words of several lists
    come a customer at a time."""
    rows = CustomValue.objects.filter(field=old).order_by()
    if old.kind == CustomKind.CHOICES:
        sets: Counter[tuple[str, ...]] = Counter()
        words: dict[int, list[str]] = {}
        for customer, word in rows.values_list("customer_id", "text")[: MOST_DIFFERENT * 2]:
            words.setdefault(customer, []).append(word)
        sets.update(tuple(one) for one in words.values())
        yield from ((list(one), many) for one, many in sets.most_common())
        return
    column = custom.COLUMNS.get(old.kind, "text")
    found = (
        rows.values_list(column).annotate(many=Count("pk")).order_by("-many", column)[: MOST_DIFFERENT + 1]
    )
    if old.kind == CustomKind.CUSTOMER:
        pairs = list(found)
        known = Customer.objects.in_bulk([pk for pk, _many in pairs])
        yield from ((known[pk], many) for pk, many in pairs if pk in known)
        return
    yield from found


def plan(old: CustomField, new: CustomField, words: Mapping[str, str]) -> Plan:
    """Try the values of OLD in NEW, which need not be kept."""
    made = Plan(total=CustomValue.objects.filter(field=old).values("customer").distinct().count())
    for at, (value, many) in enumerate(different(old)):
        if at == MOST_DIFFERENT:
            made.is_cut = True
            break
        text, got = custom.plain(old, value), carried(old, new, value, words)
        if got.aside:
            made.misfits += many
            if len(made.bad) < SHOWN:
                made.bad.append((got.aside, many))
        else:
            made.fits += many
            if len(made.good) < SHOWN:
                made.good.append((text, custom.plain(new, got.value), many))
    return made


def leaving(old: CustomField, options: list[str]) -> list[tuple[str, int]]:
    """The words of a list that customers have and that OPTIONS lacks, with how many have each."""
    if old.kind not in custom.LISTS:
        return []
    gone = [word for word in old.options if word not in options]
    rows = CustomValue.objects.filter(field=old, text__in=gone).order_by()
    counts = dict(rows.values_list("text").annotate(many=Count("pk")))
    return [(word, counts[word]) for word in gone if word in counts]


def words_of(old: CustomField, most: int) -> list[str]:
    """The different values of a field as the words of a list; none where there are more than MOST."""
    found: dict[str, None] = {}
    for value, _many in different(old):
        for word in value if isinstance(value, list) else [custom.plain(old, value)]:
            if 0 < len(word) <= 100:
                found[word] = None
        if len(found) > most:
            return []
    return list(found)
