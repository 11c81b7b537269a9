"""Letters to begin from: what a trader writes most, in four languages, as data. Each is copied when it is used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from grahak.core import business

CODES = ("arrivals", "festival", "reorder", "thanks", "offer", "prices")


@dataclass(frozen=True)
class Starter:
    """One of them; its name and its sentence by language."""

    code: str
    names: dict[str, str]
    sentences: dict[str, str]
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """In the language of the person at the screen."""
        return self.names.get((get_language() or "en")[:2], self.names["en"])

    @property
    def says(self) -> str:
        """When to use it."""
        return self.sentences.get((get_language() or "en")[:2], self.sentences["en"])

    def language(self) -> str:
        """The language a copy falls back to: the shop's."""
        shop = business.current()
        return shop.language if shop and shop.language in self.document["languages"] else "en"


def _read(code: str) -> Starter:
    data = json.loads((Path(__file__).parent / "data" / f"{code}.json").read_text(encoding="utf-8"))
    return Starter(code, data["name"], data["says"], data["document"])


STARTERS = tuple(_read(code) for code in CODES)
BY_CODE = {one.code: one for one in STARTERS}
