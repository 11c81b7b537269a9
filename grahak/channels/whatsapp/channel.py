"""WhatsApp as a channel of the contract."""

from __future__ import annotations

from grahak.channels import numbers
from grahak.channels.contract import Channel, Closer, Do
from grahak.channels.whatsapp import accounts
from grahak.channels.whatsapp.accounts import Account
from grahak.channels.whatsapp.transport import WhatsAppTransport, build


async def beside(account: Account, do: Do) -> tuple[Account, Closer | None]:
    """The fake Cloud API of the demo runs in this process."""
    if not account.is_fake:
        return account, None
    from grahak.channels.testing.demo import whatsapp as running

    return await running(account, do)


WHATSAPP = Channel(
    code="whatsapp",
    kinds=("whatsapp", "phone"),
    fits=numbers.fits,
    account=accounts.current,
    build=build,
    transport=WhatsAppTransport,
    beside=beside,
)
