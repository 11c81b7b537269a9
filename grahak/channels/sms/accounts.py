"""The SMS account in force, as the transport needs it: read from the SmsAccount row, its secrets unsealed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from grahak.channels.models import SmsAccount


@dataclass(frozen=True)
class Account:
    """How a gateway is asked; the fields are those of SmsAccount. HOOK is where it shall tell what became of it."""

    url: str
    method: str
    headers: str
    body_kind: str
    body: str
    key: str = field(repr=False)
    sender: str = ""
    ok_pattern: str = ""
    bad_number_pattern: str = ""
    id_path: str = ""
    entity: str = ""
    price: Decimal | None = None
    connections: int = 4
    hook: str = ""
    domain: str = "sms"
    is_fake: bool = False
    updated_at: dt.datetime | None = None

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def row() -> SmsAccount | None:
    """The shop's row, or None before it was set up."""
    return SmsAccount.objects.order_by("pk").first()


def account_of(found: SmsAccount) -> Account:
    """The account of a row. Raises secrets.Unsealable where its key was sealed with another secret."""
    from grahak.core import links

    return Account(
        url=found.url,
        method=found.method,
        headers=found.headers,
        body_kind=found.body_kind,
        body=found.body,
        key=found.key,
        sender=found.sender,
        ok_pattern=found.ok_pattern,
        bad_number_pattern=found.bad_number_pattern,
        id_path=found.id_path,
        entity=found.entity,
        price=found.price,
        connections=max(1, min(30, found.connections)),
        hook=links.absolute(f"/hooks/sms/{found.hook_token}/"),
        is_fake=found.is_fake,
        updated_at=found.updated_at,
    )


def current() -> Account | None:
    """The shop's account, or None before it was set up."""
    found = row()
    return account_of(found) if found else None
