"""A list of names ranked for a typed text, with no database."""

import pytest

from grahak.core.names import soft_key
from grahak.core.names.ranking import Names
from grahak.core.names.tests.aligned import PEOPLE, PLACES, rows
from grahak.core.names.vocabulary import Vocabulary

TOWN = [name for row in rows(PEOPLE) + rows(PLACES) for name in row]
TRADERS = ["محمد اقبال ٹریڈرز", "इक़बाल ट्रेडर्स", "ઇકબાલ ટ્રેડર્સ", "Iqbal Traders"]


def found(text: str, names: list[str] = TOWN, limit: int = 10) -> list[str]:
    return [one.name for one in Names(names).best(text, limit)]


@pytest.mark.parametrize(
    "text", ["iqbal tradrs", "ikbal traders", "इकबाल ट्रेडर्स", "اقبال ٹریڈرز", "iqbal tra"]
)
def test_a_misspelt_firm_is_found_in_four_scripts_before_everybody_else(text: str) -> None:
    assert set(found(text, TOWN + TRADERS, 4)) == set(TRADERS)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("faislabd", "Faisalabad"),
        ("gujrawala", "گوجرانوالہ"),
        ("hydrabad", "हैदराबाद"),
        ("bhavangar", "ભાવનગર"),
        ("ghulm hydar", "غلام حیدر"),
        ("chndrakant bhat", "ચંદ્રકાંત ભટ્ટ"),
        ("zulfikr", "ज़ुल्फ़िक़ार अली"),
        ("peshwar", "پشاور"),
    ],
)
def test_slips_of_the_finger_still_find_the_name(text: str, right: str) -> None:
    assert right in found(text, limit=4)


def test_half_a_word_finds_those_who_begin_so_the_nearest_first() -> None:
    assert set(found("iqb", limit=4)) == {"Mohammad Iqbal", "मोहम्मद इक़बाल", "મોહમ્મદ ઇકબાલ", "محمد اقبال"}
    assert found("nome", ["نؤمیا", "نوم"])[0] == "نوم"


def test_what_nobody_is_called_finds_nobody() -> None:
    assert found("xylophon wigwam") == found("") == found("...") == found("۞") == []


def test_equal_names_keep_the_order_in_which_they_were_given() -> None:
    assert [one.place for one in Names(["Surat", "Rajkot", "Surat"]).best("surat")] == [0, 2]


def test_a_vocabulary_tells_which_known_words_a_misspelt_one_may_be() -> None:
    known = Vocabulary(soft_key(word) for name in TOWN for word in name.lower().split())
    assert "faisalabad" in [one.soft for one in known.meant("faislabd")][:2]
    assert known.meant("42") == known.meant("") == known.meant("ж") == []


def test_a_vocabulary_that_learns_a_word_answers_anew() -> None:
    known = Vocabulary(["surat"])
    assert known.meant("karachi") == known.meant("karachi") == []
    known.add(["karaci"])
    assert [one.soft for one in known.meant("karachi")] == ["karaci"]


def test_a_wide_question_hears_voiced_consonants_as_unvoiced() -> None:
    known = Vocabulary(["pindi", "surat"])
    assert [one.soft for one in known.meant("binti", wide=True)] == ["pindi"]
    assert len(known) == 2
    known.add(["pindi", "karaci"])
    assert len(known) == 3
