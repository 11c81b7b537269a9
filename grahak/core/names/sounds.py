"""How a written word sounds, whatever its script, and the two keys made of it: soft key and skeleton."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from grahak.core.names import scripts

_VOWELS: Final = frozenset("aAiIuUeo@")
_LONGEST: Final = 64  # sounds of one word; more is no name, and time must stay bounded

_LATIN_SOUNDS: Final = {
    "chh": "C", "tch": "c", "sch": "S", "dny": "gy", "gny": "gy",
    "ch": "c", "ck": "k", "sh": "S", "ph": "f", "kh": "K", "gh": "G", "th": "T", "dh": "D", "bh": "B",
    "jh": "J", "zh": "z", "wh": "v", "w": "v", "c": "k", "x": "ks",
    "aa": "A", "ee": "I", "ii": "I", "oo": "U", "uu": "U", "ou": "U",
}  # fmt: skip
_LATIN: Final = re.compile("|".join(sorted(_LATIN_SOUNDS, key=len, reverse=True)))
_SOFT_C: Final = re.compile("c(?=[eiy])")
_FLAPPED: Final = re.compile("rh(?![aeiou])")  # Aligarh, Garhwal; not Farhan
_FINAL_Y: Final = re.compile("(?<=[^aeiouAIU])y$")

_CONSONANT_FOLD: Final = str.maketrans("KGCJzTDBSqRN", "kgcjjtdbskrn")
_VOWEL_FOLD: Final = str.maketrans("AIeUo@yv", "aiiuuaiu")
_DOUBLED: Final = re.compile(r"(.)\1+")
# Written n, said m: انبالہ is Ambala, سنبھل is Sambhal. Not زینب (Zainab) or کانپور (Kanpur).
_URDU_M_BEFORE_LIPS: Final = re.compile("(?<=^@)n(?=[bp])|n(?=B)")
_UNHEARD: Final = str.maketrans("", "", "aAiIuUeo@yvh")

_SPELLED: Final = {
    "K": "kh", "G": "gh", "C": "chh", "c": "ch", "J": "jh", "T": "th", "D": "dh", "B": "bh", "S": "sh",
    "R": "r", "N": "n", "A": "aa", "I": "ee", "U": "oo", "@": "a",
}  # fmt: skip


def _folded(sound: str) -> str:
    return sound.translate(_CONSONANT_FOLD)


def _latin_sounds(word: str) -> str:
    if "c" in word:
        word = _SOFT_C.sub("s", word)
    if "rh" in word:
        word = word[0] + _FLAPPED.sub("R", word[1:])
    if word[0] == "x":
        word = "z" + word[1:]
    return _FINAL_Y.sub("I", _LATIN.sub(lambda found: _LATIN_SOUNDS[found[0]], word))


def _urdu_vowel(word: str, at: int, out: list[str]) -> str:
    """The sound of ا آ ع ی ے و ہ ئ ؤ at this place, which decides whether they are vowels."""
    char, first = word[at], at == 0
    following = word[at + 1] if at + 1 < len(word) else ""
    after_vowel = bool(out) and out[-1] in _VOWELS
    if char == "آ":
        return "A"
    if char == "ا":
        return "@" if first and following != "ا" else "A"
    if char == "ع":
        if first:
            return "" if following in ("ا", "آ") else "@"
        return "" if after_vowel or following in ("ا", "و", "ی", "ے", "ئ", "") else "a"
    if char == "ی":
        return "y" if following and (first or following in "اآ") else "I"
    if char == "ے":
        return "e"
    if char == "و":
        return "v" if following and (first or following in "اآیے") else "U"
    if char == "ئ":
        return "" if following in ("ی", "ے") else "i"
    if char == "ؤ":
        return "U"
    return ""


def _urdu_sounds(word: str) -> str:
    if word.startswith(("اسٹ", "اسپ")):  # اسٹور is how Urdu begins "store"
        word = word[1:]
    if word.endswith("للہ"):  # Allah, Abdullah: here, and here only, both are written
        word = word[:-3] + "لہ"
    out: list[str] = []
    last = len(word) - 1
    for at, char in enumerate(word):
        sound = scripts.URDU.get(char)
        if sound is None:
            if char == "ھ":
                if out and out[-1] in scripts.ASPIRATED:
                    out[-1] = scripts.ASPIRATED[out[-1]]
                elif word[at - 1 : at] != "ڑ":
                    out.append("h")
            elif char in "اآعیےوئؤ":
                out.append(_urdu_vowel(word, at, out))
                if not out[-1]:
                    out.pop()
            elif char.isalnum() and char != "ء":
                out.append(char)
            continue
        if char == "ہ" and at == last and out and out[-1] not in _VOWELS:
            sound = "a"
        elif out and _folded(out[-1]) == _folded(sound):
            out.append("a")  # doubling is left unwritten, so the same letter twice has a vowel between
        out.append(sound)
    return "".join(out)


def _to_devanagari(word: str) -> str:
    for start, offset in scripts.OFFSETS:
        if start <= ord(word[0]) < start + 0x80:
            return "".join(chr(ord(c) - offset) if start <= ord(c) < start + 0x80 else c for c in word)
    return word


class _Syllable:
    """Consonants and the vowel after them; `inherent` when the vowel is the unwritten short a."""

    __slots__ = ("consonants", "inherent", "tail", "vowel")

    def __init__(self, consonants: str, vowel: str, inherent: bool) -> None:
        self.consonants, self.vowel, self.inherent, self.tail = consonants, vowel, inherent, ""


def _syllables(word: str) -> list[_Syllable]:
    out: list[_Syllable] = []
    joined = False
    for at, char in enumerate(word):
        consonant = scripts.CONSONANTS.get(char)
        if char == "ङ" and word[at + 1 : at + 2] != scripts.VIRAMA:
            consonant = "ng"  # हङकङ is Hong Kong; in अङ्क it is only the nasal of what follows
        if consonant:
            if joined and out:
                together = out[-1].consonants + consonant
                out[-1].consonants = "gy" if char == "ञ" and together == "jn" else together  # ज्ञान is Gyan
                out[-1].vowel, out[-1].inherent = "a", True
            else:
                out.append(_Syllable(consonant, "a", True))
            joined = False
        elif char in scripts.INDEPENDENT_VOWELS:
            out.append(_Syllable("", scripts.INDEPENDENT_VOWELS[char], False))
        elif not out:
            if char.isalnum():
                out.append(_Syllable(char, "", False))
        elif char in scripts.VOWEL_SIGNS:
            out[-1].vowel, out[-1].inherent = scripts.VOWEL_SIGNS[char], False
        elif char == scripts.VIRAMA:
            out[-1].vowel, out[-1].inherent, joined = "", False, True
        elif char == scripts.NUKTA:
            bare = out[-1].consonants[-1:]
            out[-1].consonants = out[-1].consonants[:-1] + scripts.WITH_NUKTA.get(bare, bare)
        elif char in scripts.ANUSVARA:
            out[-1].tail = "n"
        elif char in scripts.CHANDRABINDU:
            out[-1].tail = "N"
        elif char.isalnum() and char != scripts.GURMUKHI_ADDAK:
            out.append(_Syllable(char, "", False))
    return out


def _delete_schwas(syllables: list[_Syllable]) -> None:
    """Silence the short a where Hindi and Gujarati do: at the end, and in V C _ C V, from the right."""
    if len(syllables) > 1:
        end = syllables[-1]
        kept = len(end.consonants) > 1 and end.consonants[-1] in "yrvnm"  # Chandra, Surya, Krishna
        if end.inherent and not end.tail and not kept:
            end.vowel = ""
    for at in range(len(syllables) - 2, 0, -1):
        here, before, after = syllables[at], syllables[at - 1], syllables[at + 1]
        if (
            here.inherent
            and not here.tail
            and len(here.consonants) == 1
            and before.vowel
            and (len(after.consonants) == 1 or after.consonants[1:] in ("r", "y", "v", "l"))
            and after.vowel
        ):
            here.vowel = ""


def _indic_sounds(word: str) -> str:
    syllables = _syllables(_to_devanagari(word))
    _delete_schwas(syllables)
    for here, after in pairwise(syllables):
        if here.tail and after.consonants[:1] in ("p", "b", "B"):
            here.tail = "m"  # मुंबई is Mumbai
        if here.tail and after.consonants == "h" and after is syllables[-1] and not after.vowel:
            after.consonants = "g"  # सिंह is Singh
    return "".join(s.consonants + s.vowel + s.tail for s in syllables)


def _undoubled(sounds: str) -> str:
    """Write a doubled sound once, also where only the second is aspirated (Buddha, Makkhan)."""
    out: list[str] = []
    for sound in sounds:
        if out and _folded(sound) == _folded(out[-1]):
            if sound in _VOWELS:
                continue
            out.pop()
        out.append(sound)
    return "".join(out)


@lru_cache(maxsize=65536)
def sounds(word: str) -> str:
    """The sounds of one normalised word (alphabet: `scripts`); words of other scripts stay as written."""
    word = word[:_LONGEST]
    if not word:
        return ""
    code = max(map(ord, word))
    if code < 0x0250:
        heard = _latin_sounds(word)
    elif 0x0600 <= code < 0x0780:
        heard = _URDU_M_BEFORE_LIPS.sub("m", _urdu_sounds(word))
    elif 0x0900 <= code < 0x0B00 and code not in range(0x0980, 0x0A00):
        heard = _indic_sounds(word)
    else:
        return word
    return _undoubled(heard)[:_LONGEST]


def romanise(token: str) -> str:
    """A readable Latin spelling of one normalised word: محمد gives mhmd, મોહમ્મદ gives mohamad."""
    heard = sounds(token)
    return "".join(_SPELLED.get(sound, sound) for sound in heard) if heard.isascii() else heard


@lru_cache(maxsize=65536)
def soft_key(token: str) -> str:
    """The key that keeps vowels, in three classes a, i, u: for prefixes as one types. At most 32 characters.

    q→k, z/zh/jh→j, aspirates lose h, all t/d/n/s rows merge, a nasal dot is m before p and b,
    w/v→u, y→i, doubles once, a final h silent.
    """
    key = _DOUBLED.sub(r"\1", sounds(token).translate(_CONSONANT_FOLD).translate(_VOWEL_FOLD))
    if len(key) > 2 and key[-1] == "h" and key[-2] in "aiu":
        key = key[:-1]
    return key[:32]


@lru_cache(maxsize=65536)
def skeleton(token: str) -> str:
    """The key of consonants alone, equal across scripts and spellings; `*` stands for a first vowel.

    A word of one consonant (Rai, Rao, Shah) keeps its soft vowels, or half the town would share its key.
    At most 32 characters.
    """
    heard = sounds(token)
    if not heard or not heard.isascii():
        return heard[:32]
    folded = heard.translate(_CONSONANT_FOLD)
    first = "*" if folded[0] in _VOWELS else folded[0]
    bones = first + folded[1:].translate(_UNHEARD)
    return bones[:32] if len(bones) > 1 else soft_key(token) or bones
