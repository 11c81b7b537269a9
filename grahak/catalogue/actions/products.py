"""An item is added, changed, put away and brought back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.catalogue.models import Category, Product
from grahak.core import audit
from grahak.core.models import User

EDITABLE = ("code", "name", "category", "unit", "price", "cost", "tax_rate", "stock", "barcode")
LARGEST = Decimal(10) ** 12


def _cleaned(fields: dict[str, Any], pk: int) -> dict[str, Any]:
    """The values as they are kept; ValidationError names the field. TypeError for a field that is not one."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"an item has no {', '.join(sorted(unknown))}")
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        text = isinstance(Product._meta.get_field(name), models.CharField)
        kept[name] = " ".join(str(value or "").split()) if text else value
    for name, sentence in (("code", _("Every item needs a code.")), ("name", _("Every item needs a name."))):
        if name in kept and not kept[name]:
            raise ValidationError({name: sentence})
    if "code" in kept and Product.objects.filter(code__iexact=kept["code"]).exclude(pk=pk).exists():
        raise ValidationError({"code": _("There is already an item with the code “%s”.") % kept["code"]})
    for name in ("price", "cost"):
        if kept.get(name) is not None and not 0 <= kept[name] <= LARGEST:
            raise ValidationError({name: _("Must be between 0 and 1,000,000,000,000.")})
    if kept.get("stock") is not None and abs(kept["stock"]) > LARGEST:
        raise ValidationError({"stock": _("That is too large a number.")})
    if kept.get("tax_rate") is not None and not 0 <= kept["tax_rate"] <= 100:
        raise ValidationError({"tax_rate": _("Must be between 0 and 100.")})
    return kept


@transaction.atomic
def add_product(*, by: User | None, **fields: Any) -> Product:
    """Add an item: code and name are needed, the rest of EDITABLE may be given. ValidationError by field."""
    product = Product(**_cleaned({"code": "", "name": ""} | fields, 0))
    product.clean_fields(exclude=["batch"])
    product.save()
    audit.record("catalogue.item.added", product, by=by)
    return product


@transaction.atomic
def edit_product(product: Product, *, by: User | None, **fields: Any) -> Product:
    """Change an item. Nothing is written when nothing differs."""
    kept = _cleaned(fields, product.pk)
    changes = audit.changed({name: getattr(product, name) for name in kept}, kept)
    if not changes:
        return product
    for name, value in kept.items():
        setattr(product, name, value)
    product.clean_fields(exclude=["batch"])
    product.save()
    audit.record("catalogue.item.edited", product, by=by, changes=changes)
    return product


@transaction.atomic
def archive_product(product: Product, *, by: User | None) -> None:
    """Put an item away: it is no longer suggested; past orders keep it."""
    if product.archived_at is None:
        product.archived_at = timezone.now()
        product.save(update_fields=["archived_at", "updated_at"])
        audit.record("catalogue.item.archived", product, by=by)


@transaction.atomic
def restore_product(product: Product, *, by: User | None) -> None:
    """Bring an item back."""
    if product.archived_at is not None:
        product.archived_at = None
        product.save(update_fields=["archived_at", "updated_at"])
        audit.record("catalogue.item.restored", product, by=by)


@transaction.atomic
def add_category(name: str, *, by: User | None) -> Category:
    """The category of this name, whatever its capitals; made if there is none."""
    kept = " ".join(name.split())
    if not kept or len(kept) > 120:
        raise ValidationError({"category": _("A category needs a name of at most 120 characters.")})
    found = Category.objects.filter(name__iexact=kept).first()
    if found is None:
        found = Category.objects.create(name=kept)
        audit.record("catalogue.category.added", found, by=by)
    return found
