"""What people write to the shop on WhatsApp or by SMS: kept once, told on the timeline. Where it is a word for stop,
consent is withdrawn before anything else is sent, with an answer where the channel lets us.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from grahak.channels import answering, suppressions
from grahak.channels.models import Incoming, Message, MessageState
from grahak.channels.stopping import means_stop
from grahak.core import business
from grahak.core.events import announce
from grahak.customers.actions.consent import withdraw_consent
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Consent, ConsentState, Contact

WINDOW = dt.timedelta(hours=24)  # Meta's customer service window
LONGEST = 20_000


@transaction.atomic
def take(
    channel: str,
    provider_id: str,
    number: str,
    text: str,
    *,
    kind: str = "text",
    at: dt.datetime | None = None,
    stop_words: Iterable[str] = (),
    stops: bool | None = None,
) -> bool:
    """Keep what the person at NUMBER (E.164) wrote. False where it was known. STOPS says that it means stop, or that
    it does not, whatever the words (a button of WhatsApp)."""
    now = timezone.now()
    at = min(at or now, now)
    contact = whose(channel, number)
    shop = business.current()
    stopped = means_stop(text, stop_words, shop.name if shop else "") if stops is None else stops
    row, new = Incoming.objects.get_or_create(
        channel=channel,
        provider_id=provider_id[:200],
        defaults={
            "address": number,
            "contact": contact,
            "customer": contact.customer if contact else None,
            "kind": kind[:20],
            "text": text[:LONGEST],
            "stopped": stopped,
            "at": at,
        },
    )
    if not new:
        return False
    if contact is not None:
        tell(
            contact.customer_id,
            "channels.message.received",
            group="messages",
            at=at,
            contact=contact,
            subject="incoming",
            subject_id=row.pk,
            text=text[:LONGEST] or _("(%(kind)s)") % {"kind": kind},
            channel=channel,
        )
    if stopped:
        stop(row)
    announce("channels.message.received", incoming_id=row.pk)
    return True


def whose(channel: str, number: str) -> Contact | None:
    """Who writes from NUMBER: whom we last wrote to at it on this channel, else the first contact of a customer that
    has it. A number that a whole family shares is theirs."""
    kinds = ("phone", "whatsapp")
    known = list(
        Contact.objects.filter(
            identities__kind__in=kinds, identities__value=number, customer__archived_at=None
        )
        .select_related("customer")
        .order_by(F("ended_on").desc(nulls_first=True), "-is_primary", "pk")
        .distinct()[:20]
    )
    if len(known) < 2:
        return known[0] if known else None
    last = (
        Message.objects.filter(contact__in=known, channel=channel, address=number, state=MessageState.SENT)
        .order_by("-sent_at")
        .values_list("contact_id", flat=True)
        .first()
    )
    return next((contact for contact in known if contact.pk == last), known[0])


def stop(row: Incoming) -> int:
    """Everybody with this number said no to offers on this channel; nobody known by it: the number itself is barred.
    Gives how many consents changed."""
    how = _("wrote “%(text)s”") % {"text": row.text[:60]} if row.text else _("in WhatsApp's settings")
    changed = 0
    contacts = Contact.objects.filter(
        identities__kind__in=("phone", "whatsapp"), identities__value=row.address
    ).distinct()
    for contact in contacts:
        said = Consent.objects.filter(
            contact=contact, channel=row.channel, purpose="offers", is_current=True
        ).first()
        if said is None or said.state != ConsentState.WITHDRAWN:
            withdraw_consent(contact, row.channel, "offers", by=None, how=how, at=_end_of_second(row.at))
            changed += 1
    if not contacts:
        suppressions.bar(row.address, "unsubscribed", channel=row.channel, detail=row.text[:300], at=row.at)
    last = (
        Message.objects.filter(
            contact__in=contacts, channel=row.channel, dispatch__purpose="offers", unsubscribed_at=None
        )
        .filter(state__in=(MessageState.SENT, MessageState.UNKNOWN))
        .order_by("-attempted_at")
        .first()
    )
    if last is not None:
        Message.objects.filter(pk=last.pk).update(unsubscribed_at=row.at)
    if changed and row.contact is not None and row.text:
        with override(row.contact.language or (row.customer.language if row.customer else "") or "en"):
            answering.answer(
                row, _("You will get no more offers from us here. Write to us whenever you need anything.")
            )
    return changed


def _end_of_second(at: dt.datetime) -> dt.datetime:
    """Providers tell whole seconds: a yes in the same second came before the no."""
    return min(at.replace(microsecond=0) + dt.timedelta(seconds=1), timezone.now())


def window_until(channel: str, numbers: Iterable[str]) -> dict[str, dt.datetime]:
    """Until when the shop may write freely to these numbers: 24 hours from when they last wrote. Those whose window is
    shut are not among them."""
    if channel != "whatsapp":
        return {}
    now = timezone.now()
    rows = Incoming.objects.filter(channel=channel, address__in=list(numbers), at__gt=now - WINDOW)
    found: dict[str, dt.datetime] = {}
    for address, at in rows.order_by("at").values_list("address", "at"):
        found[address] = at + WINDOW
    return found
