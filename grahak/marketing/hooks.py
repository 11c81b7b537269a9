"""What this room hangs into the shell and into other rooms' pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from grahak.channels import ledger
from grahak.channels.models import DispatchState, MessageState
from grahak.core.registry import MassAction, NavLink, Need, Panel, registry
from grahak.core.templatetags.ui import clock, day
from grahak.customers import timeline
from grahak.marketing import search
from grahak.marketing.models import Campaign, Stage


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
    registry.searches += [search.campaigns, search.templates, search.forms]
    registry.add_settings(
        NavLink(
            _("Look of our mails"),
            "letters:brand",
            "palette",
            "campaigns.edit",
            order=46,
            says=_("Colours, logo and foot of letters to customers"),
        )
    )
    registry.add_new(
        NavLink(
            pgettext_lazy("new", "Campaign"), "marketing:new", "campaign", "campaigns.edit", order=60, key="m"
        )
    )


def unsent_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Late ones, and those that a colleague asks about."""
    waits = Q(stale_since__isnull=False) | Q(asked_at__isnull=False, approved_at=None)
    rows = Campaign.objects.filter(waits, dispatch=None, archived_at=None).select_related("asked_by")
    found: list[dict[str, Any]] = []
    for one in rows.order_by("pk")[:limit]:
        line = {"icon": "campaign", "tone": "wait", "title": one.name, "url": one.get_absolute_url()}
        if one.stage == Stage.LATE:
            text = _("It was to go on %(day)s at %(time)s and did not. What now?") % {
                "day": day(one.scheduled_for),
                "time": clock(one.scheduled_for),
            }
            found.append(line | {"tone": "owed", "text": text, "label": _("Decide")})
        elif one.asked_by_id != user.pk:
            text = _("%(who)s asks you to look at it before it goes.") % {
                "who": one.asked_by.name if one.asked_by else "–"
            }
            found.append(line | {"text": text, "label": _("Look")})
    return found


def write(customer: Any, request: Any) -> dict[str, Any] | None:
    """The button that begins a mail to one customer."""
    return {}


def campaigns_that_need_you(user: Any, limit: int) -> list[dict[str, Any]]:
    """Campaigns that are late or wait for a second person; and those that stand still or ended with failures or unknown
    messages, of the last few."""
    found = unsent_that_need_you(user, limit)
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
