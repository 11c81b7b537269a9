"""The WhatsApp account in force, as the transport needs it: read from the WhatsAppAccount row, its token unsealed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from grahak.channels.models import WhatsAppAccount

GRAPH = "https://graph.facebook.com"


@dataclass(frozen=True)
class Account:
    """A number at the Cloud API. ORIGIN is Meta's, or that of the fake on this machine. PRICES by category."""

    phone_id: str
    business_id: str
    token: str = field(repr=False)
    version: str = "v23.0"
    origin: str = GRAPH
    connections: int = 8
    prices: tuple[tuple[str, Decimal], ...] = ()
    domain: str = "whatsapp"
    is_fake: bool = False
    updated_at: dt.datetime | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def price(self, category: str) -> Decimal | None:
        """What one message of a category costs, as far as the shop wrote it down."""
        return dict(self.prices).get(category.lower())


def row() -> WhatsAppAccount | None:
    """The shop's row, or None before it was set up."""
    return WhatsAppAccount.objects.order_by("pk").first()


def account_of(found: WhatsAppAccount) -> Account:
    """The account of a row. Raises secrets.Unsealable where its token was sealed with another secret."""
    return Account(
        phone_id=found.phone_id,
        business_id=found.business_id,
        token=found.token,
        version=found.version,
        connections=max(1, min(50, found.connections)),
        prices=tuple(sorted(prices_of(found).items())),
        is_fake=found.is_fake,
        updated_at=found.updated_at,
    )


def prices_of(found: WhatsAppAccount) -> dict[str, Decimal]:
    """The prices that the shop wrote down, by category in lower case."""
    prices = {}
    for category, price in (found.prices or {}).items():
        try:
            prices[str(category).lower()] = Decimal(str(price))
        except InvalidOperation:
            continue
    return prices


def current() -> Account | None:
    """The shop's account, or None before it was set up."""
    found = row()
    return account_of(found) if found else None
