"""Tries a channel out on one phone, outside of any campaign, and says in the provider's own words how that went."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections

from grahak.channels.contract import Channel, Unreachable
from grahak.channels.renderers import Claimed, Short
from grahak.channels.turns import Outcome


async def _do(work: Callable[[], Any]) -> Any:
    def alone() -> Any:
        try:
            return work()
        finally:
            close_old_connections()

    return await asyncio.to_thread(alone)


def try_out(channel: Channel, account: Any, words: Short, address: str) -> Outcome:
    """Send WORDS to ADDRESS (E.164) now, over a connection of its own. An Unreachable is an outcome, too."""
    return asyncio.run(_try_out(channel, account, words, address))


async def _try_out(channel: Channel, account: Any, words: Short, address: str) -> Outcome:
    named = f"test.{secrets.token_hex(8)}@{account.domain}"
    row = Claimed(0, 0, 0, address, words.language, named, 0)
    closer = None
    if channel.beside is not None:
        account, closer = await channel.beside(account, _do)
    transport = channel.transport(account)
    try:
        await transport.open()
        return await transport.deliver(channel.build(account, words, row, 0))
    except Unreachable as error:
        return Outcome(0, "failed", detail=str(error))
    finally:
        await transport.close()
        if closer is not None:
            await asyncio.to_thread(closer.close)
