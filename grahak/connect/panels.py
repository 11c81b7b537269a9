"""What this room hangs into the shell: its navigation line, and imports that need somebody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grahak.connect import rejects
from grahak.connect.models import ImportRun, ImportState
from grahak.core.events import on
from grahak.core.money import figure
from grahak.core.registry import NavLink, Need, registry
from grahak.customers.models import Rejected


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


def rejects_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """What came in since yesterday and could not be read."""
    since = timezone.now() - dt.timedelta(days=1)
    many = Rejected.objects.filter(replayed_at=None, at__gte=since).count()
    if not many:
        return []
    title = ngettext("%(n)s event could not be read", "%(n)s events could not be read", many) % {
        "n": figure(many)
    }
    return [
        {
            "icon": "alert", "tone": "wait", "title": title,
            "text": _("From the web shop, an app or a till, since yesterday."),
            "url": reverse("connect:rejected"), "label": _("Look"),
        }
    ]  # fmt: skip


def throw_old_away(day: dt.date) -> None:
    """Every day: what could not be read lies for thirty days and no longer."""
    rejects.remove_old()


def register() -> None:
    on("core.day.began", throw_old_away)
    registry.add(Need("rejects", rejects_that_need_you, "rejects.view", order=75))
    registry.add_settings(
        NavLink(
            _("Could not be read"), "connect:rejected", "alert", "rejects.view", 3, 6,
            says=_("What was sent to us and nobody understood, and another try"),
        )
    )  # fmt: skip
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
