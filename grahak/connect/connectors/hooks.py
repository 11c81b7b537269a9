"""What the connectors hang into the shell: their page, what needs somebody, the day's tidying."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grahak.connect.connectors.models import Connector, Delivery, DeliveryState
from grahak.core.events import on
from grahak.core.registry import NavLink, Need, registry


def register() -> None:
    """Called once, when the apps are ready."""
    registry.add(
        NavLink(_("Connected shops"), "connect:connections", "webhook", "connectors.view", group=3, order=12),
        Need("connectors", connections_that_need_you, "connectors.view", order=65),
    )
    on("core.day.began", tidy)


def tidy(day: dt.date) -> None:
    from grahak.connect.connectors.actions import tidy as tidy_up

    tidy_up(day)


def connections_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Requests of a shop that a person must see to, and connections with failed deliveries."""
    found: list[dict[str, Any]] = []
    asked = Delivery.objects.filter(state=DeliveryState.PERSON, connector__ended_at=None)
    for one in asked.defer("body").select_related("connector").order_by("id")[:limit]:
        found.append(
            {
                "icon": "shield", "tone": "owed", "title": one.reason, "text": one.connector.name,
                "url": one.get_absolute_url(), "label": _("Look"),
            }
        )  # fmt: skip
    for connector in Connector.objects.open():
        failed = Delivery.objects.filter(connector=connector).failed().count()
        if failed:
            title = ngettext("%(n)s delivery failed", "%(n)s deliveries failed", failed) % {"n": failed}
            found.append(
                {
                    "icon": "webhook", "tone": "", "title": title, "text": connector.name,
                    "url": reverse("connect:deliveries", args=[connector.pk]) + "?state=failed",
                    "label": _("Mend"),
                }
            )  # fmt: skip
    return found[:limit]
