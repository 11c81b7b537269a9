"""What of messages goes when a customer is erased: addresses and the mail server's words. The counts of what was sent
stay. Who asked not to be written to is still not written to: their address is kept as a hash, keyed with the
installation's secret, from which it can't be read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import (
    BoxedMail,
    BoxedText,
    Incoming,
    Message,
    MessageState,
    SkipReason,
    Suppression,
)
from grahak.core.bulk import pieces
from grahak.customers import erasing
from grahak.customers.erasing import Keeper, Line, Traces
from grahak.customers.models import Consent, ConsentState

SEAL: Final = "sha256:"
PHONED: Final = ("whatsapp", "sms")
_PHONES: Final = ("phone", "whatsapp")
UNSENT: Final = (MessageState.WAITING, MessageState.CLAIMED)


def sealed(address: str) -> str:
    """An address as the list of those never written to keeps it after an erasure."""
    text = f"suppression:{address.strip().lower()}"
    return SEAL + hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hex()


def sealed_among(addresses: Iterable[str], channel: str = "email") -> set[str]:
    """Which of ADDRESSES are barred under their hash. One short query where nobody was erased."""
    barred = Suppression.objects.filter(channel=channel, address__startswith=SEAL, lifted_at=None)
    if not barred.exists():
        return set()
    hashes = {sealed(one): one for one in addresses if one}
    return {
        hashes[found]
        for some in pieces(hashes)
        for found in barred.filter(address__in=some).values_list("address", flat=True)
    }


def _messages(traces: Traces) -> Q:
    return Q(customer=traces.customer_id) | Q(contact__in=traces.contact_ids)


def _addresses(traces: Traces) -> set[str]:
    return {one.strip().lower() for one in traces.emails}


def _numbers(traces: Traces) -> set[str]:
    """Their phones as messages go to them."""
    return {one for one in traces.phones if one.startswith("+") and one[1:].isdigit()}


def _written(traces: Traces) -> Q:
    """What they wrote to the shop, also before anybody knew whose number it was."""
    return Q(customer=traces.customer_id) | Q(address__in=_numbers(traces))


def _lines(traces: Traces) -> list[Line]:
    mails = BoxedMail.objects.filter(rcpt_to__in=_addresses(traces)).count()
    return [
        Line(_("Addresses of messages"), Message.objects.filter(_messages(traces)).count()),
        Line(_("Mails in the demo's mailbox"), mails),
        Line(_("Messages that they wrote to us"), Incoming.objects.filter(_written(traces)).count()),
        Line(
            _("That messages were sent, as counts of their campaigns"),
            Message.objects.filter(_messages(traces)).count(), stays=True,
        ),
        Line(
            _("That an address must not be written to, as a hash"),
            sum(len(_barred(traces, channel)) for channel in ("email", *PHONED)), stays=True,
        ),
    ]  # fmt: skip


def _barred(traces: Traces, channel: str = "email") -> set[str]:
    """Their addresses that nobody may write to on a channel: barred, or of a contact who said no."""
    mine, kinds = (_addresses(traces), ("email",)) if channel == "email" else (_numbers(traces), _PHONES)
    found = set(
        Suppression.objects.filter(channel=channel, address__in=mine, lifted_at=None).values_list(
            "address", flat=True
        )
    )
    said_no = Consent.objects.filter(
        contact__in=traces.contact_ids, channel=channel, state=ConsentState.WITHDRAWN, is_current=True
    )
    values = said_no.filter(contact__identities__kind__in=kinds).values_list(
        "contact__identities__value", flat=True
    )
    return found | {one.strip().lower() for one in values}


def _erase(traces: Traces) -> dict[str, int]:
    barred = {channel: _barred(traces, channel) for channel in ("email", *PHONED)}
    mine = Message.objects.filter(_messages(traces))
    mine.filter(state__in=UNSENT).update(
        state=MessageState.SKIPPED, reason=SkipReason.ERASED, claimed_by="", claimed_until=None
    )
    blanked = mine.update(address="", detail="", customer=None, contact=None)
    mails = BoxedMail.objects.filter(rcpt_to__in=_addresses(traces)).delete()[0]
    texts = BoxedText.objects.filter(to__in=_numbers(traces)).delete()[0]
    wrote = Incoming.objects.filter(_written(traces)).delete()[0]
    Suppression.objects.filter(address__in=_addresses(traces) | _numbers(traces)).delete()
    for channel, address in [(channel, one) for channel, those in barred.items() for one in those]:
        Suppression.objects.get_or_create(
            channel=channel, address=sealed(address), lifted_at=None,
            defaults={"reason": "unsubscribed", "at": timezone.now()},
        )  # fmt: skip
    return {"messages": blanked, "boxed_mails": mails + texts, "incoming": wrote}


def register() -> None:
    """Hang this room's part in."""
    erasing.add("channels", Keeper(_lines, _erase))
    erasing.keep("channels.Message")
