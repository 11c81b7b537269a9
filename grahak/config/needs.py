"""What operating hangs onto the home page: messages that are held since a back-up was restored."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.template.defaultfilters import date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from grahak.channels.models import Dispatch, DispatchState
from grahak.core.models import Setting
from grahak.core.registry import Need, registry

RESTORED = "restore.last"


def hang() -> None:
    """Called once, when the apps are ready."""
    registry.add(Need("config.restored", held_since_restore, "campaigns.send", order=5))


def held_since_restore(user: Any, limit: int) -> list[dict[str, Any]]:
    """One line while messages that a restore paused wait for somebody to look."""
    row = Setting.objects.filter(name=RESTORED).first()
    if row is None or not row.value.get("paused"):
        return []
    held = Dispatch.objects.filter(state=DispatchState.PAUSED).count()
    if not held:
        return []
    made = timezone.localtime(dt.datetime.fromisoformat(row.value["made_at"]))
    title = ngettext(
        "%(count)s message is held since a back-up was restored",
        "%(count)s messages are held since a back-up was restored",
        held,
    ) % {"count": held}
    text = gettext("What was sent after %(moment)s is not known to it. Look before you go on sending.") % {
        "moment": date(made, "j M, H:i")
    }
    return [
        {
            "icon": "pause",
            "tone": "wait",
            "title": title,
            "text": text,
            "url": reverse("marketing:list"),
            "label": gettext("Look"),
        }
    ][:limit]
