"""Permission is stated, never switched: a new row for each yes and no, the newest holding."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.actions.timeline import tell
from grahak.customers.models import CHANNELS, PURPOSES, Consent, ConsentState, Contact
from grahak.customers.text import many_lines, one_line


@transaction.atomic
def _state(
    contact: Contact,
    channel: str,
    purpose: str,
    state: ConsentState,
    *,
    by: User | None,
    how: str,
    notice: str,
    at: dt.datetime | None,
) -> Consent:
    if channel not in dict(CHANNELS) or purpose not in dict(PURPOSES):
        raise ValueError(f"no such channel or purpose: {channel}, {purpose}")
    told = one_line(how)
    if not told:
        raise ValidationError({"how": _("Write how they said it: on the phone, on a form, in the shop.")})
    contact = _now(contact)
    now = timezone.now()
    when = min(at or now, now)  # a clock that runs ahead must not outlast what is said afterwards
    current = Consent.objects.filter(contact=contact, channel=channel, purpose=purpose, is_current=True)
    newer = current.filter(at__gt=when).exists()
    if not newer:
        current.update(is_current=False)
    row = Consent.objects.create(
        contact=contact,
        channel=channel,
        purpose=purpose,
        state=state,
        at=when,
        by=by,
        how=told[:200],
        notice=many_lines(notice),
        is_current=not newer,
    )
    verb = "granted" if state == ConsentState.GRANTED else "withdrawn"
    tell(
        contact.customer_id,
        f"customers.consent.{verb}",
        group="other",
        at=when,
        by=by,
        contact=contact,
        subject="consent",
        subject_id=row.pk,
        text=row.how,
        channel=channel,
        facts={"channel": channel, "purpose": purpose},
    )
    audit.record(
        f"customers.consent.{verb}",
        contact.customer,
        by=by,
        contact=contact.pk,
        channel=channel,
        purpose=purpose,
        how=row.how,
    )
    announce("customers.changed", customer_ids=[contact.customer_id])
    return row


def _now(contact: Contact) -> Contact:
    """The contact, locked; where its customer was merged and it became one with another, that other: a link in an old
    mail still speaks for the person."""
    found = Contact.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contact.pk)
    while found.customer.merged_into_id is not None:
        merge = found.customer.merges_away.filter(undone_at=None).first()
        became = dict(merge.folded) if merge is not None else {}
        if found.pk not in became:
            break
        rows = Contact.objects.select_for_update(of=("self",)).select_related("customer")
        found = rows.get(pk=became[found.pk])
    return found


def grant_consent(
    contact: Contact,
    channel: str,
    purpose: str,
    *,
    by: User | None,
    how: str,
    notice: str = "",
    at: dt.datetime | None = None,
) -> Consent:
    """Keep that a contact said yes: HOW in words ("signed form"), NOTICE the text they were shown. A yes
    dated before a statement that is already known is kept as history only. ValidationError without HOW."""
    return _state(contact, channel, purpose, ConsentState.GRANTED, by=by, how=how, notice=notice, at=at)


@transaction.atomic
def withdraw_consent(
    contact: Contact,
    channel: str,
    purpose: str,
    *,
    by: User | None,
    how: str,
    notice: str = "",
    at: dt.datetime | None = None,
) -> Consent:
    """Keep that a contact said no; announces customers.contact.unsubscribed when it ends offers."""
    row = _state(contact, channel, purpose, ConsentState.WITHDRAWN, by=by, how=how, notice=notice, at=at)
    if purpose == "offers":
        announce("customers.contact.unsubscribed", contact_id=contact.pk, channel=channel)
    return row
