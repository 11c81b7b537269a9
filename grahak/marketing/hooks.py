"""What this room hangs into the shell and into other rooms' pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grahak.channels import ledger
from grahak.channels.models import DispatchState, MessageState
from grahak.core.registry import MassAction, NavLink, Need, Panel, registry
from grahak.customers import timeline
from grahak.marketing.models import Campaign


def hang() -> None:
    """Hang it up; called once, when the app is ready."""
    timeline.links["message"] = lambda line: (
        reverse("marketing:message_why", args=[line.subject_id]) if line.subject_id else ""
    )
    registry.add(
        NavLink(_("Campaigns"), "marketing:list", "campaign", "campaigns.view", group=2, order=20, key="m"),
        MassAction("write", _("Write to these"), "marketing:begin", "mail", "campaigns.edit", order=10),
        Panel(
            "marketing.write",
            "actions",
            "marketing/panels/write.html",
            write,
            order=25,
            action="campaigns.edit",
        ),
        Need("campaigns", campaigns_that_need_you, "campaigns.view", order=60),
    )


def write(customer: Any, request: Any) -> dict[str, Any] | None:
    """The button that begins a mail to one customer."""
    return {}


def campaigns_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Campaigns that stand still or ended with failures or unknown messages, of the last few."""
    found: list[dict[str, Any]] = []
    for campaign in (
        Campaign.objects.filter(dispatch__isnull=False).select_related("dispatch").order_by("-pk")[:5]
    ):
        dispatch = campaign.dispatch
        if dispatch is None:
            continue
        url = campaign.get_absolute_url()
        if dispatch.state == DispatchState.PAUSED:
            found.append(
                {"icon": "pause", "tone": "wait", "title": campaign.name, "text": _("Paused: it waits for you."),
                 "url": url, "label": _("Look")}
            )  # fmt: skip
            continue
        counted = ledger.tally(dispatch)
        bad = counted[MessageState.FAILED] + counted[MessageState.UNKNOWN]
        if bad:
            text = ngettext("%(n)s message did not arrive", "%(n)s messages did not arrive", bad) % {"n": bad}
            found.append(
                {
                    "icon": "mail",
                    "tone": "owed",
                    "title": campaign.name,
                    "text": text,
                    "url": url,
                    "label": _("Look"),
                }
            )
    return found[:limit]
