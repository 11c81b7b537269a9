"""More addresses of a customer: added, changed, removed and brought back; where goods and bills go."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.addresses import formats
from grahak.customers.models import Address, Customer
from grahak.customers.text import one_line

FIELDS: Final = (
    "kind", "addressee", "phone", "unit", "floor", "building", "street", "landmark", "area", "city", "district",
    "region", "postcode", "country", "latitude", "longitude", "ships", "bills",
)  # fmt: skip
MOST: Final = 100


def _cleaned(fields: dict[str, Any], country: str) -> dict[str, Any]:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"an address has no {', '.join(sorted(unknown))}")
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        is_text = isinstance(Address._meta.get_field(name), models.CharField)
        kept[name] = one_line(value or "") if is_text else value
    if "country" in kept:
        country = kept["country"] = kept["country"].upper()
    if "postcode" in kept:
        try:
            kept["postcode"] = formats.postcode(kept["postcode"], country)
        except formats.BadPostcode as error:
            raise ValidationError({"postcode": str(error)}) from None
    return kept


def _checked(row: Address) -> None:
    row.clean_fields(exclude=["customer", "by"])
    if not formats.lines(
        {name: getattr(row, name) for name in formats.PARTS if name not in ("addressee", "country")}
    ):
        raise ValidationError({"city": _("Write at least the city, the market or the area.")})


def _alone(row: Address) -> None:
    """Goods, and bills, go to one address."""
    others = Address.objects.filter(customer=row.customer_id, removed_at=None).exclude(pk=row.pk)
    if row.ships:
        others.filter(ships=True).update(ships=False)
    if row.bills:
        others.filter(bills=True).update(bills=False)


@transaction.atomic
def add_address(customer: Customer, *, by: User | None, **fields: Any) -> Address:
    """One more address. ValidationError names the part that is wrong."""
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if Address.objects.filter(customer=customer, removed_at=None).count() >= MOST:
        raise ValidationError({"city": _("At most 100 addresses for a customer.")})
    row = Address(customer=customer, by=by, **_cleaned(fields, str(fields.get("country") or "")))
    _checked(row)
    row.save()
    _alone(row)
    audit.record("customers.address.added", customer, by=by, address=row.pk, kind=row.kind, city=row.city)
    announce("customers.changed", customer_ids=[customer.pk])
    return row


@transaction.atomic
def edit_address(row: Address, *, by: User | None, **fields: Any) -> Address:
    """Change parts of an address; only what differs is written and told."""
    locked = Address.objects.select_for_update(of=("self",)).select_related("customer").get(pk=row.pk)
    values = _cleaned(fields, str(fields.get("country", locked.country) or ""))
    before = {name: getattr(locked, name) for name in values}
    for name, value in values.items():
        setattr(locked, name, value)
    _checked(locked)
    changes = audit.changed(before, values)
    if changes:
        locked.save()
        _alone(locked)
        audit.record("customers.address.edited", locked.customer, by=by, address=locked.pk, changes=changes)
        announce("customers.changed", customer_ids=[locked.customer_id])
    return locked


@transaction.atomic
def remove_address(row: Address, *, by: User | None) -> None:
    """Take an address out of sight; bring_address_back undoes it."""
    if Address.objects.filter(pk=row.pk, removed_at=None).update(removed_at=timezone.now()):
        audit.record("customers.address.removed", row.customer, by=by, address=row.pk, label=str(row))
        announce("customers.changed", customer_ids=[row.customer_id])


@transaction.atomic
def bring_address_back(row: Address, *, by: User | None) -> None:
    """Where another took goods or bills over meanwhile, that stays so."""
    back = Address.objects.select_for_update(of=("self",)).select_related("customer").get(pk=row.pk)
    if back.removed_at is None:
        return
    taken = Address.objects.filter(customer=back.customer, removed_at=None)
    back.ships = back.ships and not taken.filter(ships=True).exists()
    back.bills = back.bills and not taken.filter(bills=True).exists()
    back.removed_at = None
    back.save()
    audit.record("customers.address.restored", back.customer, by=by, address=back.pk)
    announce("customers.changed", customer_ids=[back.customer_id])


def goes_to(customer: Customer, what: str) -> list[str]:
    """The lines of where "ships" (goods) or "bills" go: the address that says so, else the main one."""
    row = Address.objects.filter(customer=customer, removed_at=None, **{what: True}).order_by("-pk").first()
    parts = formats.main_parts(customer) if row is None else {one: getattr(row, one) for one in formats.PARTS}
    return formats.lines(parts)
