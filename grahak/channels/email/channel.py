"""E-mail as a channel of the contract: by SMTP, or by a provider where the account says so."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from functools import partial
from typing import Any

from grahak.channels import unknowns
from grahak.channels.contract import Channel, Closer, Do, Transport, Unreachable
from grahak.channels.email import accounts, mailbox
from grahak.channels.email.accounts import Account
from grahak.channels.email.building import Parcel, build
from grahak.channels.email.transport import transport_of
from grahak.channels.renderers import Claimed, Words

# RFC 5321 leaves more open than any mail server takes; control characters and spaces must never reach a
# header
ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+\.[^\s@.<>\x00-\x1f\x7f]+"
)


def fits(address: str) -> bool:
    """Whether mail can be addressed to it."""
    return ADDRESS.fullmatch(address) is not None


def parcel(account: Account, words: Words, row: Claimed, dispatch_id: int) -> Parcel:
    """The mail of a claimed row."""
    head = account.letterhead
    content = build(head, words, row.address, row.message_id)
    return Parcel(row.id, dispatch_id, head.envelope_of(row.id), row.address, content, row.tries)


def transport(account: Account) -> Transport:
    """A connection for this account."""
    return transport_of(account)


async def beside(account: Account, do: Do) -> tuple[Account, Closer | None]:
    """In the demo the account is this worker's own mailbox server, on whatever port was free."""
    if not account.is_mailbox:
        return account, None
    server = await mailbox.serve(lambda mails: do(partial(mailbox.keep, mails)))
    port = server.sockets[0].getsockname()[1]
    own = replace(account, host="127.0.0.1", port=port, security="none", username="", password="")
    return own, server


async def resolve(account: Account, read: Do, do: Do) -> None:
    """Look into the mailbox, or the mail server's log, for what is unknown."""
    if not await read(unknowns.any_left):
        return
    if account.is_mailbox:
        await do(unknowns.resolve_from_mailbox)
    elif account.log_path:
        await _knock(account)
        evidence: Any = await read(partial(unknowns.read_log, account.log_path))
        await do(partial(unknowns.resolve, evidence))


async def _knock(account: Account) -> None:
    """A visit leaves a line in a quiet server's log, which shows that the log is alive and is this
    server's."""
    visit = transport(account)
    with contextlib.suppress(Unreachable):
        await visit.open()
        await visit.close()


EMAIL = Channel(
    code="email",
    kinds=("email",),
    fits=fits,
    account=accounts.current,
    build=parcel,
    transport=transport,
    beside=beside,
    resolve=resolve,
)
