import re
from collections import Counter
from itertools import chain, permutations

import phonenumbers
import pytest

from grahak.core.names import similarity
from grahak.customers.demo_names import (
    DemoBuyer,
    buyer,
    family,
    firms,
    given_hindu,
    given_muslim,
    given_others,
    people,
    places,
)
from grahak.customers.demo_names.known import KNOWN
from grahak.customers.demo_names.table import Word, words

SCRIPT = {
    "en": re.compile("[A-Za-z'.& ]+"),
    "hi": re.compile("[\u0900-\u097f ]+"),
    "gu": re.compile("[\u0a80-\u0aff ]+"),
    "ur": re.compile("[\u0600-\u06ff ]+"),
}
TABLES = [
    table
    for room in (given_hindu, given_muslim, given_others, family, firms)
    for table in vars(room).values()
    if isinstance(table, tuple) and isinstance(table[0], Word)
]
CITIES = [*places.GUJARAT, *places.NORTH, *places.MUSLIM_INDIA, *places.PAKISTAN]
WORDS = sorted({*chain.from_iterable(TABLES), *(city.name for city in CITIES)})


@pytest.fixture(scope="module")
def shop() -> list[DemoBuyer]:
    return list(people(4372, seed=1))


def test_every_word_is_in_its_own_script() -> None:
    wrong = [
        (word.en, code)
        for word in WORDS
        for code in SCRIPT
        if not SCRIPT[code].fullmatch(getattr(word, code))
    ]
    assert wrong == []


def test_every_word_sounds_alike_in_its_four_columns() -> None:
    """A slip of a line or a letter in the tables would show here; English trade words sound less alike."""
    far = [
        word.en
        for word in WORDS
        if min(similarity(a, b, typing=False) for a, b in permutations(word, 2)) < 0.5
    ]
    assert far == []


def test_no_table_names_anyone_twice() -> None:
    for table in TABLES:
        assert [word for word, times in Counter(word.en for word in table).items() if times > 1] == []


def test_a_line_without_four_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="not four columns"):
        words("Ramesh|रमेश|રમેશ")


def test_the_shares_of_languages_are_as_meant(shop: list[DemoBuyer]) -> None:
    counted = Counter(one.language for one in shop)
    for language, share in {"gu": 35, "hi": 30, "ur": 20, "en": 15}.items():
        assert abs(100 * counted[language] / len(shop) - share) < 2
    assert 55 < 100 * sum(one.is_business for one in shop) / len(shop) < 68
    assert {one.country for one in shop} == {"IN", "PK"}


def test_names_are_nearly_unique_and_phones_and_addresses_quite(shop: list[DemoBuyer]) -> None:
    assert len({one.name_native for one in shop}) > 0.96 * len(shop)
    assert len({one.phone for one in shop}) == len({one.email for one in shop}) == len(shop)


def test_phones_are_valid_mobile_numbers_of_the_buyers_country(shop: list[DemoBuyer]) -> None:
    for one in shop:
        number = phonenumbers.parse(one.phone)
        assert phonenumbers.is_valid_number_for_region(number, one.country)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == one.phone


def test_postcodes_have_six_digits_in_india_and_five_in_pakistan(shop: list[DemoBuyer]) -> None:
    assert all(
        re.fullmatch("[1-8][0-9]{5}" if one.country == "IN" else "[0-9]{5}", one.postcode) for one in shop
    )


def test_mail_goes_nowhere(shop: list[DemoBuyer]) -> None:
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z0-9-]+\.example", one.email) for one in shop)


def test_a_name_is_shown_in_its_language_and_known_in_the_other_three(shop: list[DemoBuyer]) -> None:
    for one in shop:
        assert set(one.other_names) == {"en", "hi", "gu", "ur"} - {one.language}
        spelled = {one.language: one.name_native, **one.other_names}
        assert spelled["en"] == one.name_latin
        assert all(SCRIPT[code].fullmatch(name) for code, name in spelled.items())
        assert SCRIPT[one.language].fullmatch(one.contact_name)
        assert one.is_business == bool(one.business_name) == bool(one.business_name_latin)
        if one.is_business:
            assert (one.business_name, one.business_name_latin) == (one.name_native, one.name_latin)
        else:
            assert (one.contact_name, one.contact_name_latin) == (one.name_native, one.name_latin)


def test_nobody_has_a_known_persons_name() -> None:
    for one in people(20_000, seed=2):
        name = one.contact_name_latin.replace("bhai ", " ").replace("ben ", " ").split()
        assert " ".join(name) not in KNOWN
        assert f"{name[0]} {name[-1]}" not in KNOWN


def test_a_buyer_is_the_same_alone_and_among_others_and_for_ever() -> None:
    assert buyer(41, seed=1) == list(people(60, seed=1))[41]
    assert buyer(41, seed=1) != buyer(41, seed=2)
    first = buyer(0, seed=1)
    assert (first.name_latin, first.name_native, first.language) == ("Deepak Bangles", "દીપક બેંગલ્સ", "gu")
    assert (first.contact_name, first.city, first.phone) == ("હિતેશભાઈ પંચાલ", "Jamnagar", "+919825007920")


def test_there_is_no_buyer_before_the_first() -> None:
    with pytest.raises(ValueError, match="counts from 0"):
        buyer(-1)
