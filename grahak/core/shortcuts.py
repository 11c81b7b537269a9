"""The keys of the whole product, kept as data: the help page and dialog are drawn from this list.

What `js/keys.js` does with j, k, x, Enter, c and g is told here; the letters after g and c stand on the
navigation links of the rooms themselves (NavLink.key) and are added by `all_shortcuts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Shortcut:
    """KEYS as one presses them, one after the other with a space between; "+" joins keys held together."""

    keys: tuple[Any, ...]
    label: Any


ANYWHERE = (
    Shortcut(("/",), _("Find a name, phone, order or item")),
    Shortcut(("Ctrl+K",), _("Go somewhere or start something")),
    Shortcut(("c",), _("Start something new")),
    Shortcut(("?",), _("Show these keys")),
    Shortcut(("Esc",), _("Close, or choose nothing")),
)
LISTS = (
    Shortcut(("j",), _("Next row")),
    Shortcut(("k",), _("Row before")),
    Shortcut((pgettext_lazy("key", "Enter"),), _("Open the row")),
    Shortcut(("x",), _("Choose the row")),
)


def all_shortcuts(nav: list[Any], new: list[Any]) -> list[dict[str, Any]]:
    """Groups of shortcuts, with the places and new things this person may open."""
    places = [Shortcut(("g", link.key), link.label) for link in nav if link.key]
    things = [Shortcut(("c", link.key), link.label) for link in new if link.key]
    groups = (
        (_("Anywhere"), ANYWHERE),
        (_("In a list"), LISTS),
        (_("Go to"), places),
        (pgettext_lazy("menu", "New"), things),
    )
    return [{"label": label, "shortcuts": list(found)} for label, found in groups if found]
