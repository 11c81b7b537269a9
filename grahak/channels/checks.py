"""Who may be written to, decided for one claimed batch with a few set queries; and the Message-ID of a
row."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from grahak.channels.models import Dispatch, Message, SkipReason, Suppression
from grahak.customers.models import Consent, ConsentState, Contact, Identity

# RFC 5321 leaves more open than any mail server takes; control characters and spaces must never reach a
# header
_ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+\.[^\s@.<>\x00-\x1f\x7f]+"
)


class Verdict(NamedTuple):
    """The address to write to, or the reason (a SkipReason) not to."""

    address: str
    reason: str = ""
    detail: str = ""


def judge(dispatch: Dispatch, rows: Sequence[tuple[int, int | None, int | None]]) -> dict[int, Verdict]:
    """A verdict for each (message id, customer id, contact id) of one dispatch. For offers the contact must
    have said yes and not taken it back; for service mail they must not have said no. An address is written to
    once a dispatch, whoever has it."""
    contacts = [contact for _pk, _customer, contact in rows if contact]
    alive = _alive(contacts)
    addresses = addresses_of(contacts)
    consents = dict(
        Consent.objects.filter(
            contact_id__in=contacts, channel=dispatch.channel, purpose=dispatch.purpose, is_current=True
        ).values_list("contact_id", "state")
    )
    suppressed = dict(
        Suppression.objects.filter(
            channel=dispatch.channel, address__in=set(addresses.values()), lifted_at=None
        ).values_list("address", "reason")
    )
    taken = set(
        Message.objects.filter(dispatch=dispatch, address__in=set(addresses.values()))
        .exclude(pk__in=[pk for pk, _customer, _contact in rows])
        .values_list("address", flat=True)
    )
    verdicts: dict[int, Verdict] = {}
    for pk, customer_id, contact_id in rows:
        verdict = _judge_one(
            dispatch.purpose, customer_id, contact_id, alive, addresses, consents, suppressed, taken
        )
        if not verdict.reason:
            taken.add(verdict.address)
        verdicts[pk] = verdict
    return verdicts


def _judge_one(
    purpose: str,
    customer_id: int | None,
    contact_id: int | None,
    alive: set[int],
    addresses: dict[int, str],
    consents: dict[int, str],
    suppressed: dict[str, str],
    taken: set[str],
) -> Verdict:
    if not customer_id:
        return Verdict("", SkipReason.ERASED)
    if not contact_id:
        return Verdict("", SkipReason.NO_ADDRESS)
    if contact_id not in alive:
        return Verdict("", SkipReason.ERASED)
    address = addresses.get(contact_id, "")
    if not address:
        return Verdict("", SkipReason.NO_ADDRESS)
    if not _ADDRESS.fullmatch(address):
        return Verdict("", SkipReason.NO_ADDRESS, address)
    state = consents.get(contact_id)
    if state == ConsentState.WITHDRAWN:
        return Verdict("", SkipReason.WITHDRAWN, address)
    if purpose == "offers" and state != ConsentState.GRANTED:
        return Verdict("", SkipReason.NO_CONSENT, address)
    if address in suppressed:
        return Verdict("", SkipReason.SUPPRESSED, f"{address}: {suppressed[address]}")
    if address in taken:
        return Verdict("", SkipReason.SAME_ADDRESS, address)
    return Verdict(address)


def _alive(contacts: Sequence[int]) -> set[int]:
    return set(
        Contact.objects.filter(pk__in=contacts, customer__archived_at=None).values_list("pk", flat=True)
    )


def addresses_of(contacts: Sequence[int]) -> dict[int, str]:
    """The first e-mail address of each contact that has one."""
    found: dict[int, str] = {}
    rows = Identity.objects.filter(contact_id__in=contacts, kind="email").order_by("contact_id", "id")
    for contact_id, value in rows.values_list("contact_id", "value"):
        found.setdefault(contact_id, value.strip().lower())
    return found


def message_id(pk: int, domain: str) -> str:
    """The Message-ID of a ledger row, without angle brackets: the same at every try, so that the mail
    server's log can be asked for it, and not to be guessed from outside."""
    secret = hmac.digest(settings.SECRET_KEY.encode(), f"message-id:{pk}".encode(), hashlib.sha256).hex()
    return f"{pk}.{secret[:20]}@{domain}"
