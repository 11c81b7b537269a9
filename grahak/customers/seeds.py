"""The saved views that a new installation comes with; their names are translated when shown."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from grahak.customers.models import SavedView

# (name, query); the filters of other rooms' figures are registered by those rooms
SEEDS: Final = (
    (gettext_noop("All"), ""),
    (gettext_noop("Wholesale"), "kind=is:business&sort=-last_order"),
    (gettext_noop("Due to reorder"), "due=within:7&sort=due"),
    (gettext_noop("Owes us"), "balance=gt:0&sort=-balance"),
    (gettext_noop("New"), "created=within:30&sort=-created"),
)
_NAMES: Final = frozenset(name for name, _query in SEEDS)


def is_seed(view: SavedView) -> bool:
    """Whether a view came with the product and still bears its name."""
    return view.by_id is None and view.name in _NAMES
