"""Many customers made or changed in one go, for programmes: the same rows, checks, lines in the log and announcements
as one by one, with a fixed number of statements for a hundred. What is wrong with one holds up no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.actions.contacts import normal_identity
from grahak.customers.actions.customers import checked_fields, cleaned_fields
from grahak.customers.actions.mass import tag_named
from grahak.customers.actions.names import index_names, keys_of, sort_name
from grahak.customers.actions.timeline import tell_all
from grahak.customers.models import Activity, Contact, Customer, CustomerTag, Identity, Kind, NameKey
from grahak.customers.models.customer import IdentityKind
from grahak.customers.text import one_line

Known = tuple[str, str]  # (kind, value in normal form)


@dataclass
class Draft:
    """A customer to make: FIELDS of add_customer; the rest is worked out by `checked`."""

    fields: Mapping[str, Any]
    customer: Customer | None = None
    contact: Contact | None = None
    identities: dict[Known, str] = field(default_factory=dict)  # → as typed
    tags: list[str] = field(default_factory=list)


def read_identities(
    phones: Sequence[str] = (), emails: Sequence[str] = (), whatsapp: str = ""
) -> dict[Known, str]:
    """Typed phones, e-mails and a WhatsApp number in normal form. ValidationError keyed phones, emails or whatsapp."""
    asked = [
        *(("phones", IdentityKind.PHONE, typed) for typed in phones),
        ("whatsapp", IdentityKind.WHATSAPP, whatsapp),
        *(("emails", IdentityKind.EMAIL, typed) for typed in emails),
    ]
    found: dict[Known, str] = {}
    for name, kind, typed in asked:
        if not one_line(typed):
            continue
        try:
            value, shown = normal_identity(kind, typed)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from None
        found.setdefault((kind.value, value[:254]), shown[:254])
    return found


def checked(draft: Draft, *, by: User | None, source: str) -> Draft:
    """DRAFT with its rows made, none saved. ValidationError as add_customer raises it."""
    fields = dict(draft.fields)
    reach = {name: fields.pop(name) for name in ("phones", "emails", "whatsapp") if name in fields}
    contact_name = one_line(fields.pop("contact_name", ""))
    tags = dict.fromkeys(one_line(name) for name in fields.pop("tags", ()))
    values = cleaned_fields({"name": "", "kind": Kind.BUSINESS, **fields})
    values.setdefault("branch", by.branch if by else None)
    customer = Customer(source=source, name_sort=sort_name(values["name"]), **values)
    checked_fields(customer, values)
    contact = Contact(name=contact_name or customer.name, language=customer.language, is_primary=True)
    contact.clean_fields(exclude=["customer", "batch"])
    if any(len(name) > 60 for name in tags):
        tag_named(next(name for name in tags if len(name) > 60))
    draft.customer, draft.contact = customer, contact
    draft.identities, draft.tags = read_identities(**reach), [name for name in tags if name]
    return draft


@transaction.atomic
def add_customers(drafts: Sequence[Draft], *, by: User | None, source: str) -> list[Customer]:
    """The customers of drafts that were `checked`, in their order."""
    customers = [draft.customer for draft in drafts if draft.customer is not None]
    Customer.objects.bulk_create(customers)
    contacts = []
    for draft in drafts:
        assert draft.contact is not None
        draft.contact.customer = draft.customer  # type: ignore[assignment]
        contacts.append(draft.contact)
    Contact.objects.bulk_create(contacts)
    Identity.objects.bulk_create(
        Identity(contact=draft.contact, kind=kind, value=value, shown=shown)  # type: ignore[misc]
        for draft in drafts
        for (kind, value), shown in draft.identities.items()
    )
    _hang_tags({draft.customer.pk: draft.tags for draft in drafts if draft.customer and draft.tags})
    NameKey.objects.bulk_create(
        key
        for one, contact in zip(customers, contacts, strict=True)
        for key in keys_of(
            one.pk, dict.fromkeys([one.name, *map(str, one.other_names.values()), contact.name])
        )
    )
    tell_all(
        Activity(
            customer=one, kind="customers.customer.added", group="other", at=one.created_at, by=by,
            subject="customer", subject_id=one.pk,
        )
        for one in customers
    )  # fmt: skip
    lines = ((one.pk, one.name, {"source": source}) for one in customers)
    audit.record_many("customers.customer.added", Customer, lines, by=by)
    ids = [one.pk for one in customers]
    if ids:
        announce("customers.changed", customer_ids=ids)
        announce("customers.added", customer_ids=ids)
    return customers


def _hang_tags(wanted: Mapping[int, Sequence[str]]) -> None:
    names = dict.fromkeys(name for tags in wanted.values() for name in tags)
    tags = {name: tag_named(name) for name in names}
    CustomerTag.objects.bulk_create(
        (CustomerTag(tag=tags[name], customer_id=pk) for pk, mine in wanted.items() for name in mine),
        ignore_conflicts=True,
    )


@dataclass
class Edit:
    """A customer to change: FIELDS of EDITABLE, and IDENTITIES to add to the main contact."""

    customer: Customer
    fields: Mapping[str, Any]
    identities: dict[Known, str] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)


def checked_edit(edit: Edit) -> Edit:
    """EDIT with what differs. The customer must be locked by the caller. ValidationError as edit_customer raises it."""
    values = cleaned_fields(dict(edit.fields))
    edit.before = {name: getattr(edit.customer, name) for name in values}
    edit.changes = {name: value for name, value in values.items() if edit.before[name] != value}
    for name, value in edit.changes.items():
        setattr(edit.customer, name, value)
    checked_fields(edit.customer, edit.changes)
    return edit


@transaction.atomic
def edit_customers(edits: Sequence[Edit], *, by: User | None) -> None:
    """Write edits that were checked; those that change nothing leave no trace."""
    changed = [edit for edit in edits if edit.changes]
    for edit in changed:
        one = edit.customer
        if "name" in edit.changes:
            one.name_sort = sort_name(one.name)
            mine = Contact.objects.filter(customer=one, is_primary=True, name=edit.before["name"])
            mine.update(name=one.name)
        names = {*edit.changes, "name_sort", "updated_at"}
        one.save(update_fields=sorted(names))
    renamed = [edit.customer.pk for edit in changed if edit.changes.keys() & {"name", "other_names"}]
    if renamed:
        index_names(renamed)
    lines = [
        (edit.customer.pk, edit.customer.name, {"changes": audit.changed(edit.before, edit.changes)})
        for edit in changed
    ]
    audit.record_many("customers.customer.edited", Customer, lines, by=by)
    reached = _add_identities(edits, by)
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for edit in changed:
        groups[tuple(sorted(edit.changes))].append(edit.customer.pk)
    ids = sorted({edit.customer.pk for edit in changed} | reached)
    if ids:
        announce("customers.changed", customer_ids=ids)
    for fields, some in groups.items():
        announce("customers.edited", customer_ids=some, fields=list(fields))


def _add_identities(edits: Sequence[Edit], by: User | None) -> set[int]:
    """Hang identities on main contacts, those that no contact of the customer has; whose changed."""
    wanted = {edit.customer.pk: edit.identities for edit in edits if edit.identities}
    if not wanted:
        return set()
    known: dict[int, set[Known]] = defaultdict(set)
    rows = Identity.objects.filter(contact__customer__in=list(wanted))
    for pk, kind, value in rows.values_list("contact__customer_id", "kind", "value"):
        known[pk].add((kind, value))
    mains: dict[int, Contact] = {}
    for contact in Contact.objects.filter(customer__in=list(wanted)).order_by("is_primary", "-id"):
        mains[contact.customer_id] = contact
    fresh = [
        (edit.customer, Identity(contact=mains[edit.customer.pk], kind=kind, value=value, shown=shown))
        for edit in edits
        if edit.customer.pk in mains
        for (kind, value), shown in edit.identities.items()
        if (kind, value) not in known[edit.customer.pk]
    ]
    Identity.objects.bulk_create([one for _customer, one in fresh], ignore_conflicts=True)
    lines = [
        (one.pk, one.name, {"contact": row.contact_id, "kind": row.kind, "value": row.value})
        for one, row in fresh
    ]
    audit.record_many("customers.identity.added", Customer, lines, by=by)
    return {customer.pk for customer, _one in fresh}
