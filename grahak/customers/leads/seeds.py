"""The sources of leads and the reasons of loss that every shop begins with; their names are translated when shown."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from grahak.customers.models import LeadSource, LostReason

SOURCES: Final = (
    ("walk_in", gettext_noop("Walked in")),
    ("phone", gettext_noop("Rang up")),
    ("whatsapp", gettext_noop("WhatsApp")),
    ("web_form", gettext_noop("Web form")),
    ("exhibition", gettext_noop("Exhibition")),
    ("referral", gettext_noop("Sent by a customer")),
    ("visit", gettext_noop("Salesman’s round")),
    ("social", gettext_noop("Instagram or Facebook")),
    ("file", gettext_noop("Brought in by a file")),
    ("other", gettext_noop("Something else")),
)
REASONS: Final = (
    ("price", gettext_noop("Too dear")),
    ("elsewhere", gettext_noop("Bought elsewhere")),
    ("not_ours", gettext_noop("Wanted what we do not sell")),
    ("credit", gettext_noop("Wanted more credit")),
    ("silent", gettext_noop("Never answered")),
    ("wrong", gettext_noop("Wrong number, or not serious")),
    ("later", gettext_noop("Not now, perhaps later")),
)
NAMES: Final = frozenset(name for _code, name in (*SOURCES, *REASONS))


def source(code: str) -> LeadSource:
    """The source that came with the product under CODE; made anew should it be gone."""
    found = LeadSource.objects.filter(code=code).order_by("pk").first()
    return found or LeadSource.objects.get_or_create(name=dict(SOURCES)[code], defaults={"code": code})[0]


def reason(code: str) -> LostReason:
    """The same for a reason of loss."""
    found = LostReason.objects.filter(code=code).order_by("pk").first()
    return found or LostReason.objects.get_or_create(name=dict(REASONS)[code], defaults={"code": code})[0]
