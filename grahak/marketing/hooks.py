"""What this room hangs into the shell and into other rooms' pages."""

from __future__ import annotations


def hang() -> None:
    """Hang it up; called once, when the app is ready."""
