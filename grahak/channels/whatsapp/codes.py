"""What the error codes of the WhatsApp Cloud API mean for a message, and for all that come after it.

Source: Meta, "Cloud API, error codes" (developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes). A request
that was answered with an error was not taken; the same codes come later by webhook for what was taken and then failed.
"""

from __future__ import annotations

from enum import Enum

from django.utils.translation import gettext_lazy as _

from grahak.channels.models import FailReason, ReportKind


class Means(Enum):
    """What to do about a refusal."""

    NUMBER = "number"  # this number cannot get it
    UNWANTED = "unwanted"  # Meta holds it back from this person; do not hammer
    STOPPED = "stopped"  # this person told WhatsApp to stop the shop's offers
    WINDOW = "window"  # 24 hours have passed, and it was no template
    MESSAGE = "message"  # this one is wrong
    BUSY = "busy"  # for now, this one
    OFF = "off"  # for now, everybody
    SHOP = "shop"  # everybody, until a person has looked: token, payment, template, account


_CODES: dict[int, Means] = {
    **dict.fromkeys((131026, 131030, 131021), Means.NUMBER),
    **dict.fromkeys((131049, 130472), Means.UNWANTED),
    131050: Means.STOPPED,
    131047: Means.WINDOW,
    **dict.fromkeys((131051, 131052, 131053, 131009, 131008, 100, 132018), Means.MESSAGE),
    **dict.fromkeys((131056, 131000, 135000), Means.BUSY),
    **dict.fromkeys((4, 80007, 130429, 131016, 131057, 133004, 1, 2), Means.OFF),
    **dict.fromkeys(
        (0, 3, 10, 190, 368, 131048, 131005, 131031, 131042, 131045, 133010, 133006, 133016, 134011),
        Means.SHOP,
    ),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069, 33), Means.SHOP),
}
# how a failure that is told later is taken down (channels.reports)
_KINDS = {
    Means.NUMBER: ReportKind.SOFT,
    Means.UNWANTED: ReportKind.BLOCKED,
    Means.STOPPED: ReportKind.UNSUBSCRIBED,
}
_REASONS = {Means.NUMBER: FailReason.BAD_ADDRESS, Means.UNWANTED: FailReason.BLOCKED}

WORDS = {
    131026: _("The number is not on WhatsApp, or its app is too old."),
    131049: _("Meta held it back: this person had enough offers from all shops for now."),
    130472: _("Meta held it back: this person is part of its experiment."),
    131047: _("More than 24 hours since this person last wrote: only an approved template gets through."),
    131048: _("Meta holds back this number's messages: too many were called spam."),
    131050: _("This person switched off the shop's offers in WhatsApp."),
    131056: _("Too many messages to this one person at once."),
    130429: _("Too many messages a second for this number."),
    190: _("The access token is not valid any more."),
    131042: _("Meta could not take the payment for WhatsApp."),
    131031: _("Meta locked the WhatsApp account."),
    132000: _("The template wants another number of values."),
    132001: _("There is no such template in this language."),
    132012: _("A value of the template has the wrong form."),
    132015: _("Meta paused the template."),
    132016: _("Meta switched off the template."),
    133010: _("The number is not registered with the Cloud API."),
}


def means(code: int) -> Means:
    """What an error code means. An unknown one is about this message: 200 to 299 are permissions, which are not."""
    if 200 <= code <= 299:
        return Means.SHOP
    return _CODES.get(code, Means.MESSAGE)


def reason(code: int) -> str:
    """The FailReason of a refusal for good."""
    return _REASONS.get(means(code), FailReason.REFUSED)


def kind(code: int) -> str:
    """The ReportKind of a failure that a webhook told. A number that could not be reached is not given up at once:
    Meta says the same of phones that are not on WhatsApp and of those that did not accept its terms yet."""
    return _KINDS.get(means(code), ReportKind.FAILED)


def words(code: int, said: str) -> str:
    """CODE and what Meta said, as it is kept: the reader's own words are put before it on screen."""
    return f"{code} {said}".strip()[:300]


def told(detail: str) -> str:
    """The sentence for a kept detail that begins with a known code; "" where none is."""
    head = detail.partition(" ")[0]
    return str(WORDS.get(int(head), "")) if head.isascii() and head.isdigit() and len(head) < 9 else ""
