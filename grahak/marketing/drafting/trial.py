"""A letter as one person would get it, to be looked at or sent to a colleague. It is no message of the ledger: nothing
in it is counted, and nobody can be unsubscribed by it."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from grahak.channels.email import accounts
from grahak.channels.renderers import Words
from grahak.core import audit, links
from grahak.core.models import User
from grahak.customers.models import Contact, Customer
from grahak.marketing.letters import preview
from grahak.marketing.models import Letter
from grahak.marketing.words.people import closed_to


def reader_of(customer: Customer | None) -> Contact | None:
    """The contact of a customer who would read it."""
    if customer is None:
        return None
    return Contact.objects.filter(customer=customer).order_by("-is_primary", "pk").first()


def somebody(by: User) -> Customer | None:
    """The customer whom a preview shows before one is chosen."""
    return Customer.objects.visible_to(by).order_by("pk").first()


def language_for(letter: Letter, reader: Contact | None) -> str:
    """The language in which READER gets the letter: their own where it is written, else the letter's."""
    own = (reader.language or reader.customer.language) if reader else ""
    return preview.said_in(letter, letter.default_language, own)


def as_read(
    letter: Letter, language: str, reader: Contact | None, *, by: Any, base: str = "", purpose: str = "offers"
) -> Words:
    """The mail in LANGUAGE as READER gets it (None: somebody made up), our own addresses beginning with BASE; without
    what is kept from BY, who looks at it. Raises Mistake (FieldMistake where a block is to blame) and BadDocument."""
    if reader is not None:
        try:
            return preview.for_contact(
                letter, language, reader.pk, purpose=purpose, base=base, closed=closed_to(by)
            )
        except LookupError:
            pass  # removed just now
    return preview.sampled(letter, language, purpose=purpose, base=base)


def send_test(
    letter: Letter, language: str, reader: Contact | None, *, to: str, by: User, purpose: str = "offers"
) -> None:
    """Send the letter to a colleague's address as READER would get it. Raises what `as_read` raises, NoSender, or the
    mail server's error."""
    accounts.required()
    words = as_read(letter, language, reader, by=by, base=links.origin(), purpose=purpose)
    mail = EmailMultiAlternatives(_("Test: %(subject)s") % {"subject": words.subject}, words.text, to=[to])
    mail.attach_alternative(words.html, "text/html")
    mail.send()
    audit.record("marketing.letter.tried", letter, by=by, to=to, language=language)
