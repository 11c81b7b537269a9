"""Django's mail backend for what the house itself writes (invitations, resets, tests): through the shop's own
account, or into the demo's mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils.translation import gettext as _

from grahak.channels.email import accounts, mailbox
from grahak.channels.email.accounts import Account, NoSender, Unreachable
from grahak.channels.email.building import Parcel, ascii_address
from grahak.channels.email.headers import mailbox as header
from grahak.channels.email.transport import transport_of


class NotTaken(ConnectionError):
    """The mail server refused a mail; the text is its own words."""


class ShopBackend(BaseEmailBackend):
    """Sends at once, over one connection for all mails of a call. Raises NoSender, Unreachable or
    NotTaken."""

    def __init__(self, fail_silently: bool = False, account: Account | None = None, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self._account = account

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many mails were taken by the server for all their recipients."""
        mails = [mail for mail in email_messages if mail.recipients()]
        if not mails:
            return 0
        try:
            account = self._account or accounts.current()
            if account is None:
                raise NoSender(_("There is no mail account yet: the owner can set it up in Settings."))
            for mail in mails:
                self._sign(mail, account)
            if account.is_mailbox:
                return _into_mailbox(mails, account)
            return asyncio.run(_deliver(mails, account))
        except (NoSender, Unreachable, NotTaken):
            if not self.fail_silently:
                raise
            return 0

    @staticmethod
    def _sign(mail: EmailMessage, account: Account) -> None:
        """The sender is always the account's: its server would take no other."""
        letterhead = account.letterhead
        mail.from_email = header(letterhead.from_name, ascii_address(letterhead.from_address)).replace(
            "\r\n", ""
        )
        if letterhead.reply_to and not mail.reply_to:
            mail.reply_to = [ascii_address(letterhead.reply_to)]


def _bytes_of(mail: EmailMessage) -> bytes:
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]


def _into_mailbox(mails: Sequence[EmailMessage], account: Account) -> int:
    for mail in mails:
        content = _bytes_of(mail)
        mailbox.keep([mailbox.boxed(account.letterhead.envelope, to, content) for to in mail.recipients()])
    return len(mails)


async def _deliver(mails: Sequence[EmailMessage], account: Account) -> int:
    transport = transport_of(account)
    try:
        for mail in mails:
            if not transport.is_open:
                await transport.open()
            content = _bytes_of(mail)
            for to in mail.recipients():
                parcel = Parcel(0, 0, account.letterhead.envelope, ascii_address(to), content)
                outcome = await transport.deliver(parcel)
                if outcome.result != "sent":
                    raise NotTaken(outcome.detail or outcome.reason)
    finally:
        await transport.close()
    return len(mails)
