"""Hands mails to a provider's API over django-anymail, and says exactly what became of each.

Refused before a connection was there, or with an answer that means "not now": it was certainly not taken. An answer
that never came, or that nobody can read, means unknown: the provider may have it. Our name of the message goes along
as metadata, so that its reports find it.
"""

from __future__ import annotations

import asyncio
import email
from email.message import Message as RawMessage
from importlib import import_module
from typing import Any

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailImproperlyInstalled,
    AnymailRecipientsRefused,
)
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from grahak.channels.bounces.fields import decoded
from grahak.channels.bounces.plain import text_of
from grahak.channels.contract import Unreachable
from grahak.channels.email.accounts import Account
from grahak.channels.email.building import Parcel
from grahak.channels.email.providers import PROVIDERS, Provider, backend_arguments
from grahak.channels.models import FailReason
from grahak.channels.turns import Outcome

NAME = "grahak_id"  # of our Message-ID in the provider's metadata
MAILS_A_SESSION = 500
NOT_OURS = (
    "Message-ID",
    "From",
    "To",
    "Subject",
    "Reply-To",
    "Date",
    "MIME-Version",
)  # the provider writes these
LONGEST_WAIT = 3600.0


class AnymailTransport:
    """One session with a provider's API. One message at a time, like a connection to a mail server."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.provider: Provider = PROVIDERS[account.provider]
        self._backend: BaseEmailBackend | None = None
        self._carried = 0

    @property
    def is_open(self) -> bool:
        return self._backend is not None and self._carried < MAILS_A_SESSION

    async def open(self) -> None:
        await self.close()
        try:
            self._backend = await asyncio.to_thread(self._session)
        except (AnymailConfigurationError, AnymailImproperlyInstalled, ValueError) as error:
            raise Unreachable(
                _("%(provider)s is not set up wholly: %(why)s")
                % {"provider": self.provider.label, "why": str(error).splitlines()[0][:200]}
            ) from error
        self._carried = 0

    def _session(self) -> BaseEmailBackend:
        backend = _class_of("backends", self.provider.backend)(
            **backend_arguments(self.provider, self.account.keys)
        )
        backend.open()
        found: BaseEmailBackend = backend
        return found

    async def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            await asyncio.to_thread(backend.close)

    async def deliver(self, parcel: Parcel) -> Outcome:
        if self._backend is None:
            return Outcome(parcel.id, "later", detail="not connected", tries=parcel.tries)
        self._carried += 1
        return await asyncio.to_thread(self._deliver, self._backend, parcel)

    def _deliver(self, backend: Any, parcel: Parcel) -> Outcome:
        try:
            mail, named = message_of(parcel, self.provider)
            if self.provider.idempotency_header and named:
                backend.session.headers[self.provider.idempotency_header] = named
            backend.send_messages([mail])
        except AnymailRecipientsRefused as refused:
            return _of_status(parcel, getattr(refused.email_message, "anymail_status", None))
        except AnymailAPIError as error:
            return self._refused(parcel, error)
        except (AnymailConfigurationError, AnymailImproperlyInstalled) as error:
            return Outcome(parcel.id, "later", detail=_words(error), tries=parcel.tries, off=True, hold=True)
        except (AnymailError, ValueError, TypeError) as error:  # said before anything was sent
            return Outcome(parcel.id, "failed", FailReason.REFUSED, _words(error))
        except (requests.RequestException, OSError) as error:
            return Outcome(parcel.id, "unknown", detail=_words(error), tries=parcel.tries)
        except Exception as error:  # of another library below: it may have been after the provider had it
            return Outcome(parcel.id, "unknown", detail=_words(error), tries=parcel.tries)
        return _of_status(parcel, getattr(mail, "anymail_status", None))

    @staticmethod
    def _refused(parcel: Parcel, error: AnymailAPIError) -> Outcome:
        """An answer that is not a yes, by its HTTP status (RFC 9110 §15), or none at all."""
        status, words = error.status_code, _words(error)
        if status is None:
            result = "later" if _never_connected(error) else "unknown"
            return Outcome(parcel.id, result, detail=words, tries=parcel.tries)
        if status in (401, 402, 403):  # the key, or the account: a person must look
            return Outcome(parcel.id, "later", detail=words, tries=parcel.tries, off=True, hold=True)
        if status in (408, 425, 429, 503):
            wait = _retry_after(error.response)
            return Outcome(parcel.id, "later", detail=words, tries=parcel.tries, off=True, wait=wait)
        if 400 <= status < 500:
            return Outcome(parcel.id, "failed", FailReason.REFUSED, words)
        return Outcome(parcel.id, "unknown", detail=words, tries=parcel.tries)


def _class_of(folder: str, path: str) -> Any:
    module, _, name = path.partition(".")
    return getattr(import_module(f"anymail.{folder}.{module}"), name)


def _of_status(parcel: Parcel, status: Any) -> Outcome:
    """What the provider said of the one recipient."""
    told = next(iter(status.recipients.values()), None) if status is not None else None
    if told is None:
        return Outcome(parcel.id, "unknown", detail="the provider's answer names nobody", tries=parcel.tries)
    if told.status == "invalid":
        return Outcome(
            *(parcel.id, "failed", FailReason.BAD_ADDRESS, "the provider calls the address invalid"),
            suppress=parcel.address,
        )
    if told.status in ("rejected", "failed"):
        return Outcome(parcel.id, "failed", FailReason.REFUSED, f"the provider says: {told.status}")
    name = str(told.message_id or "").strip("<>")[:120]
    if told.status not in ("sent", "queued") and not name:
        return Outcome(parcel.id, "unknown", detail=f"the provider says: {told.status}", tries=parcel.tries)
    return Outcome(parcel.id, "sent", provider_id=name)


def _never_connected(error: BaseException) -> bool:
    """Whether the provider was not even reached: then it cannot have taken anything."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    seen: list[BaseException] = []
    cause: Any = error
    while isinstance(cause, BaseException) and cause not in seen:
        seen.append(cause)
        reason = getattr(cause, "reason", None)
        if isinstance(cause, (NewConnectionError, ConnectTimeoutError, requests.ConnectTimeout)):
            return True
        inner = next((arg for arg in cause.args if isinstance(arg, BaseException)), None)
        cause = cause.__cause__ or (reason if isinstance(reason, BaseException) else None) or inner
    return False


def _retry_after(response: Any) -> float:
    told = response.headers.get("Retry-After", "") if response is not None else ""
    return min(LONGEST_WAIT, float(told)) if str(told).isdecimal() else 0.0


def _words(error: BaseException) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"{response.status_code} {' '.join(response.text.split())}"[:300]
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {' '.join(str(cause).split())}"[:300]


def message_of(parcel: Parcel, provider: Provider) -> tuple[EmailMultiAlternatives, str]:
    """The mail of a parcel as anymail takes it, and our name of it ("" for the house's own letters)."""
    raw = email.message_from_bytes(parcel.content)
    named = str(raw.get("Message-ID", "")).strip().strip("<>")
    extra = {name: decoded(value) for name, value in raw.items() if _goes_along(name)}
    extra |= provider.headers
    if provider.keeps_id and named:
        extra["Message-ID"] = f"<{named}>"
    mail = EmailMultiAlternatives(
        decoded(raw.get("Subject", "")),
        _part(raw, "text/plain"),
        decoded(raw.get("From", "")),
        [decoded(raw.get("To", "")) or parcel.address],
        headers=extra,
        reply_to=[decoded(raw["Reply-To"])] if raw.get("Reply-To") else None,
    )
    if page := _part(raw, "text/html"):
        mail.attach_alternative(page, "text/html")
    if named:
        mail.metadata = {NAME: named}  # type: ignore[attr-defined]  # anymail's
    return mail, named


def _goes_along(name: str) -> bool:
    """The headers that are ours to set; what describes the parts the provider writes itself."""
    return not name.lower().startswith("content-") and name.lower() not in {one.lower() for one in NOT_OURS}


def _part(raw: RawMessage, kind: str) -> str:
    found = next((part for part in raw.walk() if part.get_content_type() == kind), None)
    return text_of(found, most=None) if found is not None else ""
