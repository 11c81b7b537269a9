"""What rules hang into the shell, and what they listen to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.connect.rules import access, engine  # noqa: F401 - access: its grants
from grahak.connect.rules.models import Rule
from grahak.core.events import on
from grahak.core.registry import NavLink, Need, registry


def register() -> None:
    registry.add_settings(
        NavLink(
            gettext_lazy("Rules"), "connect:rules", "bolt", "rules.edit", group=1, order=60,
            says=gettext_lazy("When this happens, do that: tasks, tags, messages by themselves"),
        )
    )  # fmt: skip
    registry.add(Need("rules", stopped_rules, "rules.edit", order=72))
    engine.register()
    on("core.day.began", at_day)


def at_day(day: dt.date) -> None:
    """Whose day it is; and what is old is forgotten."""
    engine.begin_day(day)
    engine.tidy()


def stopped_rules(user: Any, limit: int) -> list[dict[str, Any]]:
    """Rules that Grahak had to switch off."""
    rows = Rule.objects.filter(is_on=False, archived_at=None).exclude(off_because="")[:limit]
    return [
        {
            "icon": "bolt",
            "tone": "owed",
            "title": _("The rule “%(name)s” was switched off") % {"name": rule.name},
            "text": rule.off_because,
            "url": reverse("connect:rule_log") + f"?rule={rule.pk}",
            "label": _("Look"),
        }
        for rule in rows
    ]
