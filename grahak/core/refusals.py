"""Refusals that a view raises and every page shows the same way: the status, a sentence, a next step.

`raise TooLarge(_("The file has 900 MB; 512 MB is the most."))` anywhere below a view becomes a 413 page,
or a red toast where htmx asked.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """SENTENCE is shown to the person; empty: the status's own words."""

    status = 400

    def __init__(self, sentence: Any = "") -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


class Conflict(Refusal):
    """Somebody else changed it meanwhile, or it is already so."""

    status = 409


class TooLarge(Refusal):
    """More was sent than is taken."""

    status = 413


class NotUnderstood(Refusal):
    """Well formed, but not understood."""

    status = 422
