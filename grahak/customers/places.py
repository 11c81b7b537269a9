"""Countries by their two letters, named in the reader's language."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

_FIRST = ("IN", "PK", "BD", "NP", "LK", "AE", "SA", "GB", "US")


@lru_cache(maxsize=8)
def _named(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale(language).territories
    every = {
        code: str(name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code != "ZZ"
    }
    rest = sorted((code for code in every if code not in _FIRST), key=every.__getitem__)
    return tuple((code, every[code]) for code in (*_FIRST, *rest))


def country_choices() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country, the neighbours first."""
    language = (get_language() or "en").split("-")[0]
    return _named(language if language in ("en", "ur", "hi", "gu") else "en")


def country_name(code: str) -> str:
    """The country's name; the code itself if it is unknown."""
    return dict(country_choices()).get(code, code)
