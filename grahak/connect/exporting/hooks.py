"""What exports hang into the shell."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from grahak.core.events import on
from grahak.core.registry import NavLink, registry


def register() -> None:
    """Called once, when the apps are ready."""
    registry.add_settings(
        NavLink(
            _("Export of everything"), "connect:exports", "export", "export.everything", 3, 40,
            says=_("All records of the business in one file, in open formats"),
        )
    )  # fmt: skip
    on("core.day.began", tidy)


def tidy(day: dt.date) -> None:
    from grahak.connect.exporting import actions

    actions.throw_away_old()
