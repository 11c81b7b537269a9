"""A connection to the bounce mailbox (IMAP, RFC 9051), to machines that mail may be handed to and no others."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from imapclient import IMAPClient, exceptions, imap4, tls

from grahak.channels.contract import Unreachable
from grahak.channels.email import doors
from grahak.channels.models import BounceMailbox
from grahak.channels.secrets import Unsealable, unseal

CONNECT_SECONDS = 20.0
ANSWER_SECONDS = 60.0
BROKEN = (OSError, imaplib.IMAP4.abort, exceptions.ProtocolError)


def _door(host: str, port: int) -> socket.socket:
    """A connected socket whose address was checked, so that a name cannot point elsewhere."""
    found = doors.open_socket(host, port, CONNECT_SECONDS)
    found.settimeout(ANSWER_SECONDS)
    return found


class _Plain(imap4.IMAP4WithTimeout):
    def _create_socket(self, timeout: Any = None) -> socket.socket:
        return _door(self.host, self.port)


class _Tls(tls.IMAP4_TLS):
    def _create_socket(self, timeout: Any = None) -> socket.socket:
        return _door(self.host, self.port)


class _Client(IMAPClient):
    def _create_IMAP4(self) -> Any:
        if self.ssl:
            return _Tls(self.host, self.port, self.ssl_context, None)
        return _Plain(self.host, self.port, None)


@contextmanager
def opened(box: BounceMailbox) -> Iterator[IMAPClient]:
    """A session in the mailbox's folder, logged in. Raises Unreachable with words for the person who set it up; what
    breaks later is one of BROKEN."""
    client = _log_in(box)
    try:
        yield client
    finally:
        with suppress(*BROKEN, exceptions.IMAPClientError):
            client.logout()


def _log_in(box: BounceMailbox) -> IMAPClient:
    context = ssl.create_default_context(cafile=getattr(settings, "SMTP_CA", "") or None)
    try:
        client = _Client(box.host, box.port, ssl=box.security == "tls", ssl_context=context)
        if box.security == "starttls":
            client.starttls(context)
        client.login(box.username, unseal(box.password_sealed))
    except Unreachable:
        raise
    except Unsealable as error:
        raise Unreachable(str(error)) from error
    except exceptions.LoginError as error:
        raise Unreachable(_("The mailbox does not let us in: %(why)s") % {"why": _words(error)}) from error
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            _("The server's certificate is not valid: %(why)s") % {"why": error.verify_message}
        ) from error
    except (*BROKEN, exceptions.IMAPClientError, UnicodeError) as error:
        raise Unreachable(_("The mailbox cannot be opened: %(why)s") % {"why": _words(error)}) from error
    return client


def choose(client: IMAPClient, folder: str) -> tuple[int, int]:
    """Open FOLDER and give its UIDVALIDITY and how many mails are in it. Raises Unreachable where there is no such
    folder."""
    try:
        told = client.select_folder(folder)
    except exceptions.IMAPClientError as error:
        raise Unreachable(
            _("The mailbox has no folder “%(folder)s”: %(why)s") % {"folder": folder, "why": _words(error)}
        ) from error
    return int(told.get(b"UIDVALIDITY", 0)), int(told.get(b"EXISTS", 0))


def _words(error: BaseException) -> str:
    text = str(error)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1]
    return text[:250] or type(error).__name__
