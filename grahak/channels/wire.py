"""HTTP to a provider over one kept-open connection, telling apart what was never sent and what may have been taken.

The name is resolved once for a connection, every address it has must be a public one, and the connection goes to that
very address. settings.OUTBOUND_PRIVATE lets private addresses and plain HTTP through, for a gateway on one's own
network. Redirects are not followed; an answer is read up to a limit.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import select
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels.contract import Parcel, Unreachable
from grahak.channels.turns import Outcome
from grahak.core.addresses import is_public

T = TypeVar("T")
CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 60.0  # well within turns.ATTEMPT_LEASE
LARGEST_ANSWER = 1024 * 1024
IDLE_SECONDS = 30.0  # a connection that rested longer may be gone without our knowing: open a new one


class NotSent(ConnectionError):
    """The request certainly did not reach the provider whole."""


class NoAnswer(ConnectionError):
    """The request went out and no answer came: the provider may have taken it."""


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and the body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def retry_after(self) -> float:
        """Seconds that the provider asked for (RFC 9110 §10.2.3: seconds or a date); 0 where it did not."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(said[:6])
        try:
            return max(0.0, (parsedate_to_datetime(said) - timezone.now()).total_seconds())
        except (ValueError, TypeError):
            return 0.0


class Wire:
    """A connection to one origin. OWN: our own fake on this machine, by plain HTTP. Blocking: used from a thread."""

    def __init__(self, origin: str, *, own: bool = False) -> None:
        parts = urlsplit(origin)
        self._inside = own or bool(getattr(settings, "OUTBOUND_PRIVATE", False))
        self.scheme, self.host = parts.scheme, parts.hostname or ""
        try:
            self.port = parts.port or (443 if self.scheme == "https" else 80)
        except ValueError:
            self.port = 0
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the connection is there, was used of late, and the other side did not hang up."""
        sock = self._connection.sock if self._connection else None
        if sock is None or time.monotonic() - self._used > IDLE_SECONDS:
            return False
        try:
            return not select.select([sock], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def open(self) -> None:
        """Connect. Raises Unreachable with words for the person at the screen."""
        self.close()
        if self.scheme not in ("http", "https") or not self.host or not self.port:
            raise Unreachable(_("This is not a web address."))
        if self.scheme == "http" and not self._inside:
            raise Unreachable(_("The address must begin with https://."))
        made = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)
        made.sock = self._socket()
        made.auto_open = 0  # a broken connection is never opened again behind our back
        self._connection, self._used = made, time.monotonic()

    def _socket(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable(_("There is no server called “%(host)s”.") % {"host": self.host}) from None
        if not self._inside and any(not is_public(str(row[4][0])) for row in found):
            raise Unreachable(
                _("“%(host)s” is inside the local network. The operator can allow it with %(setting)s=yes.")
                % {"host": self.host, "setting": "GRAHAK_OUTBOUND_PRIVATE"}
            )
        last: OSError | None = None
        for family, kind, protocol, _name, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(CONNECT_SECONDS)
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.scheme == "https":
                    sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.host)
                sock.settimeout(ANSWER_SECONDS)
            except ssl.SSLCertVerificationError as error:
                sock.close()
                why = {"why": error.verify_message}
                raise Unreachable(_("The server's certificate is not valid: %(why)s") % why) from None
            except OSError as error:
                sock.close()
                last = error
            else:
                return sock
        raise Unreachable(
            _("%(host)s does not answer on port %(port)s: %(why)s.")
            % {"host": self.host, "port": self.port, "why": last.strerror if last and last.strerror else last}
        )

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """One request over the open connection. Raises NotSent or NoAnswer; after either it is closed."""
        connection = self._connection
        if connection is None or connection.sock is None:
            raise NotSent(_("The connection is closed."))
        self._used = time.monotonic()
        try:
            connection.request(method, target, body, {"User-Agent": "Grahak", **headers})
        except (OSError, http.client.HTTPException, ValueError) as error:
            # a server does not work a request whose end it never saw (RFC 9112 §8)
            self.close()
            raise NotSent(str(error) or type(error).__name__) from None
        try:
            answer = connection.getresponse()
            raw = answer.read(LARGEST_ANSWER + 1)
        except TimeoutError:
            self.close()
            raise NoAnswer(_("It did not answer in time.")) from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from None
        if answer.will_close or len(raw) > LARGEST_ANSWER:
            self.close()
        return Answer(
            answer.status, raw[:LARGEST_ANSWER], {name.lower(): value for name, value in answer.getheaders()}
        )

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class HttpTransport:
    """A Transport over a Wire, in a thread of its own. A channel says what is asked (`request`) and what an answer
    means (`outcome`)."""

    def __init__(self, origin: str, *, own: bool = False) -> None:
        self._wire = Wire(origin, own=own)
        self._thread = ThreadPoolExecutor(1, "wire")

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @property
    def is_open(self) -> bool:
        return self._wire.is_open

    async def open(self) -> None:
        await self._run(self._wire.open)

    async def close(self) -> None:
        await self._run(self._wire.close)
        self._thread.shutdown(wait=False)

    def request(self, parcel: Any) -> tuple[str, str, dict[str, str], bytes | None]:
        """Method, target, headers and body. Raises ValueError for what cannot be said."""
        raise NotImplementedError

    def outcome(self, parcel: Any, answer: Answer) -> Outcome:
        """What an answer means for a message."""
        raise NotImplementedError

    async def deliver(self, parcel: Parcel) -> Outcome:
        try:
            asked = self.request(parcel)
        except ValueError as wrong:
            return Outcome(parcel.id, "failed", "refused", str(wrong)[:300])
        try:
            answer = await self._run(partial(self._wire.ask, *asked))
        except NotSent as error:
            return Outcome(parcel.id, "later", detail=str(error)[:300], tries=parcel.tries, off=True)
        except NoAnswer as error:
            return Outcome(parcel.id, "unknown", detail=str(error)[:300], tries=parcel.tries)
        return self.outcome(parcel, answer)


def ask_once(
    origin: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None, *, own: bool
) -> Answer:
    """One request on a connection of its own. Raises Unreachable."""
    wire = Wire(origin, own=own)
    try:
        wire.open()
        return wire.ask(method, target, headers, body)
    except (NotSent, NoAnswer) as error:
        raise Unreachable(str(error)) from None
    finally:
        wire.close()
