"""The demo's own mail server: takes every mail and keeps it in the database, to be read on the mailbox page.

It answers 250 only after the mail is committed, so the ledger can be resolved from it like from a server's
log.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from grahak.channels.models import BoxedMail

Keep = Callable[[list[BoxedMail]], Awaitable[object]]
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command of every session
MOST_BYTES = 10 * 1024 * 1024


def boxed(mail_from: str, rcpt_to: str, content: bytes) -> BoxedMail:
    """A mail as the mailbox keeps it (not yet saved)."""
    head = email.message_from_bytes(content[:64_000].partition(b"\r\n\r\n")[0], policy=email.policy.default)
    try:
        subject = str(head.get("Subject", ""))
    except (ValueError, IndexError, LookupError):  # what a hostile header makes of the parser
        subject = ""
    return BoxedMail(
        message_id=str(head.get("Message-ID", "")).strip().strip("<>")[:200],
        mail_from=mail_from[:254],
        rcpt_to=rcpt_to[:254],
        subject=subject[:300],
        content=content,
    )


def keep(mails: Sequence[BoxedMail]) -> None:
    """Save them."""
    BoxedMail.objects.bulk_create(mails)


class _Handler:
    def __init__(self, keep: Keep) -> None:
        self._keep = keep

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            await self._keep([boxed(envelope.mail_from or "", to, content) for to in envelope.rcpt_tos])
        except Exception:
            return "451 4.3.0 The mailbox cannot keep it now"
        return "250 2.0.0 Kept in the mailbox"


async def serve(keep: Keep, port: int = 0) -> asyncio.Server:
    """Listen on 127.0.0.1 (PORT 0: a free one). KEEP is awaited before a mail is acknowledged."""
    handler: Any = _Handler(keep)
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            handler,
            hostname="mailbox.grahak.example",
            ident="Grahak mailbox",
            data_size_limit=MOST_BYTES,
            loop=loop,
        )

    return await loop.create_server(session, "127.0.0.1", port)
