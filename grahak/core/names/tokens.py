"""A name cut into the words that tell people apart."""

import re
from functools import lru_cache
from typing import Final

from grahak.core.names.normal import normalise
from grahak.core.names.words import BOUND_TITLES, DROPPED, LETTER_NAMES, SAME_AS

MOST_WORDS: Final = 24  # of one name; a pasted page must not become a thousand keys

# Letters, digits, and the marks that belong to them (Python's \w leaves South Asian vowel signs out).
_MARKS: Final = (
    "\u0300-\u036f\u0653-\u0655\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7"
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a70-\u0a75\u0a81-\u0a83\u0abc-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c-\u0b57"
    "\u0b82\u0bbe-\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d57"
    "\u0d82\u0d83\u0dca-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e"
)
_WORD: Final = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_ASIDE: Final = re.compile(r"(?:^|(?<=[\s,(]))(?:m\s?/\s?s\b\.?|[sdwc]/o\b\.?)|['’‘`´ʻʼ]")
_M_FOR_MUHAMMAD: Final = re.compile(r"^(?:m\.|م\.|م۔)\s*(?=\w\w)")

# Arabic joins its article to the next word; the ear and the Latin spelling cut elsewhere.
_ARTICLE: Final = {
    "الرحمان": "rahman",
    "الرحمن": "rahman",
    "الرحیم": "rahim",
    "الحق": "haq",
    "الحسن": "hasan",
    "الاسلام": "islam",
    "الزمان": "zaman",
    "الہدی": "huda",
}
# Second halves of one name: Nizam ud Din and نظام الدین are Nizamuddin.
_ENDINGS: Final = {
    **{"الدین": "دین", "uddin": "uddin", "uddeen": "uddin", "उद्दीन": "उद्दीन", "ઉદ્દીન": "ઉદ્દીન"},
    **{"النساء": "نسا", "النسا": "نسا", "unnisa": "unnisa", "unnissa": "unnisa"},
}
_APART: Final = {
    **{("ud", "din"): "uddin", ("ud", "deen"): "uddin", ("un", "nisa"): "unnisa"},
    **{("بی", "بی"): "بیبی", ("बी", "बी"): "बीबी", ("બી", "બી"): "બીબી"},
}
_ABDUL_JOINED: Final = re.compile("^abdu([lrsnzd])(?=[a-z]{4})")


def _split_article(word: str) -> tuple[str, ...]:
    """Abdurrahman and عبدالرحمن are two words, ضیاء الحق is Zia Haq: cut them alike."""
    if word in _ARTICLE:
        return (_ARTICLE[word],)
    if word.startswith("عبدال") and len(word) > 6 and word != "عبداللہ":
        return ("abdul", word[5:])
    if word not in _ENDINGS and word.endswith(("الدین", "النساء")):
        return (word[: word.rindex("ال")] + ("دین" if word.endswith("دین") else "نسا"),)
    if len(word) > 8 and (joined := _ABDUL_JOINED.match(word)):
        rest = word[joined.end() :]
        # Abdullatif loses one l of two; Abdullah is a word of its own.
        return (word,) if rest.startswith("ah") else ("abdul", rest)
    return (word,)


def _with_endings(words: list[str]) -> list[str]:
    """Nizam, uddin: one word; بی, بی: Bibi."""
    out: list[str] = []
    for word in words:
        if out and (out[-1], word) in _APART:
            word = _APART[out.pop(), word]
        if out and word in _ENDINGS:
            out[-1] += _ENDINGS[word]
        else:
            out.append(word)
    return out


def _initials(words: list[str]) -> list[str]:
    """Turn runs of read-out letters (एम के) into letters; a lone one may be a word or a title.

    Twice b is no run: بی بی is Bibi.
    """
    letters = ["", *(LETTER_NAMES.get(word, "") for word in words), ""]
    out = list(words)
    for at, letter in enumerate(letters[1:-1]):
        beside = letters[at] + letters[at + 2]
        if letter and beside.strip(letter if letter == "b" else ""):
            out[at] = letter
    return out


def _cut(name: str) -> list[str]:
    text = _ASIDE.sub(lambda found: "" if len(found[0]) == 1 else " ", normalise(name))
    return _initials(_WORD.findall(_M_FOR_MUHAMMAD.sub("mohammad ", text))[: MOST_WORDS * 2])


def _written_out(words: list[str]) -> list[str]:
    return [part for word in _with_endings(words) for part in _split_article(SAME_AS.get(word, word))]


def _telling(words: list[str]) -> tuple[str, ...]:
    return tuple(([word for word in words if word not in DROPPED] or words)[:MOST_WORDS])


@lru_cache(maxsize=32768)
def name_words(name: str) -> tuple[str, ...]:
    """The normalised words of a name, in order: titles and firm words out, abbreviations written out.

    M/s, Mr, haji, श्री and the like are dropped unless nothing else is left; Mohd, Md, मो and a leading `M.`
    become mohammad; `s/o` goes, the father's name stays. At most 24 words.
    """
    return _telling(_written_out(_cut(name)))


def typed_words(text: str) -> tuple[str, ...]:
    """Like `name_words` for a text still being typed: its last word stays as it is, it may be half a word.

    "moh" is half of Mohan as well as short for Muhammad; a space after it says that it is whole.
    """
    words = _with_endings(_cut(text))
    if not words or text[-1:].isspace():
        return _telling(_written_out(words))
    return _telling([*_written_out(words[:-1]), *_split_article(words[-1])])


def without_article(word: str) -> str:
    """المدینہ is Al Madina, whose article is no word of the name: مدینہ. Empty where there is no article to take
    off; الطاف (Altaf) has none, so this is only another way to read the word."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else ""


def stem(word: str) -> str:
    """The word without a bound title: Rameshbhai and રમેશભાઈ are Ramesh."""
    for title in BOUND_TITLES:
        if word.endswith(title) and len(word) >= len(title) + 3:
            return word[: -len(title)]
    return word
