"""Month and weekday names of the four languages, as people and programs write them."""

import re
from functools import cache

from babel import Locale

from grahak.core.parsing.text import plain_text

_SPELLINGS = {
    1: "jan january janv جنوری جنوري जन जनवरी જાન્યુ જાન્યુઆરી",
    2: "feb february febr فروری فبروری फ़र फर फ़रवरी फरवरी ફેબ્રુ ફેબ્રુઆરી",
    3: "mar march مارچ मार्च માર્ચ",
    4: "apr april اپریل अप्रैल अप्रेल એપ્રિલ",
    5: "may مئی मई મે",
    6: "jun june جون जून જૂન",
    7: "jul july جولائی जुला जुलाई જુલા જુલાઈ",
    8: "aug august اگست अग अगस्त ઑગ ઓગ ઑગસ્ટ ઓગસ્ટ",
    9: "sep sept september ستمبر सित सितंबर सितम्बर સપ્ટે સપ્ટેમ્બર",
    10: "oct october اکتوبر अक्टू अक्टूबर अक्तूबर ઑક્ટો ઓક્ટો ઑક્ટોબર ઓક્ટોબર",
    11: "nov november نومبر नव नवं नवंबर नवम्बर નવે નવેમ્બર",
    12: "dec december دسمبر दिस दिसं दिसंबर दिसम्बर ડિસે ડિસેમ્બર",
}


def _key(name: str) -> str:
    return plain_text(name).casefold().strip(".")


@cache
def month_numbers() -> dict[str, int]:
    """Month names, full and short, in English, Urdu, Hindi and Gujarati, each with its number."""
    numbers = {_key(word): number for number, words in _SPELLINGS.items() for word in words.split()}
    for language in ("en", "ur", "hi", "gu"):
        for width in ("wide", "abbreviated"):
            for number, name in Locale(language).months["format"][width].items():
                numbers.setdefault(_key(name), number)
    return numbers


@cache
def weekday() -> re.Pattern[str]:
    """A weekday's name at the start of a date ("Sunday, 22 November 2026")."""
    names = {
        _key(name)
        for language in ("en", "ur", "hi", "gu")
        for width in ("wide", "abbreviated")
        for name in Locale(language).days["format"][width].values()
    }
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(longest_first)})(?:\.?,\s*|\.?\s+)", re.IGNORECASE)
