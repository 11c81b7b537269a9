"""What somebody wants to get from the shop, as they say it themselves on the preferences page: per channel and
purpose, how often, in which language, and whether it may be counted. A yes is theirs alone; a no holds for everybody
who has the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grahak.channels import actions, tokens
from grahak.channels.models import Message
from grahak.core import audit, business
from grahak.customers.actions import edit_contact, grant_consent, withdraw_consent
from grahak.customers.models import CHANNELS, MESSAGE_PURPOSES, Consent, ConsentState, Contact, Identity, Wish

KINDS: Final = {
    "email": ("email",),
    "whatsapp": ("whatsapp", "phone"),
    "sms": ("phone",),
    "phone": ("phone",),
}
MESSAGES: Final = ("email", "whatsapp", "sms")  # channels whose messages can be counted
PAUSE: Final = dt.timedelta(days=30)


@dataclass(frozen=True)
class Whose:
    """Whose preferences a token opens: a contact (None: erased since), by way of a message if there was one."""

    contact: Contact | None
    message: Message | None = None


@dataclass(frozen=True)
class Choice:
    """One line of the page: may we use CHANNEL for PURPOSE? NOTICE is what a yes agrees to."""

    name: str
    channel: str
    purpose: str
    label: Any
    notice: str
    yes: bool


def whose(token: str) -> Whose | None:
    """Whom a token names; None where it is forged, or its message is gone."""
    found = tokens.read_me(token)
    if found is None:
        return None
    kind, pk = found
    if kind == "c":
        return Whose(Contact.objects.select_related("customer").filter(pk=pk).first())
    message = Message.objects.select_related("dispatch", "contact__customer").filter(pk=pk).first()
    return Whose(message.contact, message) if message else None


def choices(contact: Contact) -> list[Choice]:
    """The lines of a contact's page: each channel they can be reached by, for offers and for orders."""
    kinds = set(contact.identities.values_list("kind", flat=True))
    said = current(contact)
    names = dict(CHANNELS)
    found = []
    for purpose, _label in MESSAGE_PURPOSES:
        for channel, _name in CHANNELS:
            if not kinds & set(KINDS[channel]):
                continue
            state = said.get((channel, purpose))
            # messages about one's own orders come unless one said no; offers only after a yes
            yes = state == ConsentState.GRANTED or (purpose == "service" and state is None)
            notice = notice_of(channel, purpose)
            found.append(Choice(f"{channel}-{purpose}", channel, purpose, str(names[channel]), notice, yes))
    return found


def current(contact: Contact) -> dict[tuple[str, str], str]:
    """What holds for a contact, by channel and purpose."""
    rows = Consent.objects.filter(contact=contact, is_current=True)
    return {(row.channel, row.purpose): row.state for row in rows}


def notice_of(channel: str, purpose: str) -> str:
    """What a yes on the page agrees to, in the reader's language."""
    shop = business.current()
    values = {"shop": shop.name if shop else "Grahak", "channel": str(dict(CHANNELS)[channel])}
    match purpose:
        case "offers":
            return _("%(shop)s may send me offers and news by %(channel)s, until I say otherwise.") % values
        case "service":
            return _("%(shop)s may write to me by %(channel)s about my orders and my khata.") % values
    return _("%(shop)s may count whether I open its messages and which links I press.") % values


def may_count(contact: Contact) -> bool | None:
    """Whether their openings and clicks may be counted; None where they said nothing."""
    said = {state for (_channel, purpose), state in current(contact).items() if purpose == "tracking"}
    return None if not said else ConsentState.WITHDRAWN not in said


@transaction.atomic
def choose(
    found: Whose,
    yes: Iterable[str],
    *,
    counts: bool | None = None,
    often: str = "",
    language: str = "",
    shown: Iterable[str] | None = None,
    now: dt.datetime | None = None,
) -> int:
    """Keep what somebody chose. YES are the names of the lines that were ticked, SHOWN those that the page had (so
    that a line which came to be since is not taken as a no); OFTEN is "", "fewer", "pause" or "usual"; only what
    differs is written. Gives how many statements were made."""
    contact = found.contact
    if contact is None:
        return 0
    ticked = set(yes)
    lines = choices(contact)
    on_page = {one.name for one in lines} if shown is None else set(shown)
    made = 0
    for one in lines:
        if one.name in on_page and (one.name in ticked) != one.yes:
            _state(found, contact, one.channel, one.purpose, one.name in ticked)
            made += 1
    if counts is not None and counts != may_count(contact):
        for channel in MESSAGES:
            _one(contact, channel, "tracking", counts)
        made += 1
    if language in dict(settings.LANGUAGES) and language != contact.language:
        edit_contact(contact, by=None, language=language)
    if often:
        _wish(contact, often, now or timezone.now())
    return made


@transaction.atomic
def stop_all(found: Whose) -> None:
    """No message of any kind on any channel any more, and nothing is counted. Where the person was erased, their
    address alone is kept from being written to."""
    contact = found.contact
    if contact is None:
        if found.message is not None:
            actions.unsubscribe(found.message, how=_how())
        return
    for channel, _name in CHANNELS:
        for purpose, _label in MESSAGE_PURPOSES:
            if current(contact).get((channel, purpose)) != ConsentState.WITHDRAWN:
                _state(found, contact, channel, purpose, False)
    for channel in MESSAGES:
        if current(contact).get((channel, "tracking")) != ConsentState.WITHDRAWN:
            _one(contact, channel, "tracking", False)


def _how() -> str:
    """How it was said, for the record, in the shop's language."""
    shop = business.current()
    with translation.override(shop.language if shop else "en"):
        return _("on the preferences page")


def _state(found: Whose, contact: Contact, channel: str, purpose: str, yes: bool) -> None:
    message = found.message
    same = message is not None and (message.channel, message.dispatch.purpose) == (channel, purpose)
    if yes:
        _one(contact, channel, purpose, True)
        if message is not None and same:
            Message.objects.filter(pk=message.pk).update(unsubscribed_at=None)
        return
    if message is not None and same:
        actions.unsubscribe(message, how=_how())  # the campaign it came of is told too
    for one in sharing(contact, channel):
        if current(one).get((channel, purpose)) != ConsentState.WITHDRAWN:
            _one(one, channel, purpose, False)


def _one(contact: Contact, channel: str, purpose: str, yes: bool) -> None:
    state = grant_consent if yes else withdraw_consent
    state(contact, channel, purpose, by=None, how=_how(), notice=notice_of(channel, purpose))


def sharing(contact: Contact, channel: str) -> list[Contact]:
    """CONTACT and everybody who is reached at the same addresses on a channel."""
    mine = Identity.objects.filter(contact=contact, kind__in=KINDS[channel]).values_list("value", flat=True)
    others = Contact.objects.filter(identities__kind__in=KINDS[channel], identities__value__in=list(mine))
    return [contact, *others.exclude(pk=contact.pk).distinct().order_by("pk")]


def _wish(contact: Contact, often: str, now: dt.datetime) -> None:
    wish = Wish.objects.filter(contact=contact).first() or Wish(contact=contact)
    before = {"fewer": wish.fewer, "paused_until": wish.paused_until}
    paused = wish.paused_until if wish.paused_until and wish.paused_until > now else None
    wish.fewer = often == "fewer"
    wish.paused_until = (paused or now + PAUSE) if often == "pause" else None
    after = {"fewer": wish.fewer, "paused_until": wish.paused_until}
    if after != before:
        wish.at = now
        wish.save()
        audit.record(
            "channels.wish.changed", contact.customer, by=None, contact=contact.pk, often=often,
            **audit.changed(before, after),
        )  # fmt: skip


def often_of(contact: Contact, now: dt.datetime) -> tuple[str, dt.datetime | None]:
    """("usual", "fewer" or "pause"; until when)."""
    wish = Wish.objects.filter(contact=contact).first()
    if wish is None:
        return "usual", None
    if wish.paused_until and wish.paused_until > now:
        return "pause", wish.paused_until
    return ("fewer" if wish.fewer else "usual"), None


def masked(value: str) -> str:
    """An address or number by which its owner knows it and nobody else learns it: "a…@home.example", "…4821"."""
    name, at, host = value.partition("@")
    return f"{name[:1]}…@{host}" if at else f"…{value[-4:]}"


def form_of(contact: Contact, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the page shows of a contact."""
    often, until = often_of(contact, timezone.now())
    counted = may_count(contact)
    from grahak.channels.links_public.tracking import rules

    values = list(
        contact.identities.filter(kind__in=("email", "phone", "whatsapp")).values_list("value", flat=True)
    )
    lines = choices(contact)
    return {
        "offers": [one for one in lines if one.purpose == "offers"],
        "service": [one for one in lines if one.purpose == "service"],
        "often": often,
        "until": until,
        "counts": rules().counts if counted is None else counted,
        "count_notice": notice_of("email", "tracking"),
        "known_by": list(dict.fromkeys(masked(one) for one in values)),
        "writes_in": contact.language,
    }
