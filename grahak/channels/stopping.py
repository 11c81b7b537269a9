"""Whether what somebody wrote back means "stop": the words of four languages, in their scripts and in Latin letters.

Only a message that is nothing but such a word counts, with a number or a shop's name behind it at most ("STOP 56161",
"stop kapasi"): "please stop by on Friday" is no withdrawal. The words are those that carriers and shops in India and
Pakistan ask for, gathered by us; the shop may add its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST = 60  # characters of a message that can be nothing but a word for stop

STOP: Final = frozenset(
    """
    stop|stopall|stop all|unsubscribe|unsub|cancel|quit|end|opt out|optout|opt-out|remove|remove me|no more|revoke
    band|band karo|band karen|band kare|band karein|band kar do|band kardo|bandh|bandh karo|bandh karen|bandh kardo
    rok do|roko|rokdo|rok den|mat bhejo|mat bhejiye|mat bhejo please|nahi chahiye|nahin chahiye|nahi chaiye|hatao
    bas|bas karo|na bhejo|na bhejen|bandh karjo|bandh kari do|band kari do|nathi joitu|nathi joitun|na moklo|moklo nahi
    बंद|बंद करो|बंद करें|बंद करे|बंद कर दो|बन्द|बन्द करो|बन्द करें|रोको|रोक दो
    रोकें|मत भेजो|मत भेजिए|मत भेजें|नहीं चाहिए|हटाओ|हटाएं|स्टॉप|स्टाप
    બંધ|બંધ કરો|બંધ કરજો|બંધ કરી દો|રોકો|ના મોકલો|મોકલશો નહીં|નથી જોઈતું|નથી જોઇતું|સ્ટોપ
    بند|بند کرو|بند کریں|بند کر دیں|بند کردیں|بند کر دو|روکو|روک دیں|روک دو
    مت بھیجو|مت بھیجیں|نہ بھیجیں|نہیں چاہیے|نہیں چاہئے|سٹاپ|اسٹاپ
    """.replace("\n", "|").split("|")
)
_KNOWN = frozenset(" ".join(word.split()) for word in STOP if word.strip())
_ARABIC = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "ۀ": "ہ", "ئ": "ی", "أ": "ا", "إ": "ا"}
)


def folded(text: str) -> str:
    """TEXT as words are compared: small, without marks, digits of any script as ours, one space between words. The
    vowel signs of Devanagari and Gujarati stay: without them other words would be the same."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_ARABIC)
    signs = []
    for char in plain:
        if char.isdecimal():
            signs.append(str(unicodedata.decimal(char)))
        elif unicodedata.category(char)[0] in "LN" or unicodedata.category(char) in ("Mc", "Mn"):
            if "\u064b" <= char <= "\u065f" or char in "\u0670\u093c\u0abc":  # vowel marks, nuktas
                continue
            signs.append(char)
        else:
            signs.append(" ")
    return " ".join("".join(signs).split())


_FOLDED = frozenset(folded(word) for word in _KNOWN)


_TOO_COMMON = frozenset(
    {"end", "bas", "remove", "cancel", "band", "بند", "बंद", "બંધ"}
)  # stand in other texts too


def means_stop(text: str, more: Iterable[str] = (), shop: str = "") -> bool:
    """Whether TEXT is a word for stop, one of MORE (the shop's own, such as "0"), or one with a number or the SHOP's
    name behind it."""
    if len(text) > LONGEST:
        return False
    said = folded(text)
    words = _FOLDED | {folded(one) for one in more if folded(one)}
    if not said:
        return False
    if said in words:
        return True
    shortened = re.sub(r"(?: \d+)+$", "", said)
    if shop and (name := folded(shop)):
        for part in (name, name.split(" ")[0]):
            shortened = shortened.removesuffix(f" {part}")
    return shortened in words


def tells_how_to_stop(text: str, more: Iterable[str] = ()) -> bool:
    """Whether a TEXT to many tells how to stop: one of the words stands in it, or the address of our own page."""
    said = f" {folded(text)} "
    words = (_FOLDED - _TOO_COMMON) | {folded(one) for one in more if folded(one)}
    return "unsubscribe_url" in text or "preferences_url" in text or any(f" {one} " in said for one in words)
