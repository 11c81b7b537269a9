"""What people do about sending: set up the account, bar an address, stop messages, follow a link."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from grahak.channels import turns
from grahak.channels.email.accounts import account_of
from grahak.channels.email.backend import ShopBackend
from grahak.channels.links_public.hits import Hit
from grahak.channels.links_public.journal import record_now
from grahak.channels.models import Message, MessageState, Sender, Suppression
from grahak.channels.secrets import seal
from grahak.core import audit, business
from grahak.core.models import User
from grahak.customers.actions.consent import grant_consent, withdraw_consent
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Consent, ConsentState, Contact, Identity


@transaction.atomic
def set_sender(*, by: User | None, password: str | None = None, **fields: Any) -> Sender:
    """Keep the shop's mail account. PASSWORD None keeps the one there is, "" forgets it; it is sealed and
    never shown again."""
    sender = Sender.objects.order_by("pk").first() or Sender(from_name="", from_address="")
    before = {name: getattr(sender, name) for name in fields}
    for name, value in fields.items():
        setattr(sender, name, value)
    if password is not None:
        sender.password_sealed = seal(password)
    if (sender.pk and any(before[name] != fields[name] for name in fields)) or password is not None:
        sender.tested_at = None
    sender.save()
    changes = audit.changed(before, fields)
    if password is not None:
        changes["password"] = ["", "***"]
    audit.record("channels.sender.changed", sender, by=by, label=sender.from_address, **changes)
    return sender


def test_sender(sender: Sender, *, to: str, by: User | None) -> None:
    """Send a mail to TO through this account. Raises Unreachable or NotTaken with the server's own words."""
    shop = business.current()
    mail = EmailMessage(
        _("Test from %(shop)s") % {"shop": shop.name if shop else "Grahak"},
        _("If you can read this, Grahak can send mail with this account."),
        to=[to],
    )
    ShopBackend(account=account_of(sender)).send_messages([mail])
    Sender.objects.filter(pk=sender.pk).update(tested_at=timezone.now())
    audit.record("channels.sender.tested", sender, by=by, label=to)


@transaction.atomic
def suppress(address: str, *, by: User | None, reason: str = "by_hand", detail: str = "") -> Suppression:
    """Never write to ADDRESS again, whoever has it. Twice changes nothing."""
    address = address.strip().lower()
    turns.suppress(address, reason, detail=detail)
    row = Suppression.objects.get(channel="email", address=address, lifted_at=None)
    if by is not None and row.by_id is None:
        row.by = by
        row.save(update_fields=["by"])
    audit.record("channels.address.barred", row, by=by, label=address, reason=reason)
    return row


@transaction.atomic
def lift(row: Suppression, *, by: User, why: str) -> None:
    """Allow writing to the address again; WHY is kept. Consent is another matter and still needed."""
    found = Suppression.objects.filter(pk=row.pk, lifted_at=None).update(lifted_at=timezone.now())
    if found:
        audit.record("channels.address.allowed", row, by=by, label=row.address, why=why)


@transaction.atomic
def unsubscribe(message: Message, *, how: str) -> bool:
    """Whoever got MESSAGE wants no more of its kind: everybody with that address counts as having said no,
    from this moment, also in what is being sent now. True the first time; again changes nothing."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    contacts = _contacts_of(message)
    changed = False
    for contact in contacts:
        if not _has_said_no(contact, message):
            withdraw_consent(contact, message.channel, _purpose(message), by=None, how=how)
            changed = True
    if not contacts and message.address:  # erased meanwhile: the address alone is all we have to go by
        turns.suppress(message.address, "unsubscribed")
    if message.unsubscribed_at is None:
        changed = True
        Message.objects.filter(pk=message.pk).update(unsubscribed_at=timezone.now())
        if message.customer_id:
            tell(
                message.customer_id,
                "channels.contact.unsubscribed",
                group="messages",
                contact=message.contact_id,
                subject="message",
                subject_id=message.pk,
                title=message.dispatch.title,
                channel=message.channel,
            )
    take_back_from_hand([contact.pk for contact in contacts])
    return changed


def _contacts_of(message: Message) -> list[Contact]:
    contacts = Contact.objects.filter(pk=message.contact_id) if message.contact_id else Contact.objects.none()
    if message.address:
        same = Identity.objects.filter(kind="email", value=message.address).values("contact_id")
        contacts = contacts | Contact.objects.filter(pk__in=same)
    return list(contacts.order_by("pk"))


def _purpose(message: Message) -> str:
    return message.dispatch.purpose


def _has_said_no(contact: Contact, message: Message) -> bool:
    return Consent.objects.filter(
        contact=contact,
        channel=message.channel,
        purpose=_purpose(message),
        is_current=True,
        state=ConsentState.WITHDRAWN,
    ).exists()


@transaction.atomic
def subscribe_again(message: Message, *, how: str) -> bool:
    """They pressed "undo" on the page: the contact of MESSAGE says yes again. Nobody else with the address
    does. False where there is nobody to say it."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.contact is None:
        return False
    if message.unsubscribed_at is not None:
        grant_consent(message.contact, message.channel, _purpose(message), by=None, how=how)
        Message.objects.filter(pk=message.pk).update(unsubscribed_at=None)
    return True


def take_back_from_hand(contacts: list[int]) -> int:
    """Messages to these contacts that a worker holds and has not attempted wait again, and are judged
    anew."""
    return Message.objects.filter(contact_id__in=contacts, state=MessageState.CLAIMED).update(
        state=MessageState.WAITING, claimed_by="", claimed_until=None
    )


def on_unsubscribed(contact_id: int, channel: str) -> None:
    """Somebody said no elsewhere in the house while a message to them may be in hand."""
    take_back_from_hand([contact_id])


def follow(
    message_id: int, link_id: int, *, looks_like_bot: bool, now: dt.datetime | None = None
) -> str | None:
    """Somebody followed a tracked link: count it, tell the timeline the first time, and give the address to go to
    (`channels.links_public`). None where there is no such link."""
    hit = Hit("r", (message_id, link_id), now or timezone.now(), looks_like_bot)
    found = record_now(hit)
    return found if isinstance(found, str) else None


def opened(message_id: int, *, by_machine: bool, now: dt.datetime | None = None) -> bool:
    """The dot of a message was fetched: keep the first time a person opened it, and apart from that the first time a
    machine did. Returns whether there is such a message."""
    return bool(record_now(Hit("o", message_id, now or timezone.now(), by_machine)))


def language_of(message: Message) -> str:
    """The language to speak to whoever got MESSAGE in."""
    shop = business.current()
    return message.language or (shop.language if shop else "en")


def in_language(message: Message) -> Any:
    """A block in which everything is said in the recipient's language."""
    return override(language_of(message))
