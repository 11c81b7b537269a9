"""The pipelines a shop can begin with, in the language of whoever begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Start:
    """A pipeline to begin with: its open stages as (name, probability, marked after days)."""

    code: str
    name: Any
    says: Any
    stages: tuple[tuple[Any, int, int | None], ...]


STARTS = (
    Start(
        "shops",
        _("New shops"),
        _("Shops that do not buy from you yet, until their first order"),
        (
            (_("Found"), 10, 14),
            (_("Visited"), 25, 14),
            (_("Samples given"), 50, 21),
            (_("Rates agreed"), 75, 10),
        ),
    ),
    Start(
        "orders",
        _("Big orders"),
        _("Large or special orders of customers you have"),
        (
            (_("Asked for"), 20, 7),
            (_("Rates given"), 45, 7),
            (_("Bargaining"), 65, 10),
            (pgettext_lazy("a deal", "Agreed"), 90, 7),
        ),
    ),
    Start(
        "tenders",
        _("Tenders"),
        _("Tenders and yearly contracts, with their papers and dates"),
        (
            (_("Announced"), 5, 30),
            (_("Papers handed in"), 25, 45),
            (_("On the short list"), 50, 30),
            (_("Last talks"), 80, 14),
        ),
    ),
)
BY_CODE = {start.code: start for start in STARTS}
WON, LOST = pgettext_lazy("stage of deals", "Won"), pgettext_lazy("stage of deals", "Lost")
REASONS = (
    _("Price too high"),
    _("Bought elsewhere"),
    _("Credit terms"),
    _("We could not deliver in time"),
    _("No need any more"),
    _("Never answered"),
)
