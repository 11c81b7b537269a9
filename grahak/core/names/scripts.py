"""The letters of Urdu (with Sindhi and Pashto extras), Devanagari, Gujarati and Gurmukhi, as sounds.

One ASCII character is one sound. Capitals: an aspirate (K kh, G gh, C chh, J jh, T th, D dh, B bh), sh (S),
a long vowel (A, I, U), the flapped r that some write d (R), a vowel's nasal end (N). `z` and `q` stay apart
from `j` and `k` here, and are folded later. `@` is an Urdu word's first vowel, of which
only the place is written.
"""

from typing import Final

ASPIRATED: Final = {
    "k": "K",
    "g": "G",
    "c": "C",
    "j": "J",
    "t": "T",
    "d": "D",
    "b": "B",
    "p": "f",  # phool, fool: no speller keeps these apart
}

URDU: Final = {
    **dict.fromkeys("تٹطټ", "t"),
    **dict.fromkeys("سثص", "s"),
    **dict.fromkeys("زذضظ", "z"),
    **dict.fromkeys("حہ", "h"),
    **dict.fromkeys("دڈډڊڏ", "d"),
    **dict.fromkeys("رڕ", "r"),
    **dict.fromkeys("ڑړڙ", "R"),
    **dict.fromkeys("نڻڼڱ", "n"),
    "ں": "N",
    **dict.fromkeys("گڳګ", "g"),
    "ب": "b",
    "ٻ": "b",
    "ڀ": "B",
    "پ": "p",
    "ٺ": "T",
    "ٿ": "T",
    "ٽ": "t",
    "ج": "j",
    "ڄ": "j",
    "ڃ": "n",
    "چ": "c",
    "ڇ": "C",
    "خ": "K",
    "څ": "s",
    "ځ": "z",
    "ڌ": "D",
    "ڍ": "D",
    "ژ": "z",
    "ږ": "z",
    "ش": "S",
    "ښ": "S",
    "غ": "G",
    "ف": "f",
    "ڦ": "f",
    "ق": "q",
    "ک": "k",
    "ل": "l",
    "م": "m",
}

# Devanagari; Gujarati is 0x180 above it and Gurmukhi 0x100 above it, letter for letter.
DEVANAGARI: Final = 0x0900
OFFSETS: Final = ((0x0A80, 0x0180), (0x0A00, 0x0100))

CONSONANTS: Final = {
    "क": "k",
    "ख": "K",
    "ग": "g",
    "घ": "G",
    "ङ": "n",
    "च": "c",
    "छ": "C",
    "ज": "j",
    "झ": "J",
    "ञ": "n",
    "ट": "t",
    "ठ": "T",
    "ड": "d",
    "\u095c": "R",  # Gurmukhi's ੜ, which is one letter there
    "ढ": "D",
    "ण": "n",
    "त": "t",
    "थ": "T",
    "द": "d",
    "ध": "D",
    "न": "n",
    "ऩ": "n",
    "प": "p",
    "फ": "f",
    "ब": "b",
    "भ": "B",
    "म": "m",
    "य": "y",
    "र": "r",
    "ऱ": "r",
    "ल": "l",
    "ळ": "l",
    "ऴ": "l",
    "व": "v",
    "श": "S",
    "ष": "S",
    "स": "s",
    "ह": "h",
}
WITH_NUKTA: Final = {"k": "q", "j": "z", "J": "z", "d": "R", "D": "R", "s": "S"}

INDEPENDENT_VOWELS: Final = {
    "अ": "a",
    "आ": "A",
    "इ": "i",
    "ई": "I",
    "उ": "u",
    "ऊ": "U",
    "ऋ": "ri",
    "ॠ": "ri",
    "ऌ": "li",
    "ऍ": "a",
    "ऎ": "e",
    "ए": "e",
    "ऐ": "ai",
    "ऑ": "o",
    "ऒ": "o",
    "ओ": "o",
    "औ": "au",
    "ॲ": "a",
    "ॐ": "om",
}
VOWEL_SIGNS: Final = {
    "ा": "A",
    "ि": "i",
    "ी": "I",
    "ु": "u",
    "ू": "U",
    "ृ": "ri",
    "ॄ": "ri",
    "ॢ": "li",
    "ॅ": "a",  # a of English: बॅंक, કૅફે
    "ॆ": "e",
    "े": "e",
    "ै": "ai",
    "ॉ": "o",
    "ॊ": "o",
    "ो": "o",
    "ौ": "au",
}
VIRAMA: Final = "्"
NUKTA: Final = "़"
CHANDRABINDU: Final = "ँऀ"
ANUSVARA: Final = "ं\u0970"  # Gurmukhi's tippi (ੰ, 0x0A70) lands on U+0970; words are cut at the real one
GURMUKHI_ADDAK: Final = "\u0971"  # doubles the next consonant, which no key keeps
