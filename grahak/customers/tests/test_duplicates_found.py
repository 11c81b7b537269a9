"""How many duplicates are found, and how many of those found are ones, among people made of real names.

The set is made here from the demo's tables of names: second records in another script, misspelt, with titles, with or
without the phone; and the pairs that fool a comparison: families on one phone, brothers, shops of one surname.
"""

from __future__ import annotations

import random
from typing import Final

from grahak.customers.demo_names import family, given_hindu, given_muslim, places
from grahak.customers.demo_names.table import Word, together
from grahak.customers.duplicates.blocks import pairs_in, place, spread
from grahak.customers.duplicates.scoring import Record, compare_many

PEOPLE: Final = 600
PRECISION, RECALL = 0.97, 0.90
TITLES: Final = ("Haji ", "Shri ", "M/s ", "Mr. ")
TRADES: Final = ("Traders", "Stores", "Textiles", "Brothers")


def record(pk: int, name: str, phone: str, town: str, kind: str = "person") -> Record:
    phones = frozenset([phone] if phone else [])
    return Record(pk, kind, (name,), (), phones, frozenset(), "", place(town), "")


def misspelt(chance: random.Random, name: str) -> str:
    """As a colleague who heard it writes it: a letter doubled, an h too many, ee for i, w for v."""
    ways = [
        name.replace("i", "ee", 1),
        name.replace("v", "w", 1),
        name.replace("a", "aa", 1),
        name.replace("sh", "s", 1),
        name.replace("k", "c", 1),
        name.replace("u", "oo", 1),
    ]
    return chance.choice([way for way in ways if way != name] or [name + "h"])


def town_of_people() -> tuple[list[Record], set[tuple[int, int]]]:
    """(records, the pairs that are the same)."""
    chance = random.Random(2026)
    given: tuple[Word, ...] = (*given_hindu.MEN, *given_hindu.WOMEN, *given_muslim.MEN, *given_muslim.WOMEN)
    families: tuple[Word, ...] = (*family.GUJARAT, *family.NORTH, *family.MUSLIM_INDIA)
    towns = (*places.GUJARAT, *places.NORTH)
    out: list[Record] = []
    same: set[tuple[int, int]] = set()
    seen: set[tuple[str, str]] = set()

    def add(name: str, phone: str, town: str, kind: str = "person") -> int:
        out.append(record(len(out) + 1, name, phone, town, kind))
        return len(out)

    while len(seen) < PEOPLE:
        first, last = chance.choice(given), chance.choice(families)
        if (first.en, last.en) in seen:
            continue
        seen.add((first.en, last.en))
        full, town = together(first, last), chance.choice(towns).name
        phone = f"98{len(seen):08d}"
        one = add(full.en, phone, town.en)
        way = len(seen) % 6
        if way == 0:
            same.add((one, add(getattr(full, chance.choice(("hi", "gu", "ur"))), phone, town.en)))
        elif way == 1:
            same.add((one, add(misspelt(chance, full.en), phone, town.en)))
        elif way == 2:
            same.add((one, add(chance.choice(TITLES) + full.en, "", town.en)))
        elif way == 3:
            same.add((one, add(getattr(full, chance.choice(("hi", "gu", "ur"))), "", town.gu)))
        elif way == 4:  # the wife, on the family's phone; the brother next door
            add(together(chance.choice(given_hindu.WOMEN), last).en, phone, town.en)
            add(together(chance.choice(given), last).en, "", town.en)
        else:  # two shops of one surname
            for trade in chance.sample(TRADES, 2):
                add(f"{last.en} {trade}", "", town.en, "business")
    return out, same


def test_nearly_all_duplicates_are_found_and_nearly_all_that_are_found_are_ones() -> None:
    rows, same = town_of_people()
    asked = {pair for part in spread(rows) for pair in pairs_in(part)}
    found = {(low, high) for low, high, _score, _why in compare_many(rows, asked)}
    right = len(found & same)
    missed = [(rows[a - 1].names[0], rows[b - 1].names[0]) for a, b in sorted(same - found)]
    wrong = [(rows[a - 1].names[0], rows[b - 1].names[0]) for a, b in sorted(found - same)]
    assert right / len(same) >= RECALL, missed[:20]
    assert right / len(found) >= PRECISION, wrong[:20]


def test_blocks_leave_out_nearly_all_pairs_that_nobody_need_ask_about() -> None:
    rows, _same = town_of_people()
    asked = {pair for part in spread(rows) for pair in pairs_in(part)}
    assert len(asked) < len(rows) * 3
