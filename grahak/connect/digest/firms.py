"""A group is a business customer: found again by its id, made from its traits, with the people who belong to it
as its contacts.

Somebody who was a customer of their own stays one (their orders are theirs), and becomes a contact of the firm
with their account: what they do from then on, and what they did, counts for the firm. A customer that only the
digest made, on whom nothing else hangs, is put away. Who belongs to one firm already stays there.
"""

from __future__ import annotations

from typing import Any

from grahak.connect.digest import people, traits
from grahak.connect.digest.links import account_key, account_of, join
from grahak.connect.digest.traits import Traits
from grahak.core import audit
from grahak.customers.actions import (
    add_contact,
    add_customer,
    archive_customer,
    edit_customer,
    index_names,
    tell,
)
from grahak.customers.models import Consent, Contact, Customer, Event, ExternalRef, Identity, Kind, Visitor
from grahak.customers.models.customer import IdentityKind
from grahak.sales.models import LedgerEntry, Order, Payment

SOURCE = "group"


def join_firm(event: Event) -> set[int]:
    """Follow one group call. Returns the visitors who belong to another customer than before."""
    group = str(event.subject or (event.properties or {}).get("groupId") or "")[:120]
    if not group:
        return set()
    told = traits.read(event.properties)
    firm = _firm(group, told)
    account = account_of(event.visitor)
    return _enter(firm, account, event) if account else set()


def _firm(group: str, told: Traits) -> Customer:
    ref = ExternalRef.objects.filter(source=SOURCE, external_id=group).select_related("customer").first()
    firm = ref.customer if ref else _by_tax_id(told.tax_id)
    if firm is None:
        firm = add_customer(
            by=None, name=told.name or group, kind=Kind.BUSINESS, source="web", tax_id=told.tax_id,
            emails=[told.email] if told.email else [], phones=[told.phone] if told.phone else [], **told.place,
        )  # fmt: skip
    if ref is None:
        ExternalRef.objects.create(customer=firm, source=SOURCE, external_id=group)
    fields: dict[str, Any] = {
        name: value for name, value in told.place.items() if not (firm.address or firm.city)
    }
    if told.tax_id and not firm.tax_id:
        fields["tax_id"] = told.tax_id
    if told.name and firm.name == group:
        fields["name"] = told.name
    if fields:
        edit_customer(firm, by=None, **fields)
    return firm


def _by_tax_id(tax_id: str) -> Customer | None:
    """The only firm in use with this number, if there is one."""
    if not tax_id:
        return None
    having = list(Customer.objects.active().filter(kind=Kind.BUSINESS, tax_id__iexact=tax_id)[:2])
    return having[0] if len(having) == 1 else None


def _enter(firm: Customer, account: Visitor, event: Event) -> set[int]:
    """The account belongs to FIRM, unless it belongs to another firm already."""
    account.refresh_from_db()
    before = account.contact
    if account.customer_id == firm.pk:
        return set()
    if account.customer is not None and account.customer.kind == Kind.BUSINESS:
        _say(account.customer, firm, event)
        return set()
    if before is None:
        Visitor.objects.filter(pk=account.pk).update(
            customer=firm
        )  # a contact is made once they say who they are
        return {account.pk}
    contact = _as_contact(firm, before)
    _hand_over(account, before, contact)
    joined = join(account, contact)
    _say(before.customer, firm, event)
    if _is_empty(before.customer):
        archive_customer(before.customer, by=None)
    return joined


def _as_contact(firm: Customer, person: Contact) -> Contact:
    """The person at the firm: who is there with their e-mail or phone, else a new contact with them."""
    reach = list(person.identities.filter(kind__in=("email", "phone", "whatsapp")))
    for one in reach:
        same = Contact.objects.filter(customer=firm, identities__kind=one.kind, identities__value=one.value)
        there = same.exclude(identities__kind=IdentityKind.ACCOUNT).first()
        if there is not None and (one.kind == "email" or people.sounds_like(there, person.name)):
            return there
    contact = add_contact(firm, by=None, name=person.name, role=person.role, language=person.language)
    Identity.objects.bulk_create(
        [Identity(contact=contact, kind=one.kind, value=one.value, shown=one.shown) for one in reach]
    )
    return contact


def _hand_over(account: Visitor, before: Contact, after: Contact) -> None:
    """The account, which one contact has at a time, goes along to the firm."""
    held = Identity.objects.filter(
        kind=IdentityKind.ACCOUNT, value=account_key(account.value), contact=before
    )
    held.update(contact=after)
    index_names([after.customer_id])
    audit.record(
        "connect.account.moved", after.customer, by=None, account=account.pk, before=before.customer_id
    )


def _say(person: Customer, firm: Customer, event: Event) -> None:
    tell(
        person, "customers.contact.at_firm", group="other", at=event.at, subject="firm", subject_id=event.pk,
        title=firm.name, facts={"firm": firm.pk},
    )  # fmt: skip


def _is_empty(customer: Customer) -> bool:
    """Whether only the digest knows this customer: nothing of their own hangs on them."""
    if customer.source != "web" or customer.kind != Kind.PERSON:
        return False
    mine = {"customer": customer}
    if any(model.objects.filter(**mine).exists() for model in (Order, Payment, LedgerEntry)):
        return False
    theirs = {"contact__customer": customer}
    if (
        Identity.objects.filter(kind=IdentityKind.ACCOUNT, **theirs).exists()
        or Consent.objects.filter(**theirs).exists()
    ):
        return False
    hanging = (customer.notes, customer.tasks, customer.tag_links, customer.refs)
    return not any(rows.exists() for rows in hanging) and not customer.messages.exists()
