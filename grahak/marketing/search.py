"""What the search box finds among campaigns, templates and forms: their names."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grahak.core.access import scope_of
from grahak.marketing.models import Campaign, Form, Letter
from grahak.marketing.models.letters import LetterKind

_SHORTEST = 2


def campaigns(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Campaigns whose name has the text in it, the newest first, at most LIMIT."""
    if scope_of(user, "campaigns.view") is None or len(text) < _SHORTEST:
        return []
    rows = (
        Campaign.objects.filter(name__icontains=text, archived_at=None)
        .only("pk", "name")
        .order_by("-pk")[:limit]
    )
    return [
        {
            "group": _("Campaigns"),
            "icon": "campaign",
            "title": one.name,
            "text": "",
            "url": one.get_absolute_url(),
        }
        for one in rows
    ]


def templates(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Templates of letters whose name has the text in it, at most LIMIT."""
    if scope_of(user, "campaigns.edit") is None or len(text) < _SHORTEST:
        return []
    rows = Letter.objects.filter(name__icontains=text, kind=LetterKind.TEMPLATE, archived_at=None)
    return [
        {
            "group": _("Templates"),
            "icon": "mail",
            "title": one.name,
            "text": "",
            "url": reverse("letters:edit", args=[one.pk]),
        }
        for one in rows.only("pk", "name").order_by("name", "pk")[:limit]
    ]


def forms(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Forms whose name has the text in it, at most LIMIT."""
    if scope_of(user, "forms.view") is None or len(text) < _SHORTEST:
        return []
    rows = (
        Form.objects.filter(name__icontains=text, archived_at=None).only("pk", "name").order_by("-pk")[:limit]
    )
    return [
        {"group": _("Forms"), "icon": "form", "title": one.name, "text": "", "url": one.get_absolute_url()}
        for one in rows
    ]
