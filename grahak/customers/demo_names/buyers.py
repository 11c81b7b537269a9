"""The demo shop's buyers: invented people and shops of India and Pakistan, the same for the same seed."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import gcd
from typing import Final, NamedTuple, TypeVar

from grahak.customers.demo_names import family, firms, given_hindu, given_muslim, given_others, places
from grahak.customers.demo_names.known import KNOWN
from grahak.customers.demo_names.table import LANGUAGES, Word, together

_T = TypeVar("_T")

MUHAMMAD: Final = Word("Mohammad", "मोहम्मद", "મોહમ્મદ", "محمد")
HAJI: Final = Word("Haji", "हाजी", "હાજી", "حاجی")
SINGH: Final = Word("Singh", "सिंह", "સિંહ", "سنگھ")
KUMAR: Final = Word("Kumar", "कुमार", "કુમાર", "کمار")
DEVI: Final = Word("Devi", "देवी", "દેવી", "دیوی")
BEGUM: Final = Word("Begum", "बेगम", "બેગમ", "بیگم")

_MOBILE: Final[dict[str, tuple[str, ...]]] = {
    "IN": ("98250", "98240", "99250", "94260", "97240", "98790", "98980", "93750", "98200", "98670", "98390",
           "94150", "98100", "98110", "98290", "94140", "98260", "94250", "98480", "98140"),
    "PK": ("300", "301", "302", "303", "305", "306", "307", "308", "310", "311", "312", "313", "314", "315",
           "320", "321", "322", "323", "331", "332", "333", "334", "335", "336", "340", "341", "342", "343",
           "344", "345", "346", "347"),
}  # fmt: skip


class _Community(NamedTuple):
    """Whose names go together, and where these people trade."""

    name: str
    men: Sequence[Word]
    women: Sequence[Word]
    families: Sequence[Word]
    cities: Sequence[places.City]
    first_words: Sequence[Word]


_HINDU_WORDS: Final = firms.HINDU_FIRST + firms.ANY_FIRST
_MUSLIM_WORDS: Final = firms.MUSLIM_FIRST + firms.ANY_FIRST

GUJARATI: Final = _Community(
    "gujarati", given_hindu.MEN, given_hindu.WOMEN, family.GUJARAT, places.GUJARAT, _HINDU_WORDS
)
GUJARATI_MUSLIM: Final = _Community(
    "muslim", given_muslim.MEN, given_muslim.WOMEN, family.MUSLIM_INDIA[:22], places.GUJARAT, _MUSLIM_WORDS
)
PARSI: Final = _Community("parsi", given_others.PARSIS, (), family.PARSI, places.GUJARAT, firms.ANY_FIRST)
NORTHERN: Final = _Community(
    "northern", given_hindu.MEN, given_hindu.WOMEN, family.NORTH, places.NORTH, _HINDU_WORDS
)
NORTHERN_MUSLIM: Final = _Community(
    "muslim", given_muslim.MEN, given_muslim.WOMEN, family.MUSLIM_INDIA, places.MUSLIM_INDIA, _MUSLIM_WORDS
)
SIKH: Final = _Community("sikh", given_others.SIKHS, (), family.SIKH, places.NORTH, firms.ANY_FIRST)
PAKISTANI: Final = _Community(
    "muslim", given_muslim.MEN, given_muslim.WOMEN, family.PAKISTAN, places.PAKISTAN, _MUSLIM_WORDS
)
CHRISTIAN: Final = _Community(
    "christian", given_others.CHRISTIANS, (), family.CHRISTIAN, places.NORTH, firms.ANY_FIRST
)

# Shares in percent: who writes in which language.
_LANGUAGE_SHARE: Final = (("gu", 35), ("hi", 30), ("ur", 20), ("en", 15))
_COMMUNITY_SHARE: Final[dict[str, tuple[tuple[_Community, int], ...]]] = {
    "gu": ((GUJARATI, 82), (GUJARATI_MUSLIM, 14), (PARSI, 4)),
    "hi": ((NORTHERN, 82), (NORTHERN_MUSLIM, 10), (SIKH, 8)),
    "ur": ((PAKISTANI, 72), (NORTHERN_MUSLIM, 28)),
    "en": (
        (GUJARATI, 28), (NORTHERN, 30), (PAKISTANI, 20), (NORTHERN_MUSLIM, 8), (SIKH, 5), (PARSI, 4),
        (CHRISTIAN, 5),
    ),
}  # fmt: skip
_BUSINESSES: Final = 62  # percent
_WOMEN: Final = 18


@dataclass(frozen=True, slots=True)
class DemoBuyer:
    """One invented buyer. `name_native` is the name to show, in `language`; a business's is its shop name."""

    index: int
    name_latin: str
    name_native: str
    language: str  # en, ur, hi or gu
    other_names: dict[str, str] = field(hash=False)  # the same name in the other three languages
    is_business: bool
    business_name: str  # as name_native, or empty
    business_name_latin: str
    contact_name: str  # the owner, or the person; in `language`
    contact_name_latin: str
    city: str
    city_native: str
    region: str
    country: str  # IN or PK
    area: str
    street: str
    postcode: str
    phone: str  # E.164, a possible mobile number made up by a generator
    email: str  # at a .example domain


class _Draws:
    """An endless row of numbers from seed and index, the same on every machine and Python."""

    def __init__(self, seed: int, index: int) -> None:
        self._label = f"{seed}:{index}".encode()
        self._block = 0
        self._left = b""

    def below(self, limit: int) -> int:
        if len(self._left) < 4:
            self._left += hashlib.blake2b(self._label, salt=self._block.to_bytes(8, "big")).digest()
            self._block += 1
        value, self._left = int.from_bytes(self._left[:4], "big"), self._left[4:]
        return value % limit

    def percent(self, share: int) -> bool:
        return self.below(100) < share


def _share(draws: _Draws, shares: Sequence[tuple[_T, int]]) -> _T:
    at = draws.below(sum(part for _, part in shares))
    for choice, part in shares:
        if at < part:
            return choice
        at -= part
    raise AssertionError("shares are positive")


@lru_cache
def _stride(size: int) -> int:
    """A step of about the golden part of `size` that visits every place before it comes back."""
    return next(step for step in range(int(size * 0.6180339887) | 1, 3 * size, 2) if gcd(step, size) == 1)


def _scattered(index: int, seed: int, size: int) -> int:
    """A place in a row of `size`, another for each index below `size`: neighbours land far apart."""
    return (index * _stride(size) + seed * 7919) % size


def _given_and_family(community: _Community, index: int, seed: int, woman: bool) -> tuple[Word, Word]:
    given = community.women if woman else community.men
    at = _scattered(index, seed, len(given) * len(community.families))
    first, last = given[at % len(given)], at // len(given)
    for step in range(len(community.families)):
        house = community.families[(last + step) % len(community.families)]
        if f"{first.en} {house.en}" not in KNOWN and first.en != house.en:
            return first, house
    return first, community.families[last]


def _bound(given: Word, woman: bool) -> Word:
    """Ramesh with -bhai, Hansa with -ben: how Gujarat writes a name with respect."""
    if woman:
        return Word(given.en + "ben", given.hi + "बेन", given.gu + "બેન", given.ur + " بین")
    return Word(given.en + "bhai", given.hi + "भाई", given.gu + "ભાઈ", given.ur + " بھائی")


def _full_name(community: _Community, given: Word, house: Word, woman: bool, draws: _Draws) -> Word:
    """How this community writes the name in full: -bhai, a father's name, Kumar, Singh, Mohammad, Haji."""
    style = draws.below(100)
    if community.name == "gujarati":
        if style < 50:
            return together(_bound(given, woman), house)
        if style < 75 and not woman:
            father = given_hindu.FATHERS[draws.below(len(given_hindu.FATHERS))]
            return together(given, father, house)
        return together(given, house)
    if community.name == "northern" and style < 22:
        return together(given, DEVI if woman else KUMAR, house)
    if community.name == "sikh":
        return together(given, SINGH, house)
    if community.name == "muslim" and woman:
        return together(given, BEGUM if style < 20 else house)
    if community.name == "muslim":
        if style < 22 and " " not in given.en:
            return together(MUHAMMAD, given) if style < 8 else together(MUHAMMAD, given, house)
        if style < 40 and " " not in given.en:
            second = given_muslim.SECOND[draws.below(len(given_muslim.SECOND))]
            return together(given, house) if second.en == given.en else together(given, second, house)
        return together(HAJI, given, house) if style > 96 else together(given, house)
    return together(given, house)


def _firm(community: _Community, given: Word, house: Word, at: int, seed: int, draws: _Draws) -> Word:
    """A shop's name: a word of good luck and a trade, or the owner's name and a trade, or & Sons."""
    style = draws.below(100)
    trades = firms.TRADES
    if style < 46:
        firsts = community.first_words
        place = _scattered(at, seed, len(firsts) * len(trades))
        name = together(firsts[place % len(firsts)], trades[place // len(firsts)])
        return together(firms.NEW, name) if draws.percent(12) and name.en[:3] != "Shr" else name
    owner = given if style < 60 else house
    if style < 90:
        return together(owner, trades[_scattered(at // 3, seed, len(trades))])
    if style < 95:
        return together(owner, firms.BROTHERS)
    return together(given, house, firms.AND_SONS if style < 98 else firms.AND_COMPANY)


def _phone(country: str, index: int, seed: int) -> str:
    prefixes = _MOBILE[country]
    rest = 5 if country == "IN" else 7
    number = _scattered(index, seed, 10**rest - 1) + 1
    calling = "+91" if country == "IN" else "+92"
    return f"{calling}{prefixes[index % len(prefixes)]}{number:0{rest}d}"


def _slug(latin: str, limit: int = 28) -> str:
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "").replace(".", "")).strip("-")[:limit].strip("-")


def _email(person: Word, firm: Word | None, index: int, city: str) -> str:
    who = _slug(person.en).replace("-", ".")
    if firm is not None:
        return f"{who}@{_slug(firm.en, 40)}-{_slug(city)}.example"
    return f"{who}.{index}@post.example"


def buyer(index: int, seed: int = 1) -> DemoBuyer:
    """The buyer at this place; it does not depend on how many are made. Negative raises ValueError."""
    if index < 0:
        raise ValueError("a buyer's place counts from 0")
    draws = _Draws(seed, index)
    language = _share(draws, _LANGUAGE_SHARE)
    community = _share(draws, _COMMUNITY_SHARE[language])
    woman = bool(community.women) and draws.percent(_WOMEN)
    given, house = _given_and_family(community, index, seed, woman)
    person = _full_name(community, given, house, woman, draws)
    firm = _firm(community, given, house, index, seed, draws) if draws.percent(_BUSINESSES) else None
    name = firm or person
    city = community.cities[draws.below(len(community.cities))]
    shop = f"Shop {1 + draws.below(180)}, " if firm else f"{1 + draws.below(400)}, "
    return DemoBuyer(
        index=index,
        name_latin=name.en,
        name_native=getattr(name, language),
        language=language,
        other_names={other: getattr(name, other) for other in LANGUAGES if other != language},
        is_business=firm is not None,
        business_name=getattr(firm, language) if firm else "",
        business_name_latin=firm.en if firm else "",
        contact_name=getattr(person, language),
        contact_name_latin=person.en,
        city=city.name.en,
        city_native=getattr(city.name, language),
        region=city.region,
        country=city.country,
        area=places.AREAS[city.country][draws.below(len(places.AREAS[city.country]))],
        street=shop + places.STREETS[city.country][draws.below(len(places.STREETS[city.country]))],
        postcode=str(city.first + draws.below(city.many)),
        phone=_phone(city.country, index, seed),
        email=_email(person, firm, index, city.name.en),
    )


def people(n: int, seed: int = 1) -> Iterator[DemoBuyer]:
    """The first n buyers of a seed, in order."""
    return (buyer(index, seed) for index in range(n))
