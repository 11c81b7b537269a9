"""Which contact an account belongs to: the one that has it; else the only one with its e-mail, or with its phone
and a name that sounds alike; else somebody new. What colleagues wrote down is never overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from grahak.connect.digest.links import account_key
from grahak.connect.digest.traits import Traits
from grahak.core import audit, business
from grahak.core.events import announce
from grahak.core.names import similarity
from grahak.customers.actions import (
    add_contact,
    add_customer,
    add_identity,
    edit_contact,
    edit_customer,
    grant_consent,
    tell,
    withdraw_consent,
)
from grahak.customers.models import (
    Activity,
    Consent,
    Contact,
    Customer,
    Event,
    Identity,
    Kind,
    SourceKind,
    Visitor,
)
from grahak.customers.models.customer import IdentityKind

ALIKE = 0.8
SAME = "customers.customer.alike"
# Sources that a shop's own programmes write to; what a browser sends, anybody could have sent
TRUSTED = (SourceKind.SERVER, SourceKind.WOOCOMMERCE, SourceKind.SHOPIFY, SourceKind.TILL)


def contact_of(account: Visitor, told: Traits, event: Event) -> Contact | None:
    """The account's contact, found or made, with what TOLD adds; None where nothing is known about it."""
    contact = _holder(account)
    if contact is None and account.customer is not None:
        contact = _new_at(account.customer, told)
    if contact is None:
        contact = _found(account, told, event) or _new(told, event)
    if contact is None:
        return None
    Identity.objects.get_or_create(
        kind=IdentityKind.ACCOUNT, value=account_key(account.value), defaults={"contact": contact}
    )
    fill(contact, told, event.at)
    _consent(contact, told, event)
    return contact


def guess(visitor: Visitor, told: Traits) -> set[int]:
    """An anonymous visitor who left an address: theirs, if exactly one contact has it. Nobody new is made."""
    if visitor.customer_id or visitor.user_id or not told.email:
        return set()
    having = _with(IdentityKind.EMAIL, told.email)
    if len(having) != 1:
        return set()
    Visitor.objects.filter(pk=visitor.pk).update(customer=having[0].customer_id, contact=having[0].pk)
    announce("customers.changed", customer_ids=[having[0].customer_id])
    return {visitor.pk}


def _holder(account: Visitor) -> Contact | None:
    held = Identity.objects.filter(kind=IdentityKind.ACCOUNT, value=account_key(account.value))
    found = held.select_related("contact__customer").first()
    if found or account.contact:
        return found.contact if found else account.contact
    return account.user.contact if account.user else None  # it went on as another account


def _with(kind: str, value: str) -> list[Contact]:
    """At most three contacts of customers in use who have this e-mail or phone."""
    if not value:
        return []
    kinds = [kind] if kind == IdentityKind.EMAIL else [IdentityKind.PHONE, IdentityKind.WHATSAPP]
    rows = Contact.objects.filter(
        identities__kind__in=kinds, identities__value=value, customer__archived_at=None
    )
    return list(rows.select_related("customer").distinct().order_by("pk")[:3])


def _has_account(contact: Contact) -> bool:
    return Identity.objects.filter(contact=contact, kind=IdentityKind.ACCOUNT).exists()


def _found(account: Visitor, told: Traits, event: Event) -> Contact | None:
    """Somebody who is known already and is surely meant."""
    having = _with(IdentityKind.EMAIL, told.email)
    how = "email"
    if not having and told.name:
        how, having = "phone", _with(IdentityKind.PHONE, told.phone_key)
        alike = [one for one in having if sounds_like(one, told.name)]
        having = having if len(having) == len(alike) == 1 else []
    if len(having) != 1 or _has_account(having[0]):
        return None
    audit.record("connect.account.linked", having[0].customer, by=None, account=account.pk, how=how)
    return having[0]


def sounds_like(contact: Contact, name: str) -> bool:
    """Whether a name may be a spelling of a contact's, in whatever script."""
    names = {contact.name, contact.customer.name, *(contact.customer.other_names or {}).values()}
    return any(similarity(name, one, typing=False) >= ALIKE for one in names)


def _new(told: Traits, event: Event) -> Contact | None:
    """A new customer; None where the call told nothing to write down."""
    if not told.is_anybody:
        return None
    known = _with(IdentityKind.EMAIL, told.email)
    customer = add_customer(
        by=None,
        name=told.name or told.email or told.phone,
        kind=Kind.PERSON,
        phones=[told.phone] if told.phone else [],
        emails=[told.email] if told.email else [],
        source="web",
        language=told.language,
        **told.place,
    )
    may_be_same(customer.pk, [one.customer_id for one in known], event.at)
    return Contact.objects.get(customer=customer, is_primary=True)


def _new_at(customer: Customer, told: Traits) -> Contact | None:
    """A new contact of a customer that the account belongs to already: its firm, or whose contact is gone."""
    first = Contact.objects.filter(customer=customer, is_primary=True).first()
    if customer.kind == Kind.PERSON or not told.is_anybody:
        return first
    known = [one for one in _with(IdentityKind.EMAIL, told.email) if one.customer_id == customer.pk]
    if known and not _has_account(known[0]):
        return known[0]
    return add_contact(
        customer, by=None, name=told.name or told.email or told.phone, role=told.role, language=told.language
    )


def fill(contact: Contact, told: Traits, at: dt.datetime) -> None:
    """Put what was told where nothing stands. An e-mail that another customer has is not taken over: that they
    may be the same is written down instead."""
    customer = contact.customer
    names = {name: value for name, value in told.place.items() if customer.kind == Kind.PERSON}
    if customer.kind == Kind.PERSON and told.language:
        names["language"] = told.language
    if any(names.get(part) for part in ("address", "city")) and (customer.address or customer.city):
        names = {
            name: value for name, value in names.items() if name == "language"
        }  # no halves of two addresses
    fields = {name: value for name, value in names.items() if not getattr(customer, name)}
    if told.name and _is_makeshift(contact, customer.name):
        fields["name"] = told.name
    if fields:
        edit_customer(customer, by=None, **fields)
    contact.refresh_from_db()
    more = {"language": told.language, "role": told.role}
    missing = {name: value for name, value in more.items() if value and not getattr(contact, name)}
    if missing:
        edit_contact(contact, by=None, **missing)
    _reach(contact, told, at)


def _is_makeshift(contact: Contact, name: str) -> bool:
    """Whether a name is only the e-mail, phone or account that somebody was written down by."""
    return any(name in (one.value, one.shown) for one in contact.identities.all())


def _reach(contact: Contact, told: Traits, at: dt.datetime) -> None:
    kinds = set(contact.identities.values_list("kind", flat=True))
    if told.email:
        others = {one.customer_id for one in _with(IdentityKind.EMAIL, told.email)} - {contact.customer_id}
        mine = contact.identities.filter(kind=IdentityKind.EMAIL, value=told.email).exists()
        if others and not mine:
            may_be_same(contact.customer_id, others, at)
        elif IdentityKind.EMAIL not in kinds:
            add_identity(contact, IdentityKind.EMAIL, told.email, by=None)
    if told.phone and not kinds & {IdentityKind.PHONE, IdentityKind.WHATSAPP}:
        add_identity(contact, IdentityKind.PHONE, told.phone, by=None)


def _consent(contact: Contact, told: Traits, event: Event) -> None:
    """A yes or no that came as a trait. A yes out of a browser never overturns a no; what is not told says
    nothing, and a "no" where nobody ever said yes is no statement."""
    if told.yes is None or not contact.identities.filter(kind=IdentityKind.EMAIL).exists():
        return
    current = Consent.objects.filter(
        contact=contact, channel="email", purpose="offers", is_current=True
    ).first()
    state = current.state if current else ""
    with translation.override(business.required().language):
        how = _("on the web shop (%(source)s)") % {"source": event.source.name}
        if told.yes and (not state or (state == "withdrawn" and event.source.kind in TRUSTED)):
            grant_consent(contact, "email", "offers", by=None, how=how, at=event.at)
        elif not told.yes and state == "granted":
            withdraw_consent(contact, "email", "offers", by=None, how=how, at=event.at)


def may_be_same(customer_id: int, others: Iterable[int], at: dt.datetime) -> None:
    """Write on both pages, once, that two customers may be one; nobody is merged."""
    for other in sorted(set(others) - {customer_id}):
        for mine, theirs in ((customer_id, other), (other, customer_id)):
            if not Activity.objects.filter(customer=mine, kind=SAME, facts__other=theirs).exists():
                tell(mine, SAME, group="other", at=at, subject="alike", facts={"other": theirs})
