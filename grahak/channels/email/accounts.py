"""The mail account in force, as the transports need it: read from the Sender row, its password unsealed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field

from grahak.channels.contract import Unreachable as Unreachable
from grahak.channels.email.building import Letterhead
from grahak.channels.models import Sender
from grahak.channels.secrets import unseal


class NoSender(LookupError):
    """No mail account was set up yet."""


@dataclass(frozen=True)
class Account:
    """Host and door of a mail server. SECURITY: "starttls", "tls" or "none". PROVIDER: "smtp", or one of
    channels.email.providers, to which KEYS let in."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    letterhead: Letterhead = field(default_factory=lambda: Letterhead("", "nobody@localhost"))
    connections: int = 8
    log_path: str = ""
    is_mailbox: bool = False
    counts_openings: bool = True
    updated_at: dt.datetime | None = None
    provider: str = "smtp"
    keys: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def domain(self) -> str:
        """Ours, for Message-IDs."""
        return self.letterhead.domain


def account_of(sender: Sender) -> Account:
    """The account of a Sender row. Raises secrets.Unsealable where its password was sealed with another
    secret."""
    return Account(
        host=sender.host,
        port=sender.port,
        security=sender.security,
        username=sender.username,
        password=unseal(sender.password_sealed),
        letterhead=Letterhead(
            *(sender.from_name, sender.from_address, sender.reply_to, sender.reply_to),
            bounce_address=sender.bounce_address,
            tags_bounces=sender.tags_bounces,
        ),
        connections=max(1, min(50, sender.connections)),
        log_path=sender.log_path,
        is_mailbox=sender.is_mailbox,
        counts_openings=sender.counts_openings,
        updated_at=sender.updated_at,
        provider=sender.provider,
        keys=keys_of(sender),
    )


def keys_of(sender: Sender) -> dict[str, str]:
    """What lets us in at the provider, unsealed. Raises secrets.Unsealable."""
    plain = unseal(sender.keys_sealed)
    return {str(name): str(value) for name, value in json.loads(plain).items()} if plain else {}


def current() -> Account | None:
    """The shop's account, or None before it was set up."""
    sender = Sender.objects.order_by("pk").first()
    return account_of(sender) if sender else None


def required() -> Account:
    """The shop's account; NoSender before it was set up."""
    found = current()
    if found is None:
        raise NoSender("no mail account yet")
    return found
