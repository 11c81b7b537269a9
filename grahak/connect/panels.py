"""What this room hangs into the shell: its navigation line, and imports that need somebody."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grahak.connect.models import ImportRun, ImportState
from grahak.core.registry import NavLink, Need, registry


def imports_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Recent imports with refused rows, and those that a fault stopped."""
    found = []
    runs = ImportRun.objects.filter(state__in=(ImportState.DONE, ImportState.FAILED)).order_by("-id")[:20]
    for run in runs:
        if run.state == ImportState.FAILED:
            found.append(
                {
                    "icon": "alert",
                    "tone": "owed",
                    "title": run.file_name,
                    "text": _("Stopped by a fault; nothing is lost."),
                    "url": run.get_absolute_url(),
                    "label": _("Look"),
                }
            )
        elif run.failed:
            title = ngettext("%(n)s row needs a look", "%(n)s rows need a look", run.failed) % {
                "n": run.failed
            }
            found.append(
                {
                    "icon": "import", "tone": "", "title": title, "text": run.file_name,
                    "url": run.get_absolute_url(), "label": _("Mend"),
                }
            )  # fmt: skip
    return found[:limit]


def register() -> None:
    registry.add(
        NavLink(
            _("Bring in a file"), "connect:imports", "import", "imports.view", group=3, order=10, key="b"
        ),
        NavLink(_("Live"), "connect:live", "bolt", "events.view", group=2, order=60, key="v"),
        Need("imports", imports_that_need_you, "imports.view", order=70),
    )
    registry.add_settings(
        NavLink(
            _("Sources of events"), "connect:sources", "plug", "sources.edit", 3, 5,
            says=_("What your web shop, app or till tells of customers, and the line to paste"),
        )
    )  # fmt: skip
    registry.add_first_steps(
        NavLink(
            _("Bring in a file"),
            "connect:imports",
            "import",
            "imports.edit",
            order=20,
            says=_("Customers, items and orders from Tally, Vyapar, Shopify or any table."),
        )
    )
