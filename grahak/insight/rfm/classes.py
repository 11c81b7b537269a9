"""The classes that RFM scores make together, and the rules that name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class RfmClass:
    """A class, what it is called, what it means, and the tone of its badge."""

    code: str
    label: Any
    says: Any
    tone: str = ""


CLASSES: dict[str, RfmClass] = {
    one.code: one
    for one in (
        RfmClass("champion", _("Champions"), _("Buy lately, often and for much."), "paid"),
        RfmClass("loyal", _("Loyal"), _("Buy again and again."), "paid"),
        RfmClass("new", _("New"), _("Ordered once, lately."), "pen"),
        RfmClass("promising", _("Promising"), _("Bought lately, still little."), "pen"),
        RfmClass(
            "attention", _("Needs attention"), _("In the middle of everything: a word may keep them."), "wait"
        ),
        RfmClass("sleepy", _("About to sleep"), _("Small and getting silent."), "wait"),
        RfmClass("at_risk", _("At risk"), _("Bought well, but long ago."), "owed"),
        RfmClass("cant_lose", _("Can’t lose"), _("Were among the best, and have gone silent."), "owed"),
        RfmClass("hibernating", _("Hibernating"), _("Small, and long ago."), ""),
        RfmClass("lost", _("Lost"), _("The longest ago, for the least."), ""),
    )
}

# recency → class for FM 1, 2, 3, 4, 5
GRID: dict[int, tuple[str, str, str, str, str]] = {
    5: ("promising", "promising", "loyal", "champion", "champion"),
    4: ("promising", "promising", "loyal", "loyal", "champion"),
    3: ("sleepy", "sleepy", "attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("lost", "hibernating", "at_risk", "at_risk", "cant_lose"),
}


def class_of(recency: int, frequency: int, monetary: int, orders: int) -> str:
    """The class of one customer by the rules of insight.rfm.scoring."""
    if orders == 1 and recency >= 4:
        return "new"
    return GRID[recency][(frequency + monetary + 1) // 2 - 1]


def class_sql(divide: str = "/") -> str:
    """The same rules as SQL over whole numbers r, f, m and orders; DIVIDE is the engine's whole division."""
    cases = "".join(
        f" WHEN r = {recency} AND (f + m + 1) {divide} 2 = {index} THEN '{code}'"
        for recency, codes in GRID.items()
        for index, code in enumerate(codes, 1)
    )
    return f"CASE WHEN orders = 1 AND r >= 4 THEN 'new'{cases} END"
