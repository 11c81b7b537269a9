import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grahak.core.names import similarity
from grahak.core.names.tests.aligned import PEOPLE, PLACES, rows

NAMES = rows(PEOPLE) + rows(PLACES)


def best(query: str, names: list[str]) -> str:
    return max(names, key=lambda name: similarity(query, name))


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row[0])
def test_one_name_in_four_scripts_is_alike(row: tuple[str, ...]) -> None:
    likenesses = [similarity(a, b, typing=False) for a, b in itertools.permutations(row, 2)]
    assert min(likenesses) >= 0.76


@pytest.mark.parametrize("column", range(4), ids=["en", "hi", "gu", "ur"])
def test_asked_in_another_script_the_right_name_of_a_hundred_comes_first(column: int) -> None:
    stored = [row[column] for row in NAMES]
    missed = [
        (query, best(query, stored))
        for row in NAMES
        for query in row
        if query != row[column] and best(query, stored) != row[column]
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("query", "right", "wrong"),
    [
        ("Zafar", "ظفر", "جعفر"),
        ("Jafar", "جعفر", "ظفر"),
        ("Kamal", "कमल", "कमला"),
        ("Rameshbhai", "રમેશ પટેલ", "રાજેશ પટેલ"),
        ("Raipur", "Rai Pur", "Rampur"),
        ("Bismillah Store", "بسم اللہ اسٹور", "سبحان اللہ اسٹور"),
        ("Ramesh Traders", "રમેશ સ્ટોર", "મહેશ ટ્રેડર્સ"),
        ("iqbal", "Iqbal", "Ikbal"),
        ("Mohd Iqbal", "محمد اقبال", "محمد جمال"),
        ("M K Traders", "એમ. કે. ટ્રેડર્સ", "એન. કે. ટ્રેડર્સ"),
        ("Agarwal", "अग्रवाल", "अरोड़ा"),
        ("Patil", "पाटिल", "પટેલ"),
        ("Aligarh", "અલીગઢ", "علی گوہر"),
        ("Kapurthala Town", "کپور تھلہ", "کپاس پور"),
        ("Quebec", "کیوبک شہر", "چیبوکساری"),
        ("St. Louis", "سینٹ لوئس", "سلطان لوئی"),
        ("South Dublin", "جنوبی ڈبلن", "ساؤتھ ڈیل"),
    ],
)
def test_the_nearer_name_is_put_first(query: str, right: str, wrong: str) -> None:
    assert similarity(query, right) > similarity(query, wrong)


def test_half_a_word_counts_for_the_word_it_begins() -> None:
    assert similarity("mohammad iq", "محمد اقبال") > similarity("mohammad iq", "محمد صادق")
    assert similarity("ram", "Ramesh Patel") > 0.9
    assert similarity("ram", "Ramesh Patel", typing=False) < 0.5


def test_the_same_letters_are_one_and_no_letters_are_none() -> None:
    assert similarity("Haji IQBAL", "haji  iqbal") == 1.0
    assert similarity("", "Iqbal") == similarity("Iqbal", "") == similarity("", "") == 0.0


def test_a_word_nobody_asked_for_costs_little() -> None:
    assert similarity("Ramesh", "Ramesh Patel") > similarity("Ramesh", "Ramesh Kantilal Patel") > 0.9


def test_as_duplicates_both_names_count_alike() -> None:
    one, other = "Ramesh Kantilal Patel", "Ramesh Patel"
    assert similarity(one, other, typing=False) == similarity(other, one, typing=False)
    assert similarity("Ramesh Traders", "Suresh Traders", typing=False) < 0.76
    assert similarity("M/s Ramesh Traders", "રમેશ ટ્રેડર્સ", typing=False) >= 0.9


# Two spellings of one name each, and beside it a name that shares a word and is somebody else's.
ONE = [
    ("Mahesh Patel", "મહેશ પટેલ", "Mukesh Patel"),
    ("Naresh Shah", "नरेश शाह", "Suresh Shah"),
    ("Dinesh Chauhan", "दिनेश चौहान", "Jignesh Chauhan"),
    ("Iqbal Electronics", "اقبال الیکٹرانکس", "Akbar Electronics"),
    ("Saraswati Crockery House", "सरस्वती क्रॉकरी हाउस", "Star Crockery House"),
    ("Yasmin Akhtar", "یاسمین اختر", "Nasreen Akhtar"),
    ("Ghulam Hussain", "ગુલામ હુસૈન", "Gulzar Hussain"),
    ("Warsi Home Decor", "वारसी होम डेकोर", "Vikas Home Decor"),
    ("Al Noor Medical Store", "النور میڈیکل اسٹور", "Al Madina Medical Store"),
    ("Hilal Footwear", "ہلال فٹ ویئر", "Jalal Footwear"),
]


@pytest.mark.parametrize(("name", "same", "other"), ONE, ids=[one[0] for one in ONE])
def test_who_shares_a_family_name_or_a_trade_is_somebody_else(name: str, same: str, other: str) -> None:
    assert similarity(name, same, typing=False) >= 0.76 > similarity(name, other, typing=False)


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_of_any_two_texts_is_between_0_and_1(one: str, other: str) -> None:
    for typing in (True, False):
        value = similarity(one, other, typing=typing)
        assert 0.0 <= value <= 1.0
        assert value == similarity.__wrapped__(one, other, typing=typing)


@given(st.sampled_from([name for row in NAMES for name in row]), st.sampled_from([r[0] for r in NAMES]))
def test_a_name_is_most_like_itself(name: str, other: str) -> None:
    assert similarity(name, name) == 1.0 >= similarity(name, other)
    assert similarity(name, other, typing=False) == pytest.approx(similarity(other, name, typing=False))
