"""Service and fee codes come and go; sales is told, because past lines move between goods and services."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grahak.catalogue.codes import folded, service_codes
from grahak.catalogue.models import ServiceCode
from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User


@transaction.atomic
def add_service_codes(labels: Mapping[str, str], *, by: User | None) -> list[str]:
    """Add codes with their labels; those already there stay as they are. Returns the codes that are new.
    ValidationError for an empty or overlong code."""
    known, new = service_codes(), []
    for code, label in labels.items():
        kept = folded(code)
        if not kept:
            raise ValidationError({"code": _("Write the code.")})
        if len(kept) > 60 or len(label) > 120:
            raise ValidationError({"code": _("A code has at most 60 characters, its label 120.")})
        if kept in known or kept in new:
            continue
        row = ServiceCode.objects.create(code=kept, label=" ".join(label.split()))
        audit.record("catalogue.code.added", row, by=by, code=kept)
        new.append(kept)
    if new:
        announce("catalogue.codes.changed", codes=new)
    return new


@transaction.atomic
def remove_service_code(row: ServiceCode, *, by: User | None) -> None:
    """Take a code off the list: its lines count as goods again."""
    audit.record("catalogue.code.removed", row, by=by, code=row.code, name=row.label)
    code = folded(row.code)
    row.delete()
    announce("catalogue.codes.changed", codes=[code])
