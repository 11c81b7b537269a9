"""How campaigns' lists and filled-in forms go along when customers are merged."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import Message
from grahak.core.merging import register as along
from grahak.marketing.models import HeldOut


def register() -> None:
    """Hang this room's part in."""
    along("marketing.Chosen", unless=("campaign",), says=_("Campaigns that they were picked for"))
    along("marketing.HeldOut", rule=_held_out, says=_("Campaigns that the lot kept from them"))
    along("marketing.Submission", says=_("Forms that they filled in"))
    along("marketing.Submission", field="contact")


def _held_out(kept: int, gone: int) -> QuerySet[HeldOut]:
    """Not of campaigns that the kept customer was written to or held out of: nobody is on both sides of a
    comparison."""
    same = HeldOut.objects.filter(customer_id=kept, campaign=OuterRef("campaign"))
    written = Message.objects.filter(customer_id=kept, dispatch=OuterRef("campaign__dispatch"))
    return HeldOut.objects.filter(customer_id=gone).exclude(Exists(same)).exclude(Exists(written))
