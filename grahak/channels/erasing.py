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

from grahak.channels.models import BoxedMail, Message, MessageState, SkipReason, Suppression
from grahak.core.bulk import pieces
from grahak.customers import erasing
from grahak.customers.erasing import Keeper, Line, Traces
from grahak.customers.models import Consent, ConsentState

SEAL: Final = "sha256:"
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


def _lines(traces: Traces) -> list[Line]:
    mails = BoxedMail.objects.filter(rcpt_to__in=_addresses(traces)).count()
    return [
        Line(_("Addresses of messages"), Message.objects.filter(_messages(traces)).count()),
        Line(_("Mails in the demo's mailbox"), mails),
        Line(
            _("That messages were sent, as counts of their campaigns"),
            Message.objects.filter(_messages(traces)).count(), stays=True,
        ),
        Line(
            _("That an address must not be written to, as a hash"),
            len(_barred(traces)), stays=True,
        ),
    ]  # fmt: skip


def _barred(traces: Traces) -> set[str]:
    """Their addresses that nobody may write to: barred, or of a contact who said no."""
    mine = _addresses(traces)
    found = set(
        Suppression.objects.filter(channel="email", address__in=mine, lifted_at=None).values_list(
            "address", flat=True
        )
    )
    said_no = Consent.objects.filter(
        contact__in=traces.contact_ids, channel="email", state=ConsentState.WITHDRAWN, is_current=True
    )
    return found | {
        one.strip().lower()
        for one in said_no.filter(contact__identities__kind="email").values_list(
            "contact__identities__value", flat=True
        )
    }


def _erase(traces: Traces) -> dict[str, int]:
    barred = _barred(traces)
    mine = Message.objects.filter(_messages(traces))
    mine.filter(state__in=UNSENT).update(
        state=MessageState.SKIPPED, reason=SkipReason.ERASED, claimed_by="", claimed_until=None
    )
    blanked = mine.update(address="", detail="", customer=None, contact=None)
    mails = BoxedMail.objects.filter(rcpt_to__in=_addresses(traces)).delete()[0]
    Suppression.objects.filter(address__in=_addresses(traces)).delete()
    for address in barred:
        Suppression.objects.get_or_create(
            channel="email", address=sealed(address), lifted_at=None,
            defaults={"reason": "unsubscribed", "at": timezone.now()},
        )  # fmt: skip
    return {"messages": blanked, "boxed_mails": mails}


def register() -> None:
    """Hang this room's part in."""
    erasing.add("channels", Keeper(_lines, _erase))
    erasing.keep("channels.Message")
