"""The people we talk to at a customer, and the phones, addresses and cards by which they are recognised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.events import announce
from grahak.core.models import Batch, User
from grahak.core.parsing import Unreadable, clean_email, parse_phone
from grahak.core.parsing.contacts import HOME_REGIONS
from grahak.customers import birthdays
from grahak.customers.actions.names import index_names
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Contact, Customer, Identity
from grahak.customers.models.customer import EXCLUSIVE, IdentityKind
from grahak.customers.text import one_line


def regions() -> tuple[str, ...]:
    """Where a phone without a country code may be from, the business's own country first."""
    found = business.current()
    home = found.country if found else HOME_REGIONS[0]
    return tuple(dict.fromkeys((home, *HOME_REGIONS)))


def normal_identity(kind: str, typed: str) -> tuple[str, str]:
    """(value in normal form, text to show). A phone that no country uses is kept by its digits, because a
    shop writes down what it is told. ValidationError if there is nothing to read."""
    shown = one_line(typed)
    try:
        if kind == IdentityKind.EMAIL:
            return clean_email(shown), shown
        if kind in (IdentityKind.PHONE, IdentityKind.WHATSAPP):
            phone = parse_phone(shown, regions())
            digits = "".join(char for char in shown if char.isdecimal())
            return phone.e164 or "".join(str(int(char)) for char in digits), shown
    except Unreadable as error:
        raise ValidationError(str(error)) from None
    if not shown:
        raise ValidationError(_("Write something first."))
    if len(shown) > 120:
        raise ValidationError(_("At most 120 characters."))
    return shown, shown


def attach_identities(
    contact: Contact,
    *,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    whatsapp: str = "",
    batch: Batch | None = None,
) -> list[Identity]:
    """Hang typed phones, e-mails and a WhatsApp number on a contact; blanks and repeats are left out.
    ValidationError is keyed phones, emails or whatsapp."""
    asked = [
        *(("phones", IdentityKind.PHONE, typed) for typed in phones),
        *(("whatsapp", IdentityKind.WHATSAPP, typed) for typed in [whatsapp]),
        *(("emails", IdentityKind.EMAIL, typed) for typed in emails),
    ]
    made: list[Identity] = []
    for field, kind, typed in asked:
        if not one_line(typed):
            continue
        try:
            value, shown = normal_identity(kind, typed)
        except ValidationError as error:
            raise ValidationError({field: error.messages}) from None
        row, new = Identity.objects.get_or_create(
            contact=contact, kind=kind, value=value[:254], defaults={"shown": shown[:254], "batch": batch}
        )
        if new:
            made.append(row)
    return made


def _changed(customer_id: int) -> None:
    announce("customers.changed", customer_ids=[customer_id])


def _named(name: str) -> str:
    kept = one_line(name)
    if not kept:
        raise ValidationError({"name": _("Every contact needs a name.")})
    return kept


def _birthday(typed: str) -> str:
    try:
        return birthdays.read(typed)
    except ValidationError as error:
        raise ValidationError({"birthday": error.messages}) from None


@transaction.atomic
def add_contact(
    customer: Customer,
    *,
    by: User | None,
    name: str,
    role: str = "",
    language: str = "",
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    whatsapp: str = "",
    birthday: str = "",
) -> Contact:
    """One more person at a customer; the first one becomes the main contact."""
    first = not Contact.objects.filter(customer=customer, is_primary=True).exists()
    contact = Contact(
        customer=customer, name=_named(name), role=one_line(role), language=language, is_primary=first,
        birthday=_birthday(birthday),
    )  # fmt: skip
    contact.clean_fields(exclude=["customer", "batch"])
    contact.save()
    attach_identities(contact, phones=phones, emails=emails, whatsapp=whatsapp)
    index_names([customer.pk])
    audit.record("customers.contact.added", customer, by=by, contact=contact.pk, name=contact.name)
    _changed(customer.pk)
    return contact


@transaction.atomic
def edit_contact(
    contact: Contact,
    *,
    by: User | None,
    name: str | None = None,
    role: str | None = None,
    language: str | None = None,
    birthday: str | None = None,
) -> Contact:
    """Rename a contact, or change role, language and birthday (typed as people say it)."""
    before = {name: getattr(contact, name) for name in ("name", "role", "language", "birthday")}
    if name is not None:
        contact.name = _named(name)
    if role is not None:
        contact.role = one_line(role)
    if language is not None:
        contact.language = language
    if birthday is not None:
        contact.birthday = _birthday(birthday)
    contact.clean_fields(exclude=["customer", "batch"])
    after = {name: getattr(contact, name) for name in before}
    changes = audit.changed(before, after)
    if not changes:
        return contact
    contact.save()
    if "name" in changes:
        index_names([contact.customer_id])
    audit.record("customers.contact.edited", contact.customer, by=by, contact=contact.pk, changes=changes)
    _changed(contact.customer_id)
    return contact


@transaction.atomic
def make_primary(contact: Contact, *, by: User | None) -> Contact:
    """This contact is the one to talk to first. ValidationError for one who left."""
    if contact.ended_on is not None:
        raise ValidationError(_("“%(name)s” has left: bring them back first.") % {"name": contact.name})
    if not contact.is_primary:
        Contact.objects.filter(customer_id=contact.customer_id, is_primary=True).update(is_primary=False)
        contact.is_primary = True
        contact.save(update_fields=["is_primary"])
        audit.record("customers.contact.made_primary", contact.customer, by=by, contact=contact.pk)
        _changed(contact.customer_id)
    return contact


def _without(contact: Contact, sentence: str) -> None:
    """Let the next contact of the customer be the main one, if this one is; ValidationError with SENTENCE where there
    is no other."""
    others = Contact.objects.filter(customer_id=contact.customer_id, ended_on=None).exclude(pk=contact.pk)
    following = others.order_by("id").first()
    if following is None:
        raise ValidationError(sentence)
    if contact.is_primary:
        Contact.objects.filter(pk=contact.pk).update(is_primary=False)
        Contact.objects.filter(pk=following.pk).update(is_primary=True)
        contact.is_primary = False


@transaction.atomic
def end_contact(contact: Contact, *, by: User | None, on: dt.date | None = None) -> Contact:
    """They left the shop: out of lists and messages, kept in the history with all that was said. If they were the main
    contact the next one is. ValidationError for the only contact."""
    if contact.ended_on is not None:
        return contact
    _without(contact, _("The only contact stays: add another one first."))
    contact.ended_on = on or business.today()
    contact.save(update_fields=["ended_on", "is_primary"])
    tell(
        contact.customer, "customers.contact.left", group="notes", by=by, contact=contact, title=contact.name
    )
    audit.record("customers.contact.ended", contact.customer, by=by, contact=contact.pk, name=contact.name)
    _changed(contact.customer_id)
    return contact


@transaction.atomic
def bring_contact_back(contact: Contact, *, by: User | None) -> Contact:
    """They are at the customer again."""
    if contact.ended_on is not None:
        contact.ended_on = None
        contact.save(update_fields=["ended_on"])
        audit.record(
            "customers.contact.restored", contact.customer, by=by, contact=contact.pk, name=contact.name
        )
        _changed(contact.customer_id)
    return contact


@transaction.atomic
def move_contact(contact: Contact, to: Customer, *, by: User | None) -> Contact:
    """They work for another customer now: phones, e-mails and what they said about messages go along; what was done
    with them before stays with the customer it was done for. Both day books tell it. ValidationError for the only
    contact, and for one who is there already."""
    if to.pk == contact.customer_id or to.archived_at is not None:
        raise ValidationError(_("Choose another customer."))
    before = contact.customer
    _without(contact, _("The only contact stays: add another one first."))
    contact.customer, contact.ended_on = to, None
    contact.is_primary = not Contact.objects.filter(customer=to, is_primary=True).exists()
    contact.save(update_fields=["customer", "ended_on", "is_primary"])
    index_names([before.pk, to.pk])
    facts = {"name": contact.name}
    tell(
        before, "customers.contact.went", group="notes", by=by, title=contact.name, text=to.name, facts=facts
    )
    tell(to, "customers.contact.came", group="notes", by=by, contact=contact, title=contact.name, text=before.name,
         facts=facts)  # fmt: skip
    for one in (before, to):
        audit.record(
            "customers.contact.moved",
            one,
            by=by,
            contact=contact.pk,
            name=contact.name,
            out_of=before.pk,
            into=to.pk,
        )
        _changed(one.pk)
    return contact


@transaction.atomic
def remove_contact(contact: Contact, *, by: User | None) -> None:
    """Delete a contact with its identities and consents. The main contact cannot go: ValidationError."""
    if contact.is_primary:
        raise ValidationError(_("The main contact stays: choose another main contact first."))
    customer = contact.customer
    kept = [[one.kind, one.value] for one in contact.identities.all()]
    audit.record(
        "customers.contact.removed", customer, by=by, contact=contact.pk, name=contact.name, identities=kept
    )
    contact.delete()
    index_names([customer.pk])
    _changed(customer.pk)


@transaction.atomic
def reach_by(
    customer: Customer,
    *,
    by: User | None,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    whatsapp: str = "",
) -> list[Identity]:
    """Hang phones, e-mails and a WhatsApp number on a customer's main contact, those that no contact of theirs has."""
    contact = Contact.objects.filter(customer=customer).order_by("-is_primary", "id").first()
    if contact is None:
        return []
    made = attach_identities(contact, phones=phones, emails=emails, whatsapp=whatsapp)
    elsewhere = Identity.objects.filter(contact__customer=customer).exclude(contact=contact)
    known = set(elsewhere.values_list("kind", "value"))
    for one in [one for one in made if (one.kind, one.value) in known]:
        made.remove(one)
        one.delete()
    for one in made:
        audit.record(
            "customers.identity.added", customer, by=by, contact=contact.pk, kind=one.kind, value=one.value
        )
    if made:
        _changed(customer.pk)
    return made


@transaction.atomic
def add_identity(contact: Contact, kind: str, typed: str, *, by: User | None) -> Identity:
    """One more way to recognise a contact. A card, shop account or web id that another contact holds is
    refused; a phone or e-mail may serve several."""
    if kind not in IdentityKind.values:
        raise ValueError(f"no such kind of identity: {kind}")
    value, shown = normal_identity(kind, typed)
    if kind in EXCLUSIVE:
        other = Identity.objects.filter(kind=kind, value=value).exclude(contact=contact)
        if other.exists():
            raise ValidationError(_("Another customer holds this already."))
    row, new = Identity.objects.get_or_create(
        contact=contact, kind=kind, value=value, defaults={"shown": shown}
    )
    if new:
        audit.record(
            "customers.identity.added", contact.customer, by=by, contact=contact.pk, kind=kind, value=value
        )
        _changed(contact.customer_id)
    return row


@transaction.atomic
def remove_identity(identity: Identity, *, by: User | None) -> None:
    """Take a phone, e-mail or card off a contact."""
    contact = identity.contact
    audit.record(
        "customers.identity.removed", contact.customer, by=by, contact=contact.pk, kind=identity.kind,
        value=identity.value,
    )  # fmt: skip
    identity.delete()
    _changed(contact.customer_id)
