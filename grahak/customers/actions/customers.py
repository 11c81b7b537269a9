"""A customer is added, changed, put away and brought back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import Batch, User
from grahak.customers.actions.contacts import attach_identities
from grahak.customers.actions.names import index_names, sort_name
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Contact, Customer, CustomerTag, Kind, Lifecycle, Tag
from grahak.customers.text import many_lines, one_line

EDITABLE = (
    "name",
    "kind",
    "other_names",
    "language",
    "branch",
    "owner",
    "team",
    "tax_id",
    "address",
    "area",
    "city",
    "region",
    "postcode",
    "country",
    "credit_limit",
    "credit_days",
    "since",
)
MOST_CREDIT_DAYS = 3650
SCRIPTS = ("en", "ur", "hi", "gu")  # the languages a name may also be written in


def cleaned_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The values as they are kept. TypeError for a field that is not one; ValidationError says which is
    wrong."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"a customer has no {', '.join(sorted(unknown))}")
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        field = Customer._meta.get_field(name)
        if isinstance(field, models.CharField):
            kept[name] = one_line(value or "")
        elif isinstance(field, models.TextField):
            kept[name] = many_lines(value or "")
        else:
            kept[name] = value
    if "country" in kept:
        kept["country"] = kept["country"].upper()
    if "name" in kept and not kept["name"]:
        raise ValidationError({"name": _("Every customer needs a name.")})
    if kept.get("credit_limit") is not None and Decimal(kept["credit_limit"]) < 0:
        raise ValidationError({"credit_limit": _("A credit limit cannot be less than nothing.")})
    days = kept.get("credit_days")
    if days is not None and not 0 <= days <= MOST_CREDIT_DAYS:
        told = {"most": MOST_CREDIT_DAYS}
        raise ValidationError({"credit_days": _("Credit days are a number from 0 to %(most)s.") % told})
    if "other_names" in kept:
        kept["other_names"] = _other_names(kept["other_names"])
    return kept


def _other_names(names: Any) -> dict[str, str]:
    if not isinstance(names, dict):
        raise ValidationError({"other_names": _("Other names are kept by language.")})
    kept = {language: one_line(name)[:200] for language, name in names.items() if language in SCRIPTS}
    return {language: name for language, name in kept.items() if name}


def checked_fields(customer: Customer, names: Iterable[str]) -> None:
    """Length, choices, ranges: ValidationError with the field's name."""
    asked = set(names)
    every = {field.name for field in Customer._meta.fields}
    customer.clean_fields(exclude=every - asked)


@transaction.atomic
def add_customer(
    *,
    by: User | None,
    name: str,
    kind: str = Kind.BUSINESS,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    whatsapp: str = "",
    contact_name: str = "",
    tags: Iterable[str] = (),
    source: str = "hand",
    lifecycle: str = Lifecycle.CUSTOMER,
    batch: Batch | None = None,
    **fields: Any,
) -> Customer:
    """A new customer with its first contact. Phones, e-mails and WhatsApp are typed text and kept in normal
    form; FIELDS are of EDITABLE. The branch is the actor's unless given. A namesake is not refused (see
    customers.duplicates). ValidationError names the field that is wrong: name, phones, emails, whatsapp,
    tags …"""
    values = cleaned_fields({"name": name, "kind": kind, **fields})
    values.setdefault("branch", by.branch if by else None)
    customer = Customer(
        source=source, batch=batch, lifecycle=lifecycle, name_sort=sort_name(values["name"]), **values
    )
    checked_fields(customer, values)
    customer.save()
    contact = Contact(
        customer=customer,
        name=one_line(contact_name) or customer.name,
        language=customer.language,
        is_primary=True,
        batch=batch,
    )
    contact.clean_fields(exclude=["customer", "batch"])
    contact.save()
    attach_identities(contact, phones=phones, emails=emails, whatsapp=whatsapp, batch=batch)
    for tag in _tags(tags):
        CustomerTag.objects.get_or_create(tag=tag, customer=customer, defaults={"batch": batch})
    index_names([customer.pk])
    tell(
        customer,
        "customers.customer.added",
        group="other",
        at=customer.created_at,
        by=by,
        subject="customer",
        subject_id=customer.pk,
    )
    audit.record("customers.customer.added", customer, by=by, source=source)
    announce("customers.changed", customer_ids=[customer.pk])
    announce("customers.added", customer_ids=[customer.pk])
    return customer


def _tags(names: Iterable[str]) -> list[Tag]:
    from grahak.customers.actions.mass import tag_named

    return [tag_named(name) for name in dict.fromkeys(one_line(name) for name in names) if name]


@transaction.atomic
def edit_customer(customer: Customer, *, by: User | None, **fields: Any) -> Customer:
    """Change fields of EDITABLE; only those that differ are written, audited and announced. A person's first
    contact is renamed with them while both bear the same name."""
    values = cleaned_fields(fields)
    locked = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    before = {name: getattr(locked, name) for name in values}
    changes = {name: value for name, value in values.items() if before[name] != value}
    if not changes:
        return customer
    for name, value in changes.items():
        setattr(locked, name, value)
    checked_fields(locked, changes)
    if "name" in changes:
        locked.name_sort = sort_name(locked.name)
        Contact.objects.filter(customer=locked, is_primary=True, name=before["name"]).update(name=locked.name)
    locked.save()
    if changes.keys() & {"name", "other_names"}:
        index_names([locked.pk])
    audit.record("customers.customer.edited", locked, by=by, changes=audit.changed(before, changes))
    announce("customers.changed", customer_ids=[locked.pk])
    announce("customers.edited", customer_ids=[locked.pk], fields=sorted(changes))
    customer.refresh_from_db()
    return customer


@transaction.atomic
def archive_customer(customer: Customer, *, by: User | None) -> Customer:
    """Put a customer away: out of lists, search and messages; orders and khata stay. Undone by
    restore_customer."""
    changed = Customer.objects.filter(pk=customer.pk, archived_at=None).update(archived_at=timezone.now())
    customer.refresh_from_db()
    if changed:
        audit.record("customers.customer.archived", customer, by=by)
        announce("customers.changed", customer_ids=[customer.pk])
    return customer


@transaction.atomic
def restore_customer(customer: Customer, *, by: User | None) -> Customer:
    """Bring a customer back that was put away; one that was merged comes back with the undo of that."""
    away = Customer.objects.filter(pk=customer.pk, archived_at__isnull=False, merged_into=None)
    changed = away.update(archived_at=None)
    customer.refresh_from_db()
    if changed:
        audit.record("customers.customer.restored", customer, by=by)
        announce("customers.changed", customer_ids=[customer.pk])
    return customer
