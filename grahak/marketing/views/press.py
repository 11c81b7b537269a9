"""One press of a button in the block editor: what the form brought, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from grahak.marketing.drafting.history import Overtaken
from grahak.marketing.drafting.posted import Look
from grahak.marketing.models import Letter
from grahak.marketing.views.letter_parts import Home


@dataclass
class Press:
    """One press of the editor: what the form brought and what came of it."""

    letter: Letter
    home: Home
    look: Look
    do: str
    page: str
    version: int
    place: str = ""
    refused: ValueError | None = None
    overtaken: Overtaken | None = None

    @property
    def status(self) -> int:
        return 409 if self.overtaken else 422 if self.refused else 200
