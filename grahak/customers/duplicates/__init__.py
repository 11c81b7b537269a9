"""Who may be the same customer: the same phone or address, or a name that sounds alike. Proposed, never
merged."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grahak.customers.duplicates.entry import ALIKE_KIND, Likely, likely, noted, paired

__all__ = ["ALIKE_KIND", "Likely", "likely", "noted", "paired"]


def __getattr__(name: str) -> Any:
    """What needs the database comes when it is asked for: the processes that compare need none of it."""
    if name not in __all__:
        raise AttributeError(name)
    from grahak.customers.duplicates import entry

    return getattr(entry, name)
