"""Finds the customer that a shop means, or makes one. Two customers are never merged.

By the shop's own number first. Else by e-mail, else by phone, as an import does: one holder is that customer; of
several the one of the same name; else the message waits for a person. An account that is new to us takes over a
customer only where the name is the same, or where this very shop brought them as a guest with that e-mail.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.connect.connectors.documents import PartyDoc, Statement, Unreadable, sealed, version_of
from grahak.connect.connectors.models import Connector, ObjectKind, ShopObject
from grahak.connect.connectors.records import states
from grahak.connect.connectors.records.touched import Work
from grahak.connect.importing.parties import plain_name
from grahak.customers.actions import (
    add_customer,
    add_identity,
    edit_customer,
    grant_consent,
    remove_identity,
    withdraw_consent,
)
from grahak.customers.actions.contacts import normal_identity
from grahak.customers.models import Consent, ConsentState, Contact, Customer, ExternalRef, Identity

PLACES = ("address", "city", "region", "postcode", "country")
SAID = "said by "  # then our number of a customer: the row of what they said in the shop, as a guest too
TEXTS = {"address": 500, "city": 80, "region": 80, "postcode": 12, "country": 2}


def customer_of(work: Work, party: PartyDoc, version: str) -> int:
    """The customer's id; made, or brought up to date, where PARTY is news. Raises Unreadable with "ambiguous"."""
    if party.external_id:
        return _account(work, party, version)
    customer_id = _by_identity(work.connector, party, guest=True)
    if customer_id is None:
        customer_id = _make(work, party)
    hear(work, customer_id, party)
    return customer_id


def weak_version(moment: dt.datetime | None, party: PartyDoc) -> str:
    """The version of what an order says of its customer in passing: below any record of their own."""
    if party.is_whole and party.updated_at is not None:
        return account_version(version_of(party.updated_at), party)
    return "0" + sealed(version_of(moment), party.name)


def account_version(head: str, party: PartyDoc) -> str:
    """The version of a customer's own record."""
    return "1" + sealed(head, _facts(party))


def _account(work: Work, party: PartyDoc, version: str) -> int:
    connector = work.connector
    row = states.held(connector, ObjectKind.CUSTOMER, party.external_id)
    ref = ExternalRef.objects.filter(source=connector.source, external_id=party.external_id).first()
    customer_id = ref.customer_id if ref else _by_identity(connector, party, guest=False)
    if customer_id is None:
        customer_id = _make(work, party)
        row.doc, row.version = _facts(party), version
    if ref is None:
        ExternalRef.objects.create(
            customer_id=customer_id, source=connector.source, external_id=party.external_id
        )
        work.changed = True
    if states.is_newer(row, version):
        _amend(work, customer_id, row.doc, party)
        row.doc, row.version = row.doc | {k: v for k, v in _facts(party).items() if v}, version
    row.customer_id = customer_id
    row.save()
    hear(work, customer_id, party)
    return customer_id


def _by_identity(connector: Connector, party: PartyDoc, *, guest: bool) -> int | None:
    """The customer who has the e-mail, else the phone; None where nobody has."""
    for kind, typed in (("email", party.email), ("phone", party.phone)):
        value = _normal(kind, typed)
        if not value:
            continue
        kinds = ("phone", "whatsapp") if kind == "phone" else (kind,)
        rows = Identity.objects.filter(kind__in=kinds, value=value, contact__customer__archived_at=None)
        holders = {
            pk: (name, source)
            for pk, name, source in rows.values_list(
                "contact__customer_id", "contact__customer__name", "contact__customer__source"
            )
        }
        if not holders:
            continue
        same = [
            pk
            for pk, (name, _from) in holders.items()
            if plain_name(name) == plain_name(_name(party, connector))
        ]
        if guest:
            if len(holders) == 1:
                return next(iter(holders))
            if len(same) == 1:
                return same[0]
            raise Unreadable("customer", "ambiguous", count=len(holders), text=typed)
        free = [pk for pk in same if not _has_account(connector, pk)]
        if len(free) == 1:
            return free[0]
        ours = [
            pk
            for pk, (_known, source) in holders.items()
            if kind == "email" and source == connector.source and not _has_account(connector, pk)
        ]
        if len(ours) == 1:
            return ours[0]
    return None


def _has_account(connector: Connector, customer_id: int) -> bool:
    return ExternalRef.objects.filter(customer_id=customer_id, source=connector.source).exists()


def _normal(kind: str, typed: str) -> str:
    """An e-mail or phone in normal form; "" for one that can't be read: a web form takes anything, and an order
    must not wait for it."""
    if not typed:
        return ""
    try:
        return normal_identity(kind, typed)[0]
    except ValidationError:
        return ""


def _name(party: PartyDoc, connector: Connector) -> str:
    firm = party.company if connector.customer_kind == "business" else ""
    return (firm or party.name or party.company or party.email or party.phone or party.external_id)[:200]


def _make(work: Work, party: PartyDoc) -> int:
    connector = work.connector
    customer = add_customer(
        by=None,
        name=_name(party, connector),
        kind=connector.customer_kind,
        contact_name=party.name,
        phones=[party.phone] if _normal("phone", party.phone) else [],
        emails=[party.email] if _normal("email", party.email) else [],
        source=connector.source,
        branch=connector.branch,
        **{name: getattr(party, name)[: TEXTS[name]] for name in PLACES},
    )
    work.changed = True
    return customer.pk


def _facts(party: PartyDoc) -> dict[str, Any]:
    """What is kept of a customer's last state, to see what the shop changed since."""
    names = ("name", "company", "email", "phone", *PLACES)
    return {name: getattr(party, name) for name in names}


def _amend(work: Work, customer_id: int, before: dict[str, Any], party: PartyDoc) -> None:
    """Bring a customer in step with what changed in the shop since BEFORE. What a colleague wrote here stays
    until the shop changes that very field; what the shop leaves empty stays."""
    customer = Customer.objects.get(pk=customer_id)
    old = PartyDoc(external_id=party.external_id, **{name: before.get(name, "") for name in _facts(party)})
    changes: dict[str, Any] = {}
    if _name(party, work.connector) != _name(old, work.connector) and (party.name or party.company):
        changes["name"] = _name(party, work.connector)
    for name in PLACES:
        value = getattr(party, name)[: TEXTS[name]]
        if value and value != before.get(name, ""):
            changes[name] = value
    changes = {name: value for name, value in changes.items() if getattr(customer, name) != value}
    if changes:
        edit_customer(customer, by=None, **changes)
        work.changed = True
    for kind in ("email", "phone"):
        _move_identity(work, customer_id, kind, before.get(kind, ""), getattr(party, kind))


def _move_identity(work: Work, customer_id: int, kind: str, before: str, after: str) -> None:
    """The shop's new e-mail or phone takes the place of its old one."""
    new, old = _normal(kind, after), _normal(kind, before)
    if not new or new == old:
        return
    contact = Contact.objects.filter(customer_id=customer_id).first()
    if contact is None:
        return
    if not contact.identities.filter(kind=kind, value=new).exists():
        add_identity(contact, kind, after, by=None)
        work.changed = True
    gone = contact.identities.filter(kind=kind, value=old).first() if old else None
    if gone is not None:
        remove_identity(gone, by=None)


def hear(work: Work, customer_id: int | None, party: PartyDoc, *, late: bool = False) -> None:
    """Keep what a customer said in the shop about messages, where it differs from what holds here. A statement
    counts by its own moment: an old message may tell one that no newer message repeats. LATE: the message is old or
    known, so that a statement without a moment is not one of now."""
    if customer_id is None or not party.statements:
        return
    contact = Contact.objects.filter(customer_id=customer_id).select_related("customer").first()
    if contact is None or is_erased(contact.customer):
        return
    row = states.held(work.connector, ObjectKind.CUSTOMER, f"{SAID}{customer_id}")
    for one in party.statements:
        at = one.at or party.updated_at
        if at is not None or not late:
            _state(work, contact, one, at or timezone.now(), row.doc)
    row.customer_id = customer_id
    row.save()


def _state(work: Work, contact: Contact, one: Statement, at: dt.datetime, said: dict[str, str]) -> None:
    """Take one statement over. SAID holds when each was last said in the shop, even where it changed nothing; what
    was said later, here or there, stays."""
    key = f"{one.channel}/{one.purpose}"
    if key in said and at <= dt.datetime.fromisoformat(said[key]):
        return
    said[key] = at.isoformat()
    rows = Consent.objects.filter(contact=contact, channel=one.channel, purpose=one.purpose)
    current = rows.filter(is_current=True).first()
    state = ConsentState.GRANTED if one.granted else ConsentState.WITHDRAWN
    if current is not None and (current.state == state or at <= current.at):
        return
    act = grant_consent if one.granted else withdraw_consent
    act(contact, one.channel, one.purpose, by=None, how=one.how, at=at)
    work.changed = True


def keep_customer(work: Work, party: PartyDoc, head: str) -> bool:
    """Work a customer's own record; False where it is known."""
    row = states.held(work.connector, ObjectKind.CUSTOMER, party.external_id)
    version = account_version(head, party)
    if row.customer_id is not None and not states.is_newer(row, version):
        work.customer_id = row.customer_id
        hear(work, row.customer_id, party, late=True)
        return work.changed
    work.customer_id = customer_of(work, party, version)
    return True


def forget(customer_id: int) -> None:
    """Nothing of this person stays in what we keep of shops: their own record goes, of their orders, refunds and
    payments the words. These stay theirs, who is nameless by then: the books need them."""
    ShopObject.objects.filter(customer_id=customer_id, kind=ObjectKind.CUSTOMER).delete()
    for row in ShopObject.objects.filter(customer_id=customer_id).exclude(doc={}).iterator(500):
        row.doc |= {name: "" for name in ("note", "reference") if row.doc.get(name)}
        row.save(update_fields=["doc"])


def is_erased(customer: Customer | None) -> bool:
    return customer is not None and customer.source == "erased"
