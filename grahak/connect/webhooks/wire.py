"""One POST to an address that a person typed, within ten seconds whatever the other side does.

The name is resolved once, every address it has must be a public one, and the connection goes to that very address, so
that a name that changes its mind can't lead inside. settings.OUTBOUND_PRIVATE lets private addresses and plain HTTP
through. Redirects are not followed, and of the answer no more is read than is kept.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from grahak.core.addresses import is_public

SECONDS: Final = 10.0
MOST_READ: Final = 64 * 1024
MOST_KEPT: Final = 2000


@dataclass(frozen=True)
class Result:
    """STATUS 0: no answer, and WHY says why. ANSWER is the beginning of what came back, with its status line."""

    status: int
    why: str = ""
    answer: str = ""
    took_ms: int = 0
    retry_after: float = 0.0

    @property
    def is_received(self) -> bool:
        return 200 <= self.status < 300


class Refused(ValueError):
    """An address that nothing is sent to; the sentence says why."""


def checked(url: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, target) of an address. Raises Refused for one that is none, or is not let out."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(_("This is not a web address.")) from None
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or parts.username is not None
        or parts.fragment
    ):
        raise Refused(_("This is not a web address."))
    if any(char <= " " or char == "\x7f" for char in url):
        raise Refused(_("This is not a web address."))
    if parts.scheme == "http" and not settings.OUTBOUND_PRIVATE:
        raise Refused(_("The address must begin with https://."))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), target


def addresses(host: str, port: int) -> list[Any]:
    """Where a name leads. Raises Refused where it leads nowhere, or to any address inside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(_("There is no server called “%(host)s”.") % {"host": host}) from None
    if not settings.OUTBOUND_PRIVATE and any(not is_public(str(row[4][0])) for row in found):
        sentence = _(
            "“%(host)s” is inside the local network. The operator can allow it with %(setting)s=yes."
        )
        raise Refused(sentence % {"host": host, "setting": "GRAHAK_OUTBOUND_PRIVATE"})
    return found


def post(url: str, headers: Mapping[str, str], body: bytes, *, seconds: float = SECONDS) -> Result:
    """Send BODY; never raises for what the network or the other side does."""
    began = time.monotonic()
    try:
        scheme, host, port, target = checked(url)
        found = addresses(host, port)
    except Refused as error:
        return Result(0, str(error), took_ms=_since(began))
    call = _Call(scheme, host, port, began + seconds)
    try:
        return call.made(found, target, headers, body, began)
    finally:
        call.close()


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


class _Call:
    """One connection with a clock beside it: when the time is over the socket is shut, whatever it waits for. A
    time-out of the socket alone would begin anew with every byte that a receiver lets drip."""

    def __init__(self, scheme: str, host: str, port: int, until: float) -> None:
        self.scheme, self.host, self.port, self.until = scheme, host, port, until
        self.sock: socket.socket | None = None
        self.is_over = False
        self.clock = threading.Timer(max(0.0, until - time.monotonic()), self._over)
        self.clock.daemon = True
        self.clock.start()

    def _over(self) -> None:
        self.is_over = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self.clock.cancel()
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.close()

    def made(
        self, found: list[Any], target: str, headers: Mapping[str, str], body: bytes, began: float
    ) -> Result:
        try:
            self._connect(found)
            connection = http.client.HTTPConnection(self.host, self.port)
            connection.sock = self.sock
            connection.auto_open = 0
            connection.request("POST", target, body, dict(headers))
            answer = connection.getresponse()
            raw = answer.read(MOST_READ)
        except ssl.SSLCertVerificationError as error:
            why = _("The server's certificate is not valid: %(why)s") % {"why": error.verify_message}
            return Result(0, why[:200], took_ms=_since(began))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Result(0, self._why(error), took_ms=_since(began))
        if self.is_over:  # the clock cut the answer short: what came may be half of it
            return Result(0, self._why(TimeoutError()), took_ms=_since(began))
        return _told(answer, raw, began)

    def _why(self, error: Exception) -> str:
        if self.is_over or isinstance(error, TimeoutError):
            return _("It did not answer within ten seconds.")
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return (_("No answer: %(why)s") % {"why": words})[:200]

    def _connect(self, found: list[Any]) -> None:
        last: OSError = OSError("no address")
        for family, kind, protocol, _name, address in found:
            left = self.until - time.monotonic()
            if left <= 0 or self.is_over:
                raise TimeoutError
            sock = socket.socket(family, kind, protocol)
            self.sock = sock
            try:
                sock.settimeout(left)
                sock.connect(address)
                if self.scheme == "https":
                    self.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.host)
            except ssl.SSLCertVerificationError:
                raise
            except OSError as error:
                sock.close()
                last = error
            else:
                return
        raise last


def _told(answer: http.client.HTTPResponse, raw: bytes, began: float) -> Result:
    kept = [f"{name}: {value}"[:200] for name, value in answer.getheaders()[:20]]
    text = raw.decode("utf-8", "replace").replace("\x00", "\ufffd")
    whole = "\n".join([f"HTTP {answer.status} {answer.reason}"[:100], *kept, "", text])
    why = ""
    if 300 <= answer.status < 400:
        why = _("It answered with a redirect, which is not followed.")
    elif not 200 <= answer.status < 300:
        why = _("It answered %(status)s.") % {"status": answer.status}
    wait = answer.headers.get("Retry-After", "").strip()
    seconds = float(wait[:6]) if wait.isascii() and wait.isdigit() else 0.0
    return Result(answer.status, why, whole[:MOST_KEPT], _since(began), seconds)
