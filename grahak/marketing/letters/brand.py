"""The shop's look in mails: one row, with what the owner has not said filled in from the shop's own settings."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.models import User
from grahak.core.refusals import NotUnderstood
from grahak.marketing.letters.document import LANGUAGES, clean
from grahak.marketing.models import Brand, Picture

COLOURS = ("ink", "paper", "ground", "accent")
_HEX = re.compile(r"#[0-9a-f]{6}")


def current() -> Brand:
    """The brand in force; the house's own look before anybody chose one."""
    return Brand.objects.select_related("logo").order_by("pk").first() or Brand()


def address_of(brand: Brand) -> str:
    """The postal address of the legal foot, its lines joined; the shop's where the brand has none. Empty where there
    is none at all."""
    shop = business.current()
    text = brand.address.strip() or (shop.address.strip() if shop else "")
    return ", ".join(line.strip().rstrip(",") for line in text.splitlines() if line.strip())


@transaction.atomic
def change(
    *, by: User, logo: Picture | None = None, foot: dict[str, str] | None = None, **fields: Any
) -> Brand:
    """Change the colours (#rrggbb), the address, the logo (None takes it away) and more words of the foot by
    language. Raises NotUnderstood naming what is no colour."""
    brand = Brand.objects.select_for_update().order_by("pk").first() or Brand()
    before = {name: getattr(brand, name) for name in (*COLOURS, "address", "foot", "logo_id")}
    for name in COLOURS:
        if name in fields:
            colour = str(fields[name]).strip().lower()
            if not _HEX.fullmatch(colour):
                raise NotUnderstood(_("“%(text)s” is not a colour such as #1f4690.") % {"text": colour[:20]})
            setattr(brand, name, colour)
    if "address" in fields:
        brand.address = clean(str(fields["address"]), 500, lines=True).strip()
    if foot is not None:
        brand.foot = {
            code: kept for code in LANGUAGES if (kept := clean(foot.get(code, ""), 2_000, lines=True))
        }
    brand.logo = logo
    brand.save()
    changed = audit.changed(before, {name: getattr(brand, name) for name in before})
    if changed:
        audit.record("marketing.brand.changed", brand, by=by, label=_("Look of our mails"), **changed)
    return brand
