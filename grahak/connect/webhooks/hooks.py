"""What webhooks hang into the shell: their settings page, what needs somebody, the day's tidying, the outbox's ears."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.core.events import on
from grahak.core.registry import NavLink, Need, registry


def register() -> None:
    """Called once, when the apps are ready."""
    from grahak.connect.webhooks import outbox

    registry.add_settings(
        NavLink(
            _("The API"), "connect:api", "code", "keys.edit", 3, 12,
            says=_("How programmes read and write records with a key"),
        ),
        NavLink(
            _("Webhooks"), "connect:webhooks", "webhook", "webhooks.edit", 3, 14,
            says=_("Other programmes that are told of what happens here"),
        ),
    )  # fmt: skip
    registry.add(Need("webhooks", receivers_that_need_you, "webhooks.edit", order=66))
    outbox.register()
    on("core.day.began", tidy)


def tidy(day: dt.date) -> None:
    from grahak.connect.api import idempotency
    from grahak.connect.webhooks import actions

    actions.tidy()
    idempotency.tidy()


def receivers_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Receivers that were switched off by themselves."""
    from grahak.connect.webhooks.models import Endpoint, Off

    rows = Endpoint.objects.filter(off__in=(Off.FAILING, Off.GONE)).order_by("-off_at")[:limit]
    return [
        {
            "icon": "webhook", "tone": "owed", "title": str(one.get_off_display()), "text": one.name,
            "url": one.get_absolute_url(), "label": _("Look"),
        }
        for one in rows
    ]  # fmt: skip
