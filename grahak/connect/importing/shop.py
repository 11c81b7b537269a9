"""What an import needs to know of the shop, read once: codes, colleagues, branches, zone, currency."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from grahak.catalogue.models import ServiceCode
from grahak.core import business
from grahak.core.models import Branch, User

NEIGHBOURS = {"IN": ("IN", "PK"), "PK": ("PK", "IN")}


@dataclass
class Shop:
    zone: ZoneInfo
    today: dt.date
    currency: str
    regions: tuple[str, ...]
    service_codes: set[str] = field(default_factory=set)
    branches: dict[str, int] = field(default_factory=dict)
    colleagues: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, extra_service_codes: list[str] | None = None) -> Shop:
        found = business.required()
        codes = {code.upper() for code in ServiceCode.objects.values_list("code", flat=True)}
        colleagues: dict[str, int] = {}
        for user in User.objects.filter(is_active=True):
            colleagues[user.name.casefold()] = user.pk
            colleagues[user.email.casefold()] = user.pk
            colleagues.setdefault(user.name.split()[0].casefold(), user.pk)
        return cls(
            zone=business.zone(),
            today=business.today(),
            currency=found.currency,
            regions=NEIGHBOURS.get(found.country, (found.country, "IN", "PK")),
            service_codes=codes | {code.upper() for code in extra_service_codes or []},
            branches={name.casefold(): pk for pk, name in Branch.objects.values_list("pk", "name")},
            colleagues=colleagues,
        )
