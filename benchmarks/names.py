"""Measures name search: how often the right name comes first across scripts, and how fast keys are made.

Run `python benchmarks/names.py [--names 20000] [--queries 400]`. Prints one line a case. Two sets: the demo shop's
invented buyers (written by the hand that wrote the rules, so flattering) and the world's cities as CLDR spells them
in four languages (written by others, mostly foreign to the rules). Each name is stored in one script and asked for
in another, or in Latin letters with slips.
"""

import argparse
import itertools
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from babel import Locale

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grahak.core.names import QueryToken, keys, likeness, name_keys, query_keys, similarity, sounds, tokens
from grahak.core.names import normal as normal_form
from grahak.customers.demo_names import buyer

LANGUAGES = ("en", "hi", "gu", "ur")
Names = list[dict[str, str]]
CANDIDATES = 400
SLIPS = (
    ("ee", "i"), ("oo", "u"), ("aa", "a"), ("i", "ee"), ("u", "oo"), ("v", "w"), ("w", "v"), ("z", "j"), ("q", "k"),
    ("kh", "k"), ("sh", "s"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("ai", "e"), ("au", "o"), ("a", "e"), ("y", "i"),
    ("ph", "f"), ("ks", "x"), ("x", "ks"), ("l", "ll"), ("m", "mm"), ("tt", "t"), ("n", "nn"), ("o", "u"), ("d", "r"),
)  # fmt: skip


def demo_names(many: int) -> Names:
    """The same name in four languages, for this many buyers; a name met before is left out."""
    seen: dict[str, dict[str, str]] = {}
    for at in itertools.count():
        one = buyer(at, seed=11)
        spelled = {one.language: one.name_native, **one.other_names}
        seen.setdefault(spelled["en"], spelled)
        if len(seen) == many:
            return list(seen.values())
    raise AssertionError


def city_names() -> Names:
    """Cities of CLDR's time zones in four languages (English from the zone's id where CLDR leaves it out)."""
    zones = {code: Locale.parse(code).time_zones for code in LANGUAGES}
    out = []
    for zone in sorted(set(zones["hi"]) & set(zones["gu"]) & set(zones["ur"])):
        spelled = {code: zones[code].get(zone, {}).get("city") for code in LANGUAGES}
        spelled["en"] = spelled["en"] or zone.split("/")[-1].replace("_", " ")
        if all(spelled.values()) and zone != "Etc/Unknown":
            out.append({code: str(name) for code, name in spelled.items()})
    return out


def misspelt(name: str, chance: random.Random) -> str:
    """A Latin name with one likely slip of ear or finger in each of up to two words."""
    words = name.lower().split()
    for at in chance.sample(range(len(words)), min(2, len(words))):
        fitting = [slip for slip in SLIPS if slip[0] in words[at][1:]]
        if fitting:
            wrong, right = chance.choice(fitting)
            words[at] = words[at][0] + words[at][1:].replace(wrong, right, 1)
    return " ".join(words)


class Store:
    """Names under their keys, in the table that the product uses, and looked up as it should."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE name_key (kind TEXT, token TEXT, tokens INT, customer INT)")
        rows = [(k.kind, k.token, k.tokens, at) for at, name in enumerate(names) for k in name_keys(name)]
        self.rows = len(rows)
        self.db.executemany("INSERT INTO name_key VALUES (?, ?, ?, ?)", rows)
        self.db.execute("CREATE INDEX find ON name_key (kind, token, tokens, customer)")
        self.db.execute("ANALYZE")

    def _ids(self, token: QueryToken, near: bool) -> set[int]:
        found: set[int] = set()
        ranges = [("p", p) for p in token.prefixes]
        if token.is_prefix:
            ranges += [("s", p) for p in token.skeleton_prefixes]
        for kind, prefix in ranges:
            top = prefix + chr(0x10FFFF) if token.is_prefix else prefix
            found.update(
                row[0]
                for row in self.db.execute(
                    "SELECT customer FROM name_key WHERE kind = ? AND token BETWEEN ? AND ? LIMIT 20000",
                    (kind, prefix, top),
                )
            )
        bones = [token.skeleton, *(token.near if near else ())]
        marks = ",".join("?" * len(bones))
        sql = f"SELECT customer FROM name_key WHERE kind = 's' AND token IN ({marks}) LIMIT 20000"  # noqa: S608
        found.update(row[0] for row in self.db.execute(sql, bones))
        return found

    def candidates(self, text: str) -> list[int]:
        """All words first; where that finds few, also slips, and names that hold most of the words."""
        asked = query_keys(text)
        if not asked:
            return []
        sets = [self._ids(token, near=False) for token in asked]
        found = set.intersection(*sets)
        if len(found) >= 5:
            return sorted(found)[:CANDIDATES]
        weight: dict[int, float] = {}
        for token, exact in zip(asked, sets, strict=True):
            for at in self._ids(token, near=True):
                weight[at] = weight.get(at, 0.0) + token.weight * (1.0 if at in exact else 0.8)
        return sorted(weight, key=lambda at: (-weight[at], at))[:CANDIDATES]

    def search(self, text: str) -> list[int]:
        """The ten best names, best first."""
        return sorted(self.candidates(text), key=lambda at: -similarity(text, self.names[at]))[:10]


def forget() -> None:
    """Empty every cache, so that nothing measured rests on what was measured before."""
    for module in (keys, likeness, sounds, tokens, normal_form):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


def say(case: str, **figures: float) -> None:
    sys.stdout.write(case.ljust(34) + "  ".join(f"{k} {v:,.3f}" for k, v in figures.items()) + "\n")
    sys.stdout.flush()


def recall(case: str, names: Names, stored: str, queries: Iterable[tuple[int, str]]) -> None:
    """Recall at 1 and 5, mean reciprocal rank, share held by the candidates, and time a query (ms)."""
    store = Store([name[stored] for name in names])
    first = five = held = asked = 0
    rank_sum, times = 0.0, []
    for at, text in queries:
        began = time.perf_counter()
        found = store.search(text)
        times.append(time.perf_counter() - began)
        right = [place for place, one in enumerate(found, 1) if names[one][stored] == names[at][stored]]
        asked += 1
        held += at in store.candidates(text)
        if right:
            first += right[0] == 1
            five += right[0] <= 5
            rank_sum += 1 / right[0]
    times.sort()
    say(
        case,
        r1=first / asked, r5=five / asked, mrr=rank_sum / asked, held=held / asked,
        p50_ms=times[len(times) // 2] * 1000, p95_ms=times[int(len(times) * 0.95)] * 1000,
    )  # fmt: skip


def speed(names: Names) -> None:
    """Keys a second: every distinct word anew, and as it goes in an import, where words come again."""
    mixed = [name[LANGUAGES[at % 4]] for at, name in enumerate(names)]
    distinct = sorted({word for name in mixed for word in tokens.name_words(name)})

    def timed(work: Callable[[], int]) -> float:
        forget()
        began = time.perf_counter()
        return work() / (time.perf_counter() - began)

    words = timed(lambda: sum(bool(sounds.soft_key(w)) + bool(sounds.skeleton(w)) for w in distinct))
    rows = timed(lambda: sum(len(name_keys(name)) for name in mixed))
    per_name = sum(len(name_keys(name)) for name in mixed) / len(mixed)
    four = sum(len(name_keys(*name.values())) for name in names) / len(names)
    say("keys a second, every word new", keys=words)
    say("keys a second, names", keys=rows, rows_a_name=per_name, rows_in_four_scripts=four)
    some = random.Random(3).sample(range(len(mixed)), 600)
    pairs = list(itertools.product(some[:200], some[200:600]))
    say(
        "similarity, pairs a second",
        pairs=timed(lambda: sum(1 for a, b in pairs if similarity(mixed[a], mixed[b]) >= 0)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=400)
    options = parser.parse_args()
    chance = random.Random(5)
    demo = demo_names(options.names)
    speed(demo)
    for title, names in (("demo", demo), ("cldr", city_names())):
        many = min(options.queries, len(names))
        for asked, stored in itertools.permutations(LANGUAGES, 2):
            some = chance.sample(range(len(names)), many)
            recall(
                f"{title} {len(names)} {asked} → {stored}",
                names,
                stored,
                [(at, names[at][asked]) for at in some],
            )
        for stored in LANGUAGES:
            some = chance.sample(range(len(names)), many)
            slips = [(at, misspelt(names[at]["en"], chance)) for at in some]
            recall(f"{title} {len(names)} misspelt Latin → {stored}", names, stored, slips)


if __name__ == "__main__":
    main()
