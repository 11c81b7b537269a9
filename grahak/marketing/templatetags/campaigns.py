"""What the campaign screens say of a campaign beside its own columns."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.translation import gettext as _

from grahak.marketing.models import Campaign
from grahak.marketing.shelf import CHANNELS

register = template.Library()


@register.filter
def told(campaign: Campaign) -> dict[str, Any]:
    """What a campaign came to, as it was counted last: clicked, net, cost; None for what is not known. It asks nothing
    where `counted` was selected with the campaign."""
    counted = getattr(campaign, "counted", None)
    figures: dict[str, Any] = counted.figures if counted is not None else {}
    whole = figures.get("all", figures)
    return {
        "clicked": whole.get("clicked"),
        "net": _amount(whole.get("net")),
        "cost": _amount(whole.get("cost")),
    }


def _amount(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def channel_name(code: str) -> str:
    """What a channel is called."""
    return str(CHANNELS[code][0]) if code in CHANNELS else _("Another channel")
