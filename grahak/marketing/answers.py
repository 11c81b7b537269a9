"""What the log says a campaign was told: why a second person said no, and why one that is late was held."""

from __future__ import annotations

from django.utils.translation import gettext as _

from grahak.core.models import AuditEntry
from grahak.marketing.models import Campaign

_ASKED, _REFUSED, _HELD = (f"marketing.campaign.{what}" for what in ("asked", "refused", "held"))


def _last(campaign: Campaign, *actions: str) -> AuditEntry | None:
    rows = AuditEntry.objects.filter(
        subject=Campaign._meta.label, subject_id=campaign.pk, action__in=actions
    ).select_related("by")
    return rows.order_by("-pk").first()


def last_answer(campaign: Campaign) -> AuditEntry | None:
    """The no of a second person, until it is asked again; its detail has "why"."""
    found = _last(campaign, _ASKED, _REFUSED)
    return found if found is not None and found.action == _REFUSED else None


def why_late(campaign: Campaign) -> str:
    """Why a campaign that was on the schedule asks first, in a sentence."""
    found = _last(campaign, _HELD)
    detail = found.detail if found is not None else {}
    if names := detail.get("segments"):
        return _("Its segments could not be counted: %(names)s.") % {"names": ", ".join(map(str, names))}
    return {
        "clock": _("The clock of this machine jumped over its time."),
        "back_up": _("A back-up was brought back; it may have gone out since that was made."),
        "changed": _("Its letter was changed after it was approved."),
        "not_ready": _("Something stands in the way that must be mended first."),
    }.get(str(detail.get("because", "")), _("Grahak was not running at its time, and has not sent it."))
