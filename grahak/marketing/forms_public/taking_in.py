"""What a submission becomes: a customer known or new, the consents that were given, a question on somebody's desk.

Whose it is: the only contact with the confirmed e-mail; else, where no e-mail was confirmed, the only one with the
phone. An address that nobody proved to be theirs changes nothing of a known customer and joins nobody's record: that
two may be the same is written on both pages instead, and a person decides.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grahak.channels.models import Suppression
from grahak.core import audit, business
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers import custom
from grahak.customers.actions import (
    add_customer,
    add_identity,
    add_task,
    edit_contact,
    edit_customer,
    grant_consent,
    set_own,
    tag_customers,
    tell,
)
from grahak.customers.duplicates import ALIKE_KIND
from grahak.customers.leads import lifecycle
from grahak.customers.leads.actions import capture
from grahak.customers.leads.giving import give
from grahak.customers.models import Activity, Consent, ConsentState, Contact, Customer, Kind, Lifecycle
from grahak.customers.models.customer import IdentityKind
from grahak.marketing.models import FormKind, Submission, SubmissionState

PHONES = (IdentityKind.PHONE, IdentityKind.WHATSAPP)
SHORTEST_TITLE = 80


@transaction.atomic
def take_in(row: Submission, *, confirmed: bool, by: User | None = None) -> Contact:
    """Make of a submission what it is: CONFIRMED by the e-mail's owner or not. BY took it out of the spam. Safe to
    repeat."""
    now = timezone.now()
    with translation.override(business.required().language):
        contact = _contact_of(row, confirmed=confirmed)
        _attach(row, contact)
        if confirmed:
            _know_more(row, contact)
        _consent(row, contact, confirmed=confirmed, now=now)
        if row.form.tags:
            _tag(row, contact.customer)
        _tell(row, contact)
    row.state, row.why, row.trouble = SubmissionState.DONE, "", ""
    row.confirmed_at = now if confirmed else row.confirmed_at
    row.save(update_fields=["state", "why", "trouble", "confirmed_at", "customer", "contact"])
    audit.record(
        "marketing.form.taken_in",
        contact.customer,
        by=by,
        submission=row.pk,
        form=row.form_id,
        confirmed=confirmed,
    )
    return contact


@transaction.atomic
def take_question(row: Submission) -> None:
    """Put an enquiry on the desk of whoever is in charge of the customer, else of the one the form names, at once:
    whoever asks waits for an answer, not for our mail. Once a submission."""
    if row.customer_id is not None:
        return
    with translation.override(business.required().language):
        contact = _contact_of(row, confirmed=False)
        _attach(row, contact)
        _lead(row, contact)
        _tell(row, contact)
        question = " ".join(str(row.answers.get("message") or "").split())
        short = question if len(question) <= SHORTEST_TITLE else question[:SHORTEST_TITLE].rstrip() + "…"
        title = (
            _("Answer %(name)s: %(question)s") if short else _("Answer %(name)s, who filled in “%(form)s”")
        )
        values = {"name": contact.name[:80], "question": short, "form": row.form.name[:60]}
        add_task(
            by=None,
            title=(title % values)[:200],
            customer=contact.customer,
            due_on=business.today(),
            assigned_to=contact.customer.owner or row.form.assigned_to or row.form.by,
        )
    row.save(update_fields=["customer", "contact"])


def _lead(row: Submission, contact: Contact) -> None:
    """Somebody who asks and does not buy yet is a lead: of whom the rules for leads say, else of the colleague whom the
    form names."""
    customer = contact.customer
    if customer.lifecycle in (Lifecycle.LEAD, Lifecycle.PROSPECT):
        lead = capture(
            by=None, customer=customer, source="web_form", detail=row.form.name[:120], at=row.at,
            wants=str(row.answers.get("message") or "")[:4000],
        )  # fmt: skip
        if lead.customer.owner is None and lead.customer.team is None and row.form.assigned_to:
            give([lead], row.form.assigned_to, None, by=None)
        customer.refresh_from_db()


# Whose it is


def having(kinds: tuple[Any, ...], value: str) -> list[Contact]:
    """At most five contacts of customers in use who have this e-mail or phone."""
    if not value:
        return []
    rows = Contact.objects.filter(
        identities__kind__in=kinds, identities__value=value, customer__archived_at=None
    )
    return list(rows.select_related("customer__owner").distinct().order_by("pk")[:5])


def _contact_of(row: Submission, *, confirmed: bool) -> Contact:
    """The contact of a submission, found or made; who may be the same is written down on both pages."""
    if row.contact is not None and row.contact.customer_id == row.customer_id:
        return row.contact
    email, phone = str(row.answers.get("email") or ""), str(row.answers.get("phone") or "")
    by_mail, by_phone = having((IdentityKind.EMAIL,), email), having(PHONES, phone)
    if email and (confirmed or by_mail):
        contact = by_mail[0] if len(by_mail) == 1 else None
    else:
        contact = by_phone[0] if len(by_phone) == 1 else None
    contact = contact or _new(row)
    others = {one.customer_id for one in (*by_mail, *by_phone)} - {contact.customer_id}
    for other in sorted(others):
        _may_be_same(contact.customer_id, other, row.at)
    return contact


def _new(row: Submission) -> Contact:
    said = row.answers
    email, phone = str(said.get("email") or ""), str(said.get("phone") or "")
    asks = row.form.kind == FormKind.ENQUIRY
    customer = add_customer(
        by=None,
        name=str(said.get("name") or "") or email or phone or _("Somebody"),
        kind=Kind.PERSON,
        phones=[phone] if phone else [],
        emails=[email] if email else [],
        whatsapp=phone if "whatsapp" in row.consents else "",
        source="form",
        lifecycle=Lifecycle.LEAD if asks else Lifecycle.CUSTOMER,
        branch=row.form.branch,
        language=str(said.get("language") or row.language),
        city=str(said.get("city") or ""),
    )
    if asks:
        lifecycle.captured([customer.pk], Lifecycle.LEAD, by=None, why="captured", at=row.at)
    _own_fields(row, customer)
    return Contact.objects.select_related("customer__owner").get(customer=customer, is_primary=True)


def _own_fields(row: Submission, customer: Customer) -> None:
    known = {one.code for one in custom.fields()}
    for name, value in row.answers.items():
        code = name.removeprefix(custom.PREFIX)
        if code != name and code in known and not custom.values_of([customer.pk])[customer.pk].get(code):
            try:
                with transaction.atomic():
                    set_own(customer, {code: value}, by=None)
            except ValidationError:  # the field was changed since: the answer stays with the submission
                continue


def _know_more(row: Submission, contact: Contact) -> None:
    """What a confirmed person told, where nothing stands yet. A phone that others have is not taken over."""
    said, customer = row.answers, contact.customer
    if customer.kind == Kind.PERSON and not customer.city and said.get("city"):
        edit_customer(customer, by=None, city=str(said["city"]))
    language = str(said.get("language") or row.language)
    if language and not contact.language:
        edit_contact(contact, by=None, language=language)
    kinds = set(contact.identities.values_list("kind", flat=True))
    phone = str(said.get("phone") or "")
    if phone and not kinds & set(PHONES) and not having(PHONES, phone):
        add_identity(contact, IdentityKind.PHONE, phone, by=None)
    wants = phone and "whatsapp" in row.consents and IdentityKind.WHATSAPP not in kinds
    if wants and contact.identities.filter(kind__in=PHONES, value=phone).exists():
        add_identity(contact, IdentityKind.WHATSAPP, phone, by=None)
    _own_fields(row, customer)


def _may_be_same(mine: int, other: int, at: dt.datetime) -> None:
    for one, two in ((mine, other), (other, mine)):
        if not Activity.objects.filter(customer=one, kind=ALIKE_KIND, facts__other=two).exists():
            tell(one, ALIKE_KIND, group="other", at=at, subject="alike", facts={"other": two})


def _attach(row: Submission, contact: Contact) -> None:
    """The submission is this contact's; told to the house the first time."""
    first = row.customer_id is None
    row.contact, row.customer = contact, contact.customer
    if first:
        announce(
            "marketing.form.submitted",
            form_id=row.form_id,
            submission_id=row.pk,
            customer_id=contact.customer_id,
        )


# What was agreed to


def _consent(row: Submission, contact: Contact, *, confirmed: bool, now: dt.datetime) -> None:
    """The yeses, each where it was said for an address that this contact has: a yes by mail needs the confirmation
    where the form asks for one."""
    values = set(contact.identities.values_list("value", flat=True))
    for channel, notice in row.consents.items():
        said_for = str(row.answers.get("email" if channel == "email" else "phone") or "")
        if said_for not in values or (channel == "email" and row.form.double_opt_in and not confirmed):
            continue
        if not confirmed and _said_no(contact, channel, row.form.purpose):
            continue  # anybody could have written down their address
        grant_consent(
            contact, channel, row.form.purpose, by=None, how=_how(row, confirmed), notice=notice, at=now
        )
    email = str(row.answers.get("email") or "")
    if confirmed and "email" in row.consents and email in values:
        # they had asked us to stop, and now asked for it again: other bars (bounces, complaints) stay
        mine = Suppression.objects.filter(
            channel="email", address=email, reason="unsubscribed", lifted_at=None
        )
        mine.update(lifted_at=now)


def _said_no(contact: Contact, channel: str, purpose: str) -> bool:
    return Consent.objects.filter(
        contact=contact, channel=channel, purpose=purpose, is_current=True, state=ConsentState.WITHDRAWN
    ).exists()


def _how(row: Submission, confirmed: bool) -> str:
    name = {"form": row.form.name}
    if confirmed:
        return _("form “%(form)s”, confirmed by e-mail") % name
    if row.source == "counter":
        return _("form “%(form)s” at the counter, not confirmed") % name
    return _("form “%(form)s”, not confirmed") % name


def _tag(row: Submission, customer: Customer) -> None:
    for name in row.form.tags:
        tag_customers([customer.pk], str(name), by=None)


def _tell(row: Submission, contact: Contact) -> None:
    tell(
        contact.customer_id,
        "marketing.form.filled",
        group="messages",
        at=row.at,
        contact=contact,
        subject="submission",
        subject_id=row.pk,
        title=row.form.name,
        text=str(row.answers.get("message") or ""),
    )
