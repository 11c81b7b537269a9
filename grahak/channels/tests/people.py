"""A small audience and a renderer for the tests of the ledger."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from grahak.channels import ledger, renderers
from grahak.channels.models import Dispatch
from grahak.channels.renderers import Recipient, Renderer, Words
from grahak.customers.models import Consent, Contact, Customer, Identity

LETTER = "letter"


def somebody(name: str, email: str = "", *, consent: str = "granted", language: str = "en") -> Contact:
    """A customer with one contact, an address and what they said to offers."""
    customer = Customer.objects.create(name=name, name_sort=name.lower(), language=language)
    contact = Contact.objects.create(customer=customer, name=name, is_primary=True, language=language)
    if email:
        Identity.objects.create(contact=contact, kind="email", value=email)
    if consent:
        yesterday = timezone.now() - dt.timedelta(days=1)
        Consent.objects.create(
            contact=contact, channel="email", purpose="offers", state=consent, how="form", at=yesterday
        )
    return contact


def everybody(contacts: list[Contact]) -> list[Recipient]:
    return [Recipient(contact.customer_id, contact.pk, contact.language) for contact in contacts]


def launched(*contacts: Contact, purpose: str = "offers") -> Dispatch:
    """A dispatch of a plain letter to CONTACTS, frozen and ready to be sent."""
    renderers.register(
        Renderer(
            LETTER,
            lambda dispatch: everybody(list(contacts)),
            lambda dispatch, rows: [
                Words(row.id, f"To {row.address}", "Hello", "<p>Hello</p>") for row in rows
            ],
        )
    )
    number = Dispatch.objects.count() + 1
    dispatch = Dispatch.objects.create(renderer=LETTER, subject_id=number, title="Letter", purpose=purpose)
    ledger.launch(dispatch, everybody(list(contacts)))
    return dispatch
