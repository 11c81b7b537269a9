"""What the reports listen to, and what the log calls their files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.core.audit import describe
from grahak.core.events import on
from grahak.marketing.report import panel
from grahak.marketing.report.kept import on_finished, on_new_day


def hang() -> None:
    """Called once, when the app is ready."""
    describe({"marketing.report.exported": _("Figures of campaigns downloaded")})
    panel.hang()
    on("channels.dispatch.finished", on_finished)
    on("core.day.began", on_new_day)
