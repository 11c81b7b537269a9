"""What the warehouse hangs into the shell, and what it listens to."""

from __future__ import annotations

from grahak.core.events import on
from grahak.warehouse import erase


def hang() -> None:
    """Called once, when the apps are ready."""
    on("customers.erased", erase.on_erased)
