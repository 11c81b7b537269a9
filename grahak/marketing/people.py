"""The people of a sent campaign: the rows of its audience by state, reason and what they did, and the file of all."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.channels.models import Message, MessageState
from grahak.channels.why import REASONS
from grahak.core import business
from grahak.core.csv_guard import guard
from grahak.core.models import User
from grahak.customers.field_rights import SUBJECT, field_of_identity, hidden
from grahak.customers.search.find import LONGEST, find
from grahak.marketing.models import Campaign, HeldOut

BOM = "\ufeff"  # tells spreadsheets that it is UTF-8
PIECE = 1_000
MOST_FOUND = 200
# What people did, or what was done to their message: the name in the address → (column that is set, words)
MARKS: dict[str, tuple[str, Any]] = {
    "delivered": ("delivered_at", gettext_lazy("Delivered")),
    "opened": ("first_opened_at", gettext_lazy("Opened it")),
    "clicked": ("first_clicked_at", gettext_lazy("Followed a link")),
    "stopped": ("unsubscribed_at", gettext_lazy("Asked us to stop")),
    "bounced": ("bounced_at", gettext_lazy("Came back")),
    "complained": ("complained_at", gettext_lazy("Called it spam")),
}


@dataclass(frozen=True)
class Asked:
    """Which of a campaign's people are asked for; what cannot be read asks for all."""

    state: str = ""
    reason: str = ""
    variant: str = ""
    mark: str = ""
    text: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Asked:
        """From an address; unknown words are left out."""
        state, mark, variant = asked.get("state", ""), asked.get("mark", ""), asked.get("variant", "")
        return cls(
            state if state in MessageState.values else "",
            asked.get("reason", "") if asked.get("reason", "") in REASONS else "",
            variant if len(variant) == 1 and variant.isascii() and variant.isupper() else "",
            mark if mark in MARKS else "",
            " ".join(asked.get("q", "").replace("\x00", "").split())[:LONGEST],
        )

    def rows(self, campaign: Campaign, user: User) -> QuerySet[Message]:
        """Their rows of the ledger, in no order. A text finds names in any script, numbers and addresses."""
        rows = Message.objects.filter(dispatch=campaign.dispatch)
        if self.state:
            rows = rows.filter(state=self.state)
        if self.reason:
            rows = rows.filter(reason=self.reason)
        if self.variant:
            rows = rows.filter(variant=self.variant)
        if self.mark:
            rows = rows.filter(**{f"{MARKS[self.mark][0]}__isnull": False})
        if self.text:
            known = Q(customer_id__in=[hit.pk for hit in find(user, self.text, MOST_FOUND)])
            if shows_addresses(campaign, user):
                known |= Q(address__startswith=self.text.lower())
            rows = rows.filter(known)
        return rows

    @property
    def words(self) -> str:
        """Who is asked for, as a heading."""
        if self.mark:
            return str(MARKS[self.mark][1])
        return str(MessageState(self.state).label) if self.state else _("Everybody")


def shows_addresses(campaign: Campaign, user: Any) -> bool:
    """Whether USER may see where a campaign went: the phones or e-mail addresses of the customers."""
    return field_of_identity("email" if campaign.channel == "email" else "phone") not in hidden(user, SUBJECT)


def lines(campaign: Campaign, user: User) -> Iterator[str]:
    """Every one of the audience and every one held out as CSV, a piece at a time; memory does not grow with them.
    Addresses that are kept from USER stay empty."""
    open_ = shows_addresses(campaign, user)
    yield BOM + _written([[guard(str(head)) for head in _heads()]])
    rows = (
        Message.objects.filter(dispatch=campaign.dispatch)
        .select_related("customer", "contact")
        .order_by("pk")
    )
    after = 0
    while piece := list(rows.filter(pk__gt=after)[:PIECE]):
        after = piece[-1].pk
        yield _written([_line(row, row.address if open_ else "") for row in piece])
    held = HeldOut.objects.filter(campaign=campaign).select_related("customer").order_by("pk")
    after = 0
    while kept := list(held.filter(pk__gt=after)[:PIECE]):
        after = kept[-1].pk
        yield _written([_held_line(row) for row in kept])


def _heads() -> list[str]:
    return [
        *(_("Customer number"), _("Customer"), _("Contact"), _("Channel"), _("Address"), _("Language")),
        *(_("Variant"), _("Time zone"), _("State"), _("Why"), _("In the provider’s words"), _("Tries")),
        *(_("Sent at"), _("Delivered at"), _("Opened at"), _("Followed a link at"), _("Asked to stop at")),
        *(_("Came back at"), _("Called spam at"), _("Cost"), _("Message-ID"), _("Provider’s ID")),
    ]


def _line(row: Message, address: str) -> list[str]:
    words = (
        *(row.customer.name if row.customer else "", row.contact.name if row.contact else "", row.channel),
        *(address, row.language, row.variant, row.zone, str(row.get_state_display())),
        *(str(REASONS.get(row.reason, row.reason)), row.detail),
    )
    moments = (
        *(row.sent_at, row.delivered_at, row.first_opened_at, row.first_clicked_at, row.unsubscribed_at),
        *(row.bounced_at, row.complained_at),
    )
    return [
        str(row.customer_id or ""),
        *(guard(word) for word in words),
        str(row.tries),
        *(_moment(at) for at in moments),
        _plain(row.cost),
        guard(row.message_id),
        guard(row.provider_id),
    ]


def _held_line(row: HeldOut) -> list[str]:
    empty = [""] * 5
    return [str(row.customer_id), guard(row.customer.name), *empty, "", _("Held out by lot"), *[""] * 13]


def _plain(cost: Decimal | None) -> str:
    return "" if cost is None else f"{cost.normalize():f}"


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone(business.zone()).strftime("%Y-%m-%d %H:%M") if at else ""


def _written(rows: list[list[str]]) -> str:
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()
