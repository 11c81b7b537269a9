"""Who may be written to, decided for one claimed batch with a few set queries; and the Message-ID of a
row."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from grahak.channels import contract, erasing
from grahak.channels.models import Dispatch, Message, MessageState, SendingRules, SkipReason, Suppression
from grahak.channels.wishes import resting
from grahak.customers.models import Consent, ConsentState, Contact, Identity


class Verdict(NamedTuple):
    """The address to write to, or the reason (a SkipReason) not to."""

    address: str
    reason: str = ""
    detail: str = ""


class Facts(NamedTuple):
    """What the rules need to know about one waiting row, in the order of FACTS."""

    id: int
    customer_id: int | None
    contact_id: int | None
    language: str
    message_id: str
    tries: int
    kept_address: str
    is_alive: bool
    address: str | None
    consent: str | None
    suppressed: str | None
    is_taken: bool
    zone: str = ""
    had: int | None = None
    rests: bool = False


class Cap(NamedTuple):
    """No more than MOST offers since a moment, over all channels and campaigns."""

    most: int
    since: dt.datetime


def cap_of(purpose: str, rules: SendingRules, now: dt.datetime) -> Cap | None:
    """The cap that the shop set, for offers; None where there is none."""
    if purpose != "offers" or rules.cap_messages is None:
        return None
    return Cap(rules.cap_messages, now - dt.timedelta(days=rules.cap_days))


def with_facts(
    rows: QuerySet[Message], dispatch: Dispatch, *, cap: Cap | None = None, now: dt.datetime | None = None
) -> list[Facts]:
    """ROWS of one dispatch with all that decides about them, in one query: every row brings its own address,
    consent and so on from the indexes, with no lists of ids going back and forth. With a CAP, what they have had is
    counted too."""
    mail = _identities(dispatch.channel, OuterRef("contact_id"))
    alive = Contact.objects.filter(pk=OuterRef("contact_id"), customer__archived_at=None)
    consent = Consent.objects.filter(
        contact_id=OuterRef("contact_id"),
        channel=dispatch.channel,
        purpose=dispatch.purpose,
        is_current=True,
    )
    barred = Suppression.objects.filter(
        Q(until=None) | Q(until__gt=now or timezone.now()),
        channel=dispatch.channel,
        address=OuterRef("mail"),
        lifted_at=None,
    )
    # written like the condition of one_message_an_address, so that the database may use that index
    others = Message.objects.filter(~Q(address=""), dispatch_id=dispatch.pk, address=OuterRef("mail"))
    found = rows.annotate(
        is_alive=Exists(alive),
        mail=Subquery(mail.values("value")[:1]),
        consent=Subquery(consent.values("state")[:1]),
        suppressed=Subquery(barred.values("reason")[:1]),
        is_taken=Exists(others.exclude(pk=OuterRef("pk"))),
    )
    names = [
        *("id", "customer_id", "contact_id", "language", "message_id", "tries", "address"),
        *("is_alive", "mail", "consent", "suppressed", "is_taken", "zone"),
    ]
    if cap is not None:
        found = found.annotate(had=Subquery(_had(dispatch, cap)))
        names.append("had")
    facts = [Facts(*row) for row in found.values_list(*names)]
    if dispatch.purpose == "offers" and (
        rests := resting((one.contact_id for one in facts), now or timezone.now())
    ):
        facts = [one._replace(rests=one.contact_id in rests) for one in facts]
    hidden = erasing.sealed_among(
        (row.address or "" for row in facts), dispatch.channel
    )  # people who were erased, and came again
    return (
        [row._replace(suppressed="unsubscribed") if row.address in hidden else row for row in facts]
        if hidden
        else facts
    )


def _had(dispatch: Dispatch, cap: Cap) -> QuerySet[Message, Any]:
    """How many offers somebody got since the cap's moment, with those that are on the wire or may have arrived. What
    counts is the customer's where a campaign is one to an account, else the contact's."""
    got = Q(state=MessageState.SENT, sent_at__gte=cap.since)
    getting = Q(state__in=(MessageState.ATTEMPTED, MessageState.UNKNOWN), attempted_at__gte=cap.since) | Q(
        state=MessageState.CLAIMED
    )
    mine = {} if dispatch.one_per_account else {"contact_id": OuterRef("contact_id")}
    found = Message.objects.filter(got | getting, customer_id=OuterRef("customer_id"), **mine)
    counted = found.filter(dispatch__purpose="offers").exclude(pk=OuterRef("pk")).order_by()
    return counted.values("customer_id").annotate(n=Count("pk")).values("n")


def _identities(channel: str, contact: Any) -> QuerySet[Identity]:
    """What a contact can be written to at on a channel, the best first."""
    kinds = contract.kinds_of(channel)
    found = Identity.objects.filter(contact_id=contact, kind__in=kinds)
    if len(kinds) == 1:
        return found.order_by("id")
    rank = Case(*(When(kind=kind, then=place) for place, kind in enumerate(kinds)), default=len(kinds))
    return found.order_by(rank, "id")


def judge(
    purpose: str, rows: Sequence[Facts], channel: str = "email", *, cap: Cap | None = None
) -> list[Verdict]:
    """A verdict for each of these rows of one dispatch. For offers the contact must have said yes and not
    taken it back; for service mail they must not have said no. An address is written to once a dispatch,
    whoever has it; nobody gets more offers than the CAP."""
    taken: set[str] = set()
    verdicts = []
    fits = contract.channel_of(channel).fits
    for row in rows:
        verdict = _judge_one(purpose, row, taken, fits)
        if cap is not None and not verdict.reason and (row.had or 0) >= cap.most:
            verdict = Verdict("", SkipReason.CAPPED, verdict.address)
        if not verdict.reason:
            taken.add(verdict.address)
        verdicts.append(verdict)
    return verdicts


def _judge_one(purpose: str, row: Facts, taken: set[str], fits: Callable[[str], bool]) -> Verdict:
    address = row.address or ""
    if not row.customer_id or (row.contact_id and not row.is_alive):
        return Verdict("", SkipReason.ERASED)
    if not address or not fits(address):
        return Verdict("", SkipReason.NO_ADDRESS, address)
    if row.consent == ConsentState.WITHDRAWN:
        return Verdict("", SkipReason.WITHDRAWN, address)
    if purpose == "offers" and row.consent != ConsentState.GRANTED:
        return Verdict("", SkipReason.NO_CONSENT, address)
    if row.suppressed:
        return Verdict("", SkipReason.SUPPRESSED, f"{address}: {row.suppressed}")
    if row.rests:
        return Verdict("", SkipReason.RESTING, address)
    if row.is_taken or address in taken:
        return Verdict("", SkipReason.SAME_ADDRESS, address)
    return Verdict(address)


def address_of(contact_id: int, channel: str = "email") -> str:
    """The address a contact would be written to at; empty where there is none."""
    found = _identities(channel, contact_id)
    return str(found.values_list("value", flat=True).first() or "").strip().lower()


def message_id(pk: int, domain: str) -> str:
    """The Message-ID of a ledger row, without angle brackets: the same at every try, so that the mail
    server's log can be asked for it, and not to be guessed from outside."""
    secret = hmac.digest(settings.SECRET_KEY.encode(), f"message-id:{pk}".encode(), hashlib.sha256).hex()
    return f"{pk}.{secret[:20]}@{domain}"
