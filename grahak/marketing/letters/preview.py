"""A letter as somebody would get it, without sending it: for the preview, the test to a colleague and the checks. Its
links are not counted, nobody can be unsubscribed by it, and it takes no coupon code."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from grahak.channels import tokens
from grahak.channels.email import accounts
from grahak.channels.renderers import Words
from grahak.core import business, links
from grahak.marketing.letters import document as documents
from grahak.marketing.letters import shelves
from grahak.marketing.letters.compile import Compiled, compiled
from grahak.marketing.models import Brand, Letter
from grahak.marketing.words import liquid
from grahak.marketing.words.mail import Addresses, Own, say
from grahak.marketing.words.people import Person, people, sample_values

SAMPLE_CODE = "SAMPLE-7Q4K"


def said_in(letter: Letter, own: str, wanted: str) -> str:
    """The language that somebody gets who reads WANTED: that one, else the campaign's OWN, else the letter's. Raises
    BadDocument."""
    there = documents.languages_in(letter.document)
    return next((code for code in (wanted, own, letter.default_language) if code in there), there[0])


def for_contact(
    letter: Letter, language: str, contact_id: int, *, purpose: str = "offers", base: str = "", subject: str = "",
    brand: Brand | None = None, closed: frozenset[str] = frozenset(),
) -> Words:  # fmt: skip
    """The letter as a contact would get it who reads LANGUAGE. BASE is what our own addresses begin with: empty for a
    page of ours; CLOSED are tags of which nothing is said. Raises LookupError where there is no such contact,
    liquid.Mistake where it cannot be said."""
    made = compiled(letter, said_in(letter, "", language), brand, base=base)
    names = {*made.names, *(liquid.names_in(subject) if subject else ())}
    person = people([(contact_id, made.language)], names, closed).get(contact_id)
    if person is None:
        raise LookupError(contact_id)
    return _said(made, person, purpose, base, subject)


def sampled(
    letter: Letter, language: str, *, purpose: str = "offers", base: str = "", brand: Brand | None = None
) -> Words:
    """The letter with made-up values, for a template that has no audience. Raises liquid.Mistake, BadDocument."""
    made = compiled(letter, said_in(letter, "", language), brand, base=base)
    with override(made.language):
        person = Person(0, 0, _("Ayesha Khan"), sample_values(made.language))
    return _said(made, person, purpose, base, "")


def _said(made: Compiled, person: Person, purpose: str, base: str, subject: str) -> Words:
    stop = links.absolute(reverse("channels:stop", args=[tokens.TRIAL]))
    cards = shelves.filled([(0, person.customer_id, made)], base=base)[0].said(str) if made.picks else {}
    account, shop = accounts.current(), business.current()
    sender = account.letterhead.from_name if account else shop.name if shop else ""
    return say(
        made, person, Addresses(link=str, stop=stop), message_id=0, sender_name=sender, purpose=purpose,
        own=Own(SAMPLE_CODE if made.coupon == "list" else "", cards),
        subject=liquid.parsed(subject) if subject else None,
    )  # fmt: skip
