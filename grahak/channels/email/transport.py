"""Hands mails to a mail server over one kept-open connection, and says exactly what became of each.

Before the server has answered 354 to DATA, and whenever it refuses with a code, the mail was certainly not
taken. Once the text is on the wire and the connection breaks, nobody can know: that is "unknown", never tried
again here.
"""

from __future__ import annotations

import asyncio
import ssl

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPTimeoutError
from django.conf import settings
from django.utils.translation import gettext as _

from grahak.channels.contract import Transport as Transport
from grahak.channels.email import doors
from grahak.channels.email.accounts import Account, Unreachable
from grahak.channels.email.building import Parcel
from grahak.channels.models import FailReason
from grahak.channels.replies import is_address_dead
from grahak.channels.turns import Outcome

CONNECT_SECONDS = 20.0
COMMAND_SECONDS = 40.0
END_OF_DATA_SECONDS = 120.0  # with the four commands around it, within turns.ATTEMPT_LEASE
MAILS_A_CONNECTION = 500  # then a new one: big providers close long sessions themselves


class SmtpTransport:
    """A connection to an SMTP server (RFC 5321), with STARTTLS or TLS and certificates checked."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._client: aiosmtplib.SMTP | None = None
        self._carried = 0

    @property
    def is_open(self) -> bool:
        return self._client is not None and self._client.is_connected and self._carried < MAILS_A_CONNECTION

    async def open(self) -> None:
        await self.close()
        account = self.account
        sock = await asyncio.to_thread(doors.open_socket, account.host, account.port, CONNECT_SECONDS)
        client = aiosmtplib.SMTP(
            hostname=account.host,
            sock=sock,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            username=account.username or None,
            password=account.password if account.username else None,
            local_hostname=account.letterhead.domain,
            timeout=CONNECT_SECONDS,
            cert_bundle=getattr(settings, "SMTP_CA", "") or None,
        )
        try:
            await client.connect()
            await client.ehlo()
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            sock.close()
            raise Unreachable(words_of(error)) from error
        client.timeout = COMMAND_SECONDS
        self._client, self._carried = client, 0

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            try:
                await client.quit(timeout=5)
            except (SMTPException, OSError):
                client.close()

    async def deliver(self, parcel: Parcel) -> Outcome:
        client = self._client
        if client is None:
            return Outcome(parcel.id, "later", detail="not connected", tries=parcel.tries)
        self._carried += 1
        stage = "MAIL"
        try:
            await _ask(client, b"MAIL", _path(b"FROM:", parcel.sender), *self._options(client, parcel))
            stage = "RCPT"
            await _ask(client, b"RCPT", _path(b"TO:", parcel.address))
            stage = "DATA"
            await _ask(client, b"DATA", expected=3)
            stage = "text"
            ended = await self._hand_over(client, parcel.content)
            if ended.code // 100 != 2:
                raise SMTPResponseException(ended.code, ended.message)
        except SMTPResponseException as refusal:
            await self._start_over(client)
            return self._refused(parcel, refusal, stage)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as broken:
            client.close()
            result = "unknown" if stage == "text" else "later"
            return Outcome(parcel.id, result, detail=words_of(broken), tries=parcel.tries)
        except ValueError as wrong:  # an address that cannot be written in SMTP
            await self._start_over(client)
            return Outcome(parcel.id, "failed", FailReason.BAD_ADDRESS, str(wrong)[:300])
        return Outcome(parcel.id, "sent")

    @staticmethod
    def _options(client: aiosmtplib.SMTP, parcel: Parcel) -> list[bytes]:
        return [b"SIZE=%d" % len(parcel.content)] if client.supports_extension("size") else []

    @staticmethod
    async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> aiosmtplib.SMTPResponse:
        protocol = client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        if content.startswith(b"."):
            content = b"." + content
        end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
        protocol.write(content.replace(b"\r\n.", b"\r\n..") + end)
        try:
            return await protocol.read_response(timeout=END_OF_DATA_SECONDS)
        except (SMTPServerDisconnected, SMTPTimeoutError):
            client.close()
            raise

    @staticmethod
    async def _start_over(client: aiosmtplib.SMTP) -> None:
        """After a refusal the connection may go on, if the server lets us begin anew."""
        if client.is_connected:
            try:
                await client.rset(timeout=COMMAND_SECONDS)
            except (SMTPException, OSError):
                client.close()

    @staticmethod
    def _refused(parcel: Parcel, refusal: SMTPResponseException, stage: str) -> Outcome:
        words = f"{refusal.code} {refusal.message}"[:300]
        if refusal.code // 100 == 4:
            return Outcome(parcel.id, "later", detail=words, tries=parcel.tries)
        if (
            refusal.code // 100 != 5
        ):  # not an answer of SMTP: after the text was handed over it may mean anything
            result = "unknown" if stage == "text" else "later"
            return Outcome(parcel.id, result, detail=words, tries=parcel.tries)
        if stage == "RCPT" and is_address_dead(refusal.code, refusal.message):
            return Outcome(parcel.id, "failed", FailReason.BAD_ADDRESS, words, suppress=parcel.address)
        return Outcome(parcel.id, "failed", FailReason.REFUSED, words)


def transport_of(account: Account) -> Transport:
    """A connection for this account: to its mail server, or to its provider's API."""
    if account.provider == "smtp":
        return SmtpTransport(account)
    from grahak.channels.email.anymail import AnymailTransport  # requests and all: only who uses it loads it

    return AnymailTransport(account)


def _path(verb: bytes, address: str) -> bytes:
    """FROM:<address>. aiosmtplib would parse the address again; the ledger let only plain ones through."""
    return b"%s<%s>" % (verb, address.encode("ascii"))


async def _ask(client: aiosmtplib.SMTP, *command: bytes, expected: int = 2) -> None:
    """Send a command and wait for an answer of the EXPECTED hundred. Raises SMTPResponseException."""
    answer = await client.execute_command(*command)
    if answer.code // 100 != expected:
        raise SMTPResponseException(answer.code, answer.message)


class NullTransport:
    """Takes everything and keeps nothing: for measuring the ledger by itself."""

    def __init__(self, account: Account | None = None) -> None:
        self.is_open = False

    async def open(self) -> None:
        self.is_open = True

    async def deliver(self, parcel: Parcel) -> Outcome:
        await asyncio.sleep(0)
        return Outcome(parcel.id, "sent")

    async def close(self) -> None:
        self.is_open = False


def words_of(error: BaseException) -> str:
    """What went wrong, in the server's own words where it spoke."""
    match error:
        case Unreachable():
            return str(error)
        case SMTPResponseException():
            if error.code < 0:
                return _("What answers there is not a mail server.")
            return f"{error.code} {error.message}"
        case ssl.SSLCertVerificationError():
            return _("The server's certificate is not valid: %(why)s") % {"why": error.verify_message}
        case SMTPTimeoutError() | TimeoutError():
            return _("The mail server did not answer in time.")
        case SMTPServerDisconnected():
            return _("The mail server hung up.")
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return words_of(cause)
    return str(error) or type(error).__name__
