"""What forms and short links hang into the shell, and what they listen to."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grahak.channels.links_public import hits
from grahak.core.events import on
from grahak.core.registry import NavLink, Need, registry
from grahak.marketing import shortlinks
from grahak.marketing.forms_public import confirming, erasing
from grahak.marketing.models import Form, SubmissionState


def hang() -> None:
    """Hang it up; called once, when the app is ready."""
    hits.register(shortlinks.KIND)
    registry.add(
        NavLink(_("Forms"), "marketing:forms", "form", "forms.view", group=2, order=24),
        NavLink(_("Short links"), "marketing:links", "link", "links.view", group=2, order=26),
        Need("forms", forms_that_need_you, "forms.view", order=62),
    )
    on("core.day.began", confirming.on_day)
    erasing.register()


def forms_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Forms whose confirmation mails could not be sent."""
    rows = (
        Form.objects.filter(
            archived_at=None, submissions__state=SubmissionState.WAITING, submissions__why="failed"
        )
        .annotate(n=Count("submissions"))
        .order_by("-pk")[:limit]
    )
    return [
        {
            "icon": "alert",
            "tone": "owed",
            "title": one.name,
            "text": ngettext(
                "%(n)s confirmation mail could not be sent",
                "%(n)s confirmation mails could not be sent",
                one.n,
            )
            % {"n": one.n},
            "url": one.get_absolute_url(),
            "label": _("Look"),
        }
        for one in rows
    ]
