"""Why two customers may be the same, as numbers that add up to one, and in words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

PHONE: Final = 1
EMAIL: Final = 2
TAX: Final = 4
NAME: Final = 8
SCRIPT: Final = 16
PLACE: Final = 32
ACCOUNT: Final = 64

WORDS: Final[dict[int, Any]] = {
    PHONE: _("same phone"),
    EMAIL: _("same e-mail"),
    TAX: _("same tax number"),
    ACCOUNT: _("same account on the web shop"),
    NAME: _("name sounds alike"),
    SCRIPT: _("name sounds alike in another script"),
    PLACE: _("same area"),
}
FILTERS: Final = (PHONE, EMAIL, TAX, NAME, SCRIPT, PLACE)  # those that the list can be cut down to


def words(reasons: int) -> list[Any]:
    """The reasons that are in the sum, the surest first."""
    return [said for bit, said in WORDS.items() if reasons & bit]
