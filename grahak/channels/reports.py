"""What providers and mail servers report about messages: each once, moving a message forward only.

Whatever the order in which reports come, and however often, the message ends the same: refused or come back for good
beats delivered, delivered beats come back for now, and that beats sent. An address that does not exist is not written
to again, one that was full or away three times of the last five rests for two weeks, and who calls a message spam has
said no.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels import erasing, suppressions
from grahak.channels.bounces import status
from grahak.channels.models import FailReason, Message, MessageState, Report, ReportKind
from grahak.core.events import announce
from grahak.customers.actions.consent import withdraw_consent
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Consent, ConsentState, Contact, Identity

SOFT_OF, SOFT_MOST = 5, 3  # so many of the last so many messages came back for now (Keila's rule)
SOFT_WITHIN = SOFT_REST = dt.timedelta(days=14)
KEPT_IN_QUEUE = dt.timedelta(days=5)  # how long mail servers try (RFC 5321 §4.5.4.1)

_ARRIVED = (ReportKind.DELIVERED, ReportKind.READ, ReportKind.OPENED, ReportKind.CLICKED,
            ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED)  # fmt: skip
_CAME_BACK = (ReportKind.HARD, ReportKind.SOFT, ReportKind.BLOCKED)
_ON_ITS_WAY = (MessageState.WAITING, MessageState.CLAIMED, MessageState.ATTEMPTED, MessageState.UNKNOWN)
# The ladder: a report moves a message up, never down. 1 sent, 2 came back for now, 3 arrived, from 4 failed for good
_RUNG = {ReportKind.ACCEPTED: 1, ReportKind.SOFT: 2, **dict.fromkeys(_ARRIVED, 3),
         ReportKind.FAILED: 4, ReportKind.BLOCKED: 5, ReportKind.HARD: 6}  # fmt: skip
_REASON = {2: FailReason.SOFT, 4: FailReason.REFUSED, 5: FailReason.BLOCKED, 6: FailReason.BOUNCED}
_RUNG_OF_REASON = {
    FailReason.REFUSED: 4,
    FailReason.BLOCKED: 5,
    FailReason.BOUNCED: 6,
    FailReason.BAD_ADDRESS: 6,
}
_IDENTITIES = {"email": ("email",)}  # elsewhere a number


@dataclass(frozen=True)
class Fact:
    """One thing that a provider told. EVENT_ID is its own name for it, or made from what it says: the same again is
    the same. It is about MESSAGE, or the message with our MESSAGE_ID (no angle brackets) or the provider's
    PROVIDER_ID; where none of these is known, about the last one to ADDRESS. CODE is the provider's or the RFC 3463
    status, DETAIL its words. AT is when it happened; never later than now."""

    channel: str
    provider: str
    event_id: str
    kind: str
    message_id: str = ""
    provider_id: str = ""
    message: Message | None = None
    address: str = ""
    code: str = ""
    detail: str = ""
    at: dt.datetime | None = None


@transaction.atomic
def take(fact: Fact, *, now: dt.datetime | None = None) -> bool:
    """Take a report over, in one transaction (or the caller's). False where it was known: then nothing changes.
    Raises ValueError for a kind that is not one of ReportKind."""
    kind = ReportKind(fact.kind)
    now = now or timezone.now()
    at = min(fact.at or now, now)
    address = fact.address.strip().lower()[:254]
    message = _message_of(fact, address, at)
    if kind == ReportKind.HARD and _is_of_another(fact, address, message):
        kind = ReportKind.SOFT
    report = Report(
        channel=fact.channel,
        provider=fact.provider[:30],
        event_id=fact.event_id[:200],
        kind=kind,
        message=message,
        address="" if _is_erased(message) else address or (message.address if message else ""),
        code=fact.code[:40],
        detail="" if _is_erased(message) else _clean(fact.detail),
        at=at,
        taken_at=now,
    )
    if not _keep(report):
        return False
    if message is not None:
        _move(message, report)
        _bar(message, report, address)
    return True


def _is_of_another(fact: Fact, address: str, message: Message | None) -> bool:
    """Whether a mail came back from an address that we did not write to: somebody forwards their mail to one that is
    dead, and may still read it at ours."""
    wrote_to = message.address if message else ""
    return fact.channel == "email" and bool(address) and bool(wrote_to) and address != wrote_to


def _is_erased(message: Message | None) -> bool:
    """Whether the customer was erased: then nothing that names them is kept."""
    return message is not None and message.customer_id is None


def _keep(report: Report) -> bool:
    """Write it down; False where the same one is there. By hand: a savepoint a report would cost more than the rest."""
    fields = [field for field in Report._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(getattr(report, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(Report._meta.db_table)} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            values,
        )
        return bool(cursor.rowcount)


def _clean(words: str) -> str:
    """What a provider wrote, as a column holds it: PostgreSQL takes no NUL."""
    return " ".join(words.replace("\x00", "").split())[:300]


def _message_of(fact: Fact, address: str, at: dt.datetime) -> Message | None:
    """The message a fact is about. By the address alone only where we wrote to it in the days that servers try:
    else anybody could have an address barred by a made-up bounce."""
    rows = Message.objects.select_related("dispatch").select_for_update(of=("self",))
    if fact.message is not None:
        return rows.filter(pk=fact.message.pk).first()
    rows = rows.filter(channel=fact.channel)
    # written like the conditions of the two indexes, so that the database may use them
    by_ours = rows.filter(~Q(message_id=""), message_id=fact.message_id[:120])
    if fact.message_id and (found := by_ours.first()):
        return found
    by_theirs = rows.filter(~Q(provider_id=""), provider_id=fact.provider_id[:120])
    if fact.provider_id and (found := by_theirs.first()):
        return found
    if fact.message_id or fact.provider_id or not address:
        return None
    written = _written_to(fact.channel, address, at - KEPT_IN_QUEUE).filter(attempted_at__lte=at)
    return rows.filter(pk=written.values_list("pk", flat=True).first() or 0).first()


def _written_to(channel: str, address: str, since: dt.datetime) -> Any:
    """Messages to an address since then, newest first: found over the contacts that have it, because a ledger of
    millions keeps no index of addresses."""
    kinds = _IDENTITIES.get(channel, ("phone", "whatsapp"))
    contacts = Identity.objects.filter(kind__in=kinds, value=address).values("contact_id")
    rows = Message.objects.filter(contact_id__in=contacts, channel=channel, address=address)
    return rows.filter(attempted_at__gte=since).order_by("-attempted_at", "-pk")


def _move(message: Message, report: Report) -> None:
    """Bring the message as far as this report says it got."""
    kind, told = report.kind, ""
    changes: dict[str, Any] = {}
    if kind in _ARRIVED and _earlier(message.delivered_at, report.at):
        changes["delivered_at"] = report.at
        told = "delivered" if message.delivered_at is None else ""
    if kind == ReportKind.READ and _earlier(message.read_at, report.at):
        changes["read_at"] = report.at
    if kind == ReportKind.COMPLAINED and _earlier(message.complained_at, report.at):
        changes["complained_at"] = report.at
        told = "complained" if message.complained_at is None else ""
    if kind in _CAME_BACK and _earlier(message.bounced_at, report.at):
        changes["bounced_at"] = report.at
        told = "bounced" if message.bounced_at is None else ""
    changes |= _state_after(message, report)
    if changes:
        Message.objects.filter(pk=message.pk).update(**changes)
    if told:
        _tell(message, report, told)
        announce(f"channels.message.{told}", message_id=message.pk)


def _earlier(known: dt.datetime | None, at: dt.datetime) -> bool:
    return known is None or at < known


def _rung(message: Message) -> int:
    """How far the message got by what is known of it."""
    if message.state in _ON_ITS_WAY:
        return 0
    if message.state == MessageState.SENT:
        return 3 if message.delivered_at else 1
    return _RUNG_OF_REASON.get(message.reason, 2) if message.state == MessageState.FAILED else 9  # type: ignore[call-overload, no-any-return]


def _state_after(message: Message, report: Report) -> dict[str, Any]:
    """The state and reason of the message after this report; nothing where it got as far already."""
    rung = _RUNG[ReportKind(report.kind)]
    if rung <= _rung(message):
        return {}
    known = {"claimed_until": None, "attempted_at": message.attempted_at or report.at}
    sent_at = message.sent_at or message.attempted_at or report.at
    if reason := _REASON.get(rung):
        return {"state": MessageState.FAILED, "reason": reason, "detail": _words(report), **known}
    return {"state": MessageState.SENT, "sent_at": sent_at, "reason": "", "detail": "", **known}


def _words(report: Report) -> str:
    """The status and the words of a report, the status once."""
    code = "" if report.code in report.detail else report.code
    return f"{code} {report.detail}".strip()[:300]


def _tell(message: Message, report: Report, what: str) -> None:
    """A line in the customer's timeline for what a colleague wants to know of."""
    if what == "delivered" or not message.customer_id:
        return
    tell(
        message.customer_id,
        f"channels.message.{what}",
        group="messages",
        at=report.at,
        contact=message.contact_id,
        subject="message",
        subject_id=message.pk,
        title=message.dispatch.title,
        text=report.detail,
        channel=message.channel,
    )


def _bar(message: Message, report: Report, told: str) -> None:
    """What follows for the address (the one we wrote to, else the one TOLD) and for consent. Of an erased customer the
    address is kept as a hash alone."""
    address = message.address or told
    if _is_erased(message) and address:
        address = erasing.sealed(address)
    words = _words(report)
    if report.kind == ReportKind.HARD:
        suppressions.bar(
            address, "bounced", channel=report.channel, message=message, detail=words, at=report.at
        )
    elif report.kind == ReportKind.SOFT and rests(report.channel, address, message, report.at):
        suppressions.bar(
            *(address, "soft"),
            channel=report.channel,
            message=message,
            detail=words,
            until=report.at + SOFT_REST,
            at=report.at,
        )
    elif report.kind == ReportKind.COMPLAINED:
        suppressions.bar(
            address, "complained", channel=report.channel, message=message, detail=words, at=report.at
        )
        withdraw(message, address, how=_("called a message spam at their mail provider"), at=report.at)
    elif report.kind == ReportKind.UNSUBSCRIBED:
        withdraw(message, address, how=_("stopped the messages at their mail provider"), at=report.at)
        Message.objects.filter(pk=message.pk, unsubscribed_at=None).update(unsubscribed_at=report.at)


def rests(channel: str, address: str, message: Message, at: dt.datetime) -> bool:
    """Whether SOFT_MOST of the last SOFT_OF messages to ADDRESS within SOFT_WITHIN before AT came back for now."""
    if not address:
        return False
    last = set(_written_to(channel, address, at - SOFT_WITHIN).values_list("pk", flat=True)[:SOFT_OF])
    last |= {message.pk}
    soft = Report.objects.filter(message_id__in=last, kind=ReportKind.SOFT).values("message_id").distinct()
    return soft.count() >= SOFT_MOST


def withdraw(message: Message, address: str, *, how: str, at: dt.datetime) -> None:
    """Everybody with this address counts as having said no to offers on this channel, unless they said something
    since."""
    kinds = _IDENTITIES.get(message.channel, ("phone", "whatsapp"))
    same = Identity.objects.filter(kind__in=kinds, value=address).exclude(value="").values("contact_id")
    for contact in Contact.objects.filter(Q(pk=message.contact_id) | Q(pk__in=same)).order_by("pk"):
        said = Consent.objects.filter(
            contact=contact, channel=message.channel, purpose="offers", is_current=True
        ).first()
        if said is None or (said.state != ConsentState.WITHDRAWN and said.at <= at):
            withdraw_consent(contact, message.channel, "offers", by=None, how=how, at=at)


def note_refusal(message_id: int, *, dead: bool, reason: str, detail: str, at: dt.datetime) -> None:
    """Keep what a provider answered in the dialogue itself (SMTP 4xx and 5xx), so that it counts like what comes back
    later: DEAD when the address does not exist, REASON the FailReason. The ledger's row was settled by the caller."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        return
    kind = ReportKind.HARD if dead else ReportKind.SOFT if reason == FailReason.BUSY else ReportKind.FAILED
    if kind == ReportKind.FAILED and message.channel == "email" and reason == FailReason.REFUSED:
        said = status.verdict("", detail)
        if said != status.HARD:  # a hard one speaks of the sender or the text here, not of the address
            kind = ReportKind(said)
    report = Report(
        channel=message.channel,
        provider="dialogue",
        event_id=f"{message_id}:{message.tries}",
        kind=kind,
        message=message,
        address=message.address,
        code=status.status_in(detail) or str(status.code_in(detail) or ""),
        detail=_clean(detail),
        at=at,
    )
    if _keep(report):
        _bar(message, report, message.address)
