"""Names found across four scripts and misspellings: how often the right one comes first, how fast, and keys a second.

Two sets: the world's cities as CLDR spells them in four languages (written by others, mostly foreign to the rules),
each asked for in another script or with a slip; and a town of 100,000 and 1,000,000 generated customers, each stored
in one script only, with a long tail of rare family names. Times are those of the search itself, page not counted.
"""

from __future__ import annotations

import gc
import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from babel import Locale
from django.db import connection
from django.utils import timezone
from rapidfuzz import fuzz, process

from grahak.config.bench import frame
from grahak.config.bench.pages import shop
from grahak.core.models import User
from grahak.core.names import name_keys, name_words, normalise
from grahak.core.names.ranking import Names
from grahak.customers.demo_names import buyer
from grahak.customers.models import Customer
from grahak.customers.search import known
from grahak.customers.search.find import find

SIZES: Final = (100_000, 1_000_000)
QUICK: Final = (20_000,)
LIMIT_MS: Final = {20_000: 30.0, 100_000: 30.0, 1_000_000: 75.0}
LANGUAGES: Final = ("en", "hi", "gu", "ur")
SLIPS: Final = (
    ("ee", "i"), ("oo", "u"), ("aa", "a"), ("i", "ee"), ("u", "oo"), ("v", "w"), ("w", "v"), ("z", "j"), ("q", "k"),
    ("kh", "k"), ("sh", "s"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("ai", "e"), ("au", "o"), ("a", "e"), ("y", "i"),
    ("ph", "f"), ("ks", "x"), ("x", "ks"), ("l", "ll"), ("m", "mm"), ("tt", "t"), ("n", "nn"), ("o", "u"), ("d", "r"),
    ("a", ""), ("i", ""), ("r", ""), ("n", ""), ("s", ""),
)  # fmt: skip
_PART: Final = 20_000
_TRADES: Final = ("Traders", "Textiles", "Saree Centre", "Kirana Store", "Enterprises", "& Sons")
_STARTS: Final = (*"bdghjklmnprstvz", "bh", "ch", "dh", "gh", "jh", "kh", "ph", "sh", "th")
_VOWELS: Final = ("a", "aa", "e", "ee", "i", "o", "oo", "u", "ai", "au")
_ENDS: Final = ("wala", "kar", "ani", "iya", "ari", "pur", "ji", "odi", "esh", "ik", "an", "at", "ur", "um")
# Neither known nor like anything known.
_NOBODY: Final = (
    "xylophon wigwam",
    "bratwurst",
    "qqq www",
    "fjord yxwv",
    "zwölf boxkämpfer",
    "0000 111 99",
    "жук",
)


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """Keys a second; recall among cities; then recall and time among customers at each size."""
    yield _keys(20_000 if quick else 50_000)
    yield from _cities()
    for size in QUICK if quick else SIZES:
        name = f"names-{size}"
        with frame.scratch(name) as fresh:
            if fresh:
                _fill(size)
                frame.filled(name)
            known.forget()
            yield from _town(size, 100 if quick else 300)


def _case(name: str, size: int, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"case": name, "size": size, "value": value, "unit": unit, **more}


# -- keys a second -------------------------------------------------------------------------------------------------


def _keys(many: int) -> dict[str, Any]:
    names = [_names_of(at)[LANGUAGES[at % 4]] for at in range(many)]
    began = time.perf_counter()
    for name in names:
        normalise.__wrapped__(name)
    bare = many / (time.perf_counter() - began)
    began = time.perf_counter()
    rows = sum(len(name_keys(name)) for name in names)
    rate = rows / (time.perf_counter() - began)
    return _case("keys", many, rate, "keys/s", reference="NFKC and case folding alone", reference_value=bare)


# -- the world's cities --------------------------------------------------------------------------------------------


def _city_names() -> list[dict[str, str]]:
    zones = {code: Locale.parse(code).time_zones for code in LANGUAGES}
    out = []
    for zone in sorted(set(zones["hi"]) & set(zones["gu"]) & set(zones["ur"])):
        spelled = {code: str(zones[code].get(zone, {}).get("city") or "") for code in LANGUAGES}
        spelled["en"] = spelled["en"] or zone.split("/")[-1].replace("_", " ")
        if all(spelled.values()) and zone != "Etc/Unknown":
            out.append(spelled)
    return out


def misspelt(name: str, chance: random.Random) -> str:
    """A Latin name with one likely slip of ear or finger in each of up to two words."""
    words = name.lower().split()
    for at in chance.sample(range(len(words)), min(2, len(words))):
        fitting = [slip for slip in SLIPS if slip[0] in words[at][1:] and len(words[at]) > 3]
        if fitting:
            wrong, right = chance.choice(fitting)
            words[at] = words[at][0] + words[at][1:].replace(wrong, right, 1)
    return " ".join(words)


def _cities() -> Iterator[dict[str, Any]]:
    """Recall at 1 and 5 and mean reciprocal rank over all twelve directions; at 1 for slips in Latin letters."""
    cities, chance = _city_names(), random.Random(5)
    ours: list[int] = []
    plain: list[int] = []
    slips: list[int] = []
    for asked, stored in itertools.permutations(LANGUAGES, 2):
        names = [one[stored] for one in cities]
        index, bare = Names(names), [normalise(name) for name in names]
        for one in cities:
            ours.append(_rank([found.name for found in index.best(one[asked])], one[stored]))
            best = process.extract(normalise(one[asked]), bare, scorer=fuzz.ratio, limit=5)
            plain.append(_rank([names[at] for _name, _score, at in best], one[stored]))
        if asked == "en":
            slips += [
                _rank([found.name for found in index.best(misspelt(one["en"], chance))], one[stored])
                for one in cities
            ]
    beside = {"reference": "rapidfuzz ratio of the normalised letters"}
    many = len(cities)
    for depth in (1, 5):
        yield _case(
            f"cities_at_{depth}",
            many,
            _share(ours, depth),
            "recall",
            reference_value=_share(plain, depth),
            **beside,
        )
    yield _case("cities_mrr", many, _mrr(ours), "mrr", reference_value=_mrr(plain), **beside)
    yield _case("cities_slip_at_1", many, _share(slips, 1), "recall")


def _rank(found: Sequence[Any], right: Any) -> int:
    return found.index(right) + 1 if right in found else 0


def _share(ranks: Sequence[int], depth: int) -> float:
    return sum(0 < rank <= depth for rank in ranks) / len(ranks)


def _mrr(ranks: Sequence[int]) -> float:
    return sum(1 / rank for rank in ranks if rank) / len(ranks)


# -- a town --------------------------------------------------------------------------------------------------------


def _names_of(at: int) -> dict[str, str]:
    """The name of customer AT in each of four scripts, as buyers of the demo are called."""
    one = buyer(at, seed=11)
    return {one.language: one.name_native, **one.other_names}


def _made_up(at: int) -> str:
    """A family name that few bear: two or three syllables and an ending, from the number alone."""
    chance = random.Random(at * 2_654_435_761)
    syllables = "".join(
        chance.choice(_STARTS) + chance.choice(_VOWELS) for _ in range(chance.choice((1, 2, 2, 3)))
    )
    return (syllables + chance.choice(_STARTS) + chance.choice(_ENDS)).capitalize()


def _told(at: int) -> str:
    """The one name under which customer AT is stored: every third has a rare family name."""
    if at % 3 == 0:
        given = _names_of(at % 5000)["en"].split()[0]
        family = _made_up(int(40_000 * random.Random(at).random() ** 2))
        return f"{given} {family}" if at % 2 else f"{family} {_TRADES[at % len(_TRADES)]}"
    return _names_of(at % 60_000)[LANGUAGES[at % 4]]


def _fill(size: int) -> None:
    owner, branches = shop._people()
    now = timezone.now().replace(microsecond=0)
    moment = connection.ops.adapt_datetimefield_value(now) if connection.vendor == "sqlite" else now
    columns = "id kind name name_sort other_names branch_id owner_id country source created_at updated_at"
    with shop._bulk_load():
        for start in range(1, size + 1, _PART):
            customers, keys = [], []
            for pk in range(start, min(start + _PART, size + 1)):
                name = _told(pk)
                customers.append(
                    (pk, "person", name, normalise(name)[:200], "{}", branches[pk % 2], owner, "IN", "bench", moment,
                     moment)
                )  # fmt: skip
                words = max(1, len(name_words(name)))
                keys += [(pk, key.kind, key.token[:40], words) for key in name_keys(name)]
            shop._insert("customers_customer", columns, customers)
            shop._insert("customers_namekey", "customer_id kind token tokens", keys)
    with connection.cursor() as cursor:
        # what PostgreSQL does by itself soon after so many rows came
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _asked(size: int, rounds: int) -> dict[str, list[str]]:
    """What is typed, by kind of question: the same for the same size."""
    chance = random.Random(size)
    people = [chance.randrange(1, size) for _ in range(rounds)]
    rare = [at - at % 3 for at in people if at >= 3]
    latin = [at for at in range(4, size, max(4, 4 * (size // 4 // rounds))) if at % 3 and at % 4 == 0]
    words = [word for at in people for word in _names_of(at % 60_000)["en"].split() if len(word) > 3]
    return {
        "common": [_names_of(at % 900)["en"] for at in range(rounds // 2)]
        + [chance.choice(words) for _ in range(rounds // 2)],
        "rare": [_told(at) for at in rare],
        "misspelt": [misspelt(_told(at), chance) for at in (*rare[: rounds // 2], *latin[: rounds // 2])],
        "prefix": [chance.choice(words)[: chance.choice((3, 3, 4))] for _ in range(rounds)],
        "none": [
            f"{text} {'q' * (at % 3)}".strip() for at, text in enumerate(_NOBODY * (rounds // len(_NOBODY)))
        ],
    }


def _town(size: int, rounds: int) -> Iterator[dict[str, Any]]:
    owner = User.objects.get(email=shop.OWNER)
    find(owner, "bratwurst")  # the words are read, as the first misspelt search of a day does
    yield from _recall(owner, size, rounds)
    for kind, texts in _asked(size, rounds).items():
        ours, plain = _times(owner, texts)
        yield _case(
            f"{kind}_p95", size, _p95(ours), "ms",
            reference="names that begin so, by their index", reference_value=_p95(plain),
        )  # fmt: skip
        yield _case(f"{kind}_p50", size, statistics.median(ours), "ms")


def _recall(owner: User, size: int, rounds: int) -> Iterator[dict[str, Any]]:
    """Whether somebody of that name comes first (among the first five) when asked for in another script."""
    chance = random.Random(7)
    ranks: list[int] = []
    while len(ranks) < rounds:
        at = chance.randrange(1, min(size, 60_000))
        if at % 3 == 0:
            continue
        names = _names_of(at)
        asked = names[chance.choice([code for code in LANGUAGES if code != LANGUAGES[at % 4]])]
        found = [hit.pk for hit in find(owner, asked, 30)]
        same = {normalise(name) for name in names.values()}
        told = {pk: normalise(_told(pk)) for pk in found}
        ranks.append(next((place for place, pk in enumerate(found, 1) if told[pk] in same), 0))
    yield _case("town_at_1", size, _share(ranks, 1), "recall")
    yield _case("town_at_5", size, _share(ranks, 5), "recall")


def _times(owner: User, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each search, and of a plain look-up by the beginning of the name, in turns."""
    ours: list[float] = []
    plain: list[float] = []
    gc.collect()
    for text in texts:
        ours.append(_ms(find, owner, text, 8))
        plain.append(_ms(_begins, owner, text))
    return ours, plain


def _begins(owner: User, text: str) -> list[Any]:
    low = normalise(text)
    rows = Customer.objects.visible_to(owner).filter(name_sort__gte=low, name_sort__lt=low + "\U0010ffff")
    return list(rows.order_by("name_sort")[:8])


def _ms(work: Callable[..., Any], *asked: Any) -> float:
    began = time.perf_counter()
    work(*asked)
    return (time.perf_counter() - began) * 1000


def _p95(times: Iterable[float]) -> float:
    ordered = sorted(times)
    return ordered[int(len(ordered) * 0.95)]
