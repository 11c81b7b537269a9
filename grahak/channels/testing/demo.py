"""The FAKE providers of the demo, inside the worker: they keep what they took for the demo's fake phone, and tell what
became of it by webhooks like real ones. Nothing leaves this machine, and what becomes of a message is made up from its
number.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from zlib import crc32

from grahak.channels import doorstep
from grahak.channels.contract import Closer, Do
from grahak.channels.models import BoxedText
from grahak.channels.sms import accounts as sms_accounts
from grahak.channels.testing import fake_sms, fake_whatsapp
from grahak.channels.testing.fake import FakeProvider, Running
from grahak.channels.whatsapp import accounts as whatsapp_accounts

STOPS = ("STOP", "बंद करो", "بند کریں", "band karo")


class DemoWhatsApp(fake_whatsapp.FakeWhatsApp):
    """The fake of the Cloud API, with names that are its own after every start."""

    def named(self, n: int, number: str) -> str:
        return f"wamid.FAKE{uuid.uuid4().hex[:20]}"


class DemoSms(fake_sms.FakeSms):
    """The same of the fake gateway."""

    def named(self, n: int, number: str) -> str:
        return f"FAKESMS{uuid.uuid4().hex[:16]}"


async def whatsapp(
    account: whatsapp_accounts.Account, do: Do
) -> tuple[whatsapp_accounts.Account, Closer | None]:
    """The fake Cloud API, running; and the account that leads to it."""
    provider = DemoWhatsApp(token=account.token)
    server = _begun(provider, do, _whatsapp_fate, "whatsapp")
    return replace(account, origin=provider.url), server


async def sms(account: sms_accounts.Account, do: Do) -> tuple[sms_accounts.Account, Closer | None]:
    """The fake gateway, running; and the account that leads to it."""
    provider = DemoSms()
    server = _begun(provider, do, _sms_fate, "sms")
    return replace(account, url=f"{provider.url}/send", key=fake_sms.KEY), server


Fate = Callable[[str, str, str, Any], list[bytes]]


def _begun(provider: FakeProvider, do: Do, fate: Fate, channel: str) -> Running:
    loop = asyncio.get_running_loop()

    def taken(number: str, text: str, ours: str, asked: Any, named: str) -> None:
        bodies = fate(number, named, ours, asked)
        work = partial(_keep, channel, number, text, asked, named, bodies)

        async def kept() -> None:
            await do(work)

        asyncio.run_coroutine_threadsafe(kept(), loop).result(timeout=30)

    provider.on_taken = taken
    return Running(provider)


def _keep(channel: str, number: str, text: str, asked: Any, named: str, bodies: list[bytes]) -> None:
    BoxedText.objects.create(channel=channel, provider_id=named, to=number, text=text, content=asked)
    for body in bodies:
        doorstep.store(channel, body)


def _lot(number: str) -> int:
    """A number from 0 to 99 that hangs on the phone number alone."""
    return crc32(number.encode()) % 100


def _whatsapp_fate(number: str, named: str, ours: str, asked: Any) -> list[bytes]:
    lot, now = _lot(number), int(time.time())
    status = partial(fake_whatsapp.status, named, number=number, ref=ours)
    if lot < 3:
        told = [status("failed", at=now, code=131026, title="Message undeliverable")]
    elif lot < 6:
        title = "This message was not delivered to maintain healthy ecosystem engagement."
        told = [status("failed", at=now, code=131049, title=title)]
    else:
        told = [status("sent", at=now), status("delivered", at=now)]
        told += [status("read", at=now)] if lot < 70 else []
    bodies = [fake_whatsapp.body_of(statuses=told)]
    if lot in (40, 41) and asked.get("type") == "template":  # an answer of ours is not answered again
        wrote = fake_whatsapp.wrote(
            number, STOPS[crc32(named.encode()) % len(STOPS)], f"{named}-reply", at=now
        )
        bodies.append(fake_whatsapp.body_of(messages=[wrote]))
    return bodies


def _sms_fate(number: str, named: str, ours: str, _asked: Any) -> list[bytes]:
    lot, now = _lot(number), str(int(time.time()))
    word = "DELIVRD" if lot >= 5 else "EXPIRED" if lot >= 2 else "REJECTD"
    return [fake_sms.body_of(fake_sms.status(named, word, ref=ours, at=now))]
