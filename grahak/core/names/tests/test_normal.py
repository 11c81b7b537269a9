import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grahak.core.digits import to_ascii_digits
from grahak.core.names import normalise
from grahak.core.names.tokens import name_words, typed_words


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("०१२३४५६७८९", "0123456789"),
        ("૦૧૨૩૪૫૬૭૮૯", "0123456789"),
        ("৪২", "42"),
        ("１２", "12"),
        ("दुकान १२, x²", "दुकान 12, x²"),
        ("plain 7", "plain 7"),
    ],
)
def test_digits_of_every_script_become_ascii(typed: str, plain: str) -> None:
    assert to_ascii_digits(typed) == plain


@given(st.text())
def test_only_decimal_digits_change(text: str) -> None:
    changed = to_ascii_digits(text)
    assert len(changed) == len(text)
    for before, after in zip(text, changed, strict=True):
        assert after == (str(unicodedata.decimal(before)) if unicodedata.category(before) == "Nd" else before)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("  IQBAL\t& Sons\n", "iqbal & sons"),
        ("Śrī José Ångström", "sri jose angstrom"),
        ("علي كريم", "علی کریم"),
        ("عائشة", "عائشہ"),
        ("مُحَمَّد", "محمد"),
        ("رحمـــٰن", "رحمن"),
        ("موسیٰ", "موسا"),
        ("أحمد إقبال آصف", "احمد اقبال آصف"),
        ("نظام\u200cالدین", "نظامالدین"),
        ("\u202bمحمد\u202c", "محمد"),
        ("\u0958\u093e\u0926\u093f\u0930", "\u0915\u093c\u093e\u0926\u093f\u0930"),
        ("क्\u200dष", "क्ष"),
        ("ﷲ", "اللہ"),
        ("Straße", "strasse"),
        ("Łódź, Kırşehir, Ærø", "lodz, kirsehir, aero"),
        ("a\x00b", "a b"),
        ("", ""),
    ],
)
def test_one_word_has_one_form_however_it_was_typed(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=30))
def test_any_text_even_with_lone_surrogates_can_be_stored_after_normalising(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "\x00" not in once
    assert once.encode("utf-8").decode("utf-8") == once


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("M/s Ramesh Patel & Sons Pvt. Ltd.", ("ramesh", "patel", "sons")),
        ("m / s. Noor Traders", ("noor", "traders")),
        ("Haji Abdul Karim", ("abdul", "karim")),
        ("حاجی محمد اقبال صاحب", ("mohammad", "اقبال")),
        ("श्री रमेश जी", ("रमेश",)),
        ("શ્રીમતી હંસાબેન", ("હંસાબેન",)),
        ("Mohd. Aslam", ("mohammad", "aslam")),
        ("Md Aslam", ("mohammad", "aslam")),
        ("मो. असलम", ("mohammad", "असलम")),
        ("મો. અસલમ", ("mohammad", "અસલમ")),
        ("M. Iqbal", ("mohammad", "iqbal")),
        ("M. K. Patel", ("m", "k", "patel")),
        ("એમ. કે. ટ્રેડર્સ", ("m", "k", "ટ્રેડર્સ")),
        ("زینب بی بی", ("زینب", "بیبی")),
        ("Peter D'Souza", ("peter", "dsouza")),
        ("Iqbal s/o Rahim", ("iqbal", "rahim")),
        ("Gupta Bros.", ("gupta", "brothers")),
        ("गुप्ता ब्रदर्स", ("गुप्ता", "brothers")),
        ("عبدالرحمن", ("abdul", "رحمن")),
        ("Abdurrahman", ("abdul", "rahman")),
        ("Abdullah", ("abdullah",)),
        ("ضیاء الحق", ("ضیاء", "haq")),
        ("Zia ul Haq", ("zia", "haq")),
        ("राम।श्याम॰", ("राम", "श्याम")),
        ("Shree", ("shree",)),
        ("M/s", ()),
        ("—…!", ()),
        ("", ()),
    ],
)
def test_titles_and_firm_words_are_left_out_and_abbreviations_written_out(
    name: str, words: tuple[str, ...]
) -> None:
    assert name_words(name) == words


def test_the_word_being_typed_is_not_taken_for_an_abbreviation_until_a_space_ends_it() -> None:
    assert typed_words("anil moh") == ("anil", "moh")
    assert typed_words("anil moh ") == ("anil", "mohammad")


def test_a_pasted_page_gives_no_more_than_24_words() -> None:
    assert len(name_words("lorem ipsum dolor " * 1000)) == 24
