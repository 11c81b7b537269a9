"""Fetches from addresses that a person typed, guarded: the name is resolved once, every address it has must be a
public one, and the connection goes to that very address, so that a name that changes its mind can't lead inside.
Redirects are not followed; an answer is read up to a limit.

settings.OUTBOUND_PRIVATE (GRAHAK_OUTBOUND_PRIVATE) allows private addresses and plain HTTP, for tests and for shops
that run beside Grahak on one's own network.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from django.conf import settings

from grahak.core.addresses import is_public as is_public

TIMEOUT = urllib3.Timeout(connect=10, read=40)
LARGEST_ANSWER = 32 * 1024 * 1024


class Unreachable(Exception):
    """The shop could not be asked: CODE with values, told in the reader's language."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params

    def __str__(self) -> str:
        from grahak.connect.connectors.api.words import told

        return told(self.code, self.params)


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and the body as JSON (None where it is none)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Any = None


class Origin:
    """One server to ask: scheme, host and port of an address. Raises Unreachable for an address that is not
    allowed."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.is_open = bool(getattr(settings, "OUTBOUND_PRIVATE", False))
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
            raise Unreachable("address", text=address[:100])
        if parts.scheme == "http" and not self.is_open:
            raise Unreachable("plain_http")
        try:
            self.port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise Unreachable("address", text=address[:100]) from None
        self.scheme, self.host, self.path = parts.scheme, parts.hostname, parts.path.rstrip("/")
        self._pool: urllib3.HTTPConnectionPool | None = None

    def _addresses(self) -> list[str]:
        """Every address of the host. Raises Unreachable where one is private: it might be the one we get."""
        try:
            found = {
                str(row[4][0]) for row in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
            }
        except (OSError, UnicodeError):
            raise Unreachable("no_such_host", text=self.host) from None
        if not self.is_open and any(not is_public(one) for one in found):
            raise Unreachable("private", text=self.host)
        return sorted(found, key=lambda one: (":" in one, one))

    def _connected(self) -> urllib3.HTTPConnectionPool:
        """A pool of one connection to the address that was looked at, speaking to the host by its name."""
        if self._pool is None:
            address = self._addresses()[0]
            if self.scheme == "https":
                self._pool = urllib3.HTTPSConnectionPool(
                    address,
                    self.port,
                    maxsize=1,
                    timeout=TIMEOUT,
                    retries=False,
                    ssl_context=ssl.create_default_context(),
                    server_hostname=self.host,
                    assert_hostname=self.host,
                )
            else:
                self._pool = urllib3.HTTPConnectionPool(
                    address, self.port, maxsize=1, timeout=TIMEOUT, retries=False
                )
        return self._pool

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: Any = None,
    ) -> Answer:
        """One request; CONTENT goes as JSON. Raises Unreachable where there is no answer that can be read."""
        usual_port = self.port == (443 if self.scheme == "https" else 80)
        name = f"[{self.host}]" if ":" in self.host else self.host
        sent = {
            "Host": name if usual_port else f"{name}:{self.port}",
            "Accept": "application/json",
            "User-Agent": "Grahak",
            **(headers or {}),
        }
        body = None
        if content is not None:
            body, sent["Content-Type"] = json.dumps(content).encode(), "application/json"
        target = self.path + path + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self._connected().urlopen(
                method, target, body=body, headers=sent, redirect=False, preload_content=False
            )
            raw = answer.read(LARGEST_ANSWER + 1, decode_content=True)
            answer.release_conn() if len(raw) <= LARGEST_ANSWER else answer.close()
        except urllib3.exceptions.SSLError as error:
            raise Unreachable("certificate", text=str(error)[:200]) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._pool = None
            raise Unreachable("no_answer", text=f"{type(error).__name__}"[:200]) from None
        if len(raw) > LARGEST_ANSWER:
            raise Unreachable("answer_large")
        told = {key.lower(): value for key, value in answer.headers.items()}
        if 300 <= answer.status < 400:
            raise Unreachable("redirect", text=told.get("location", "")[:200])
        return Answer(answer.status, told, _json(raw))


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
