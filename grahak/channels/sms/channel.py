"""SMS as a channel of the contract."""

from __future__ import annotations

import datetime as dt

from grahak.channels import numbers
from grahak.channels.contract import Channel, Closer, Do
from grahak.channels.sms import accounts
from grahak.channels.sms.accounts import Account
from grahak.channels.sms.transport import SmsTransport, build

# TRAI, Telecom Commercial Communications Customer Preference Regulations: promotional messages 10:00 to 21:00
DAYTIME = (dt.time(10), dt.time(21))


def daytime() -> tuple[dt.time, dt.time] | None:
    """The hours of the recipient's clock in which offers may go out by SMS; None where the account does not say."""
    found = accounts.row()
    return DAYTIME if found is not None and found.daytime_only else None


async def beside(account: Account, do: Do) -> tuple[Account, Closer | None]:
    """The fake gateway of the demo runs in this process."""
    if not account.is_fake:
        return account, None
    from grahak.channels.testing.demo import sms as running

    return await running(account, do)


SMS = Channel(
    code="sms",
    kinds=("phone",),
    fits=numbers.takes_texts,
    account=accounts.current,
    build=build,
    transport=SmsTransport,
    beside=beside,
    daytime=daytime,
)
