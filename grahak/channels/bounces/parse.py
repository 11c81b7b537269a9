"""Reads a mail from the bounce mailbox and says what it is: a delivery status (RFC 3464), a complaint (RFC 5965), a
bounce in plain words, a warning that it takes longer, an automatic reply, or anything else. Pure: it asks nobody.

Which message of ours it is about stands, in this order of trust, in the Message-ID of the returned headers, in the
signed return address the mail came to (bounces+7.3f9c@…), and in the recipient's address alone.
"""

from __future__ import annotations

import datetime as dt
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum

from grahak.channels.bounces import fields, plain, status

MOST_FINDINGS = 50
_TAG = re.compile(r"\+([^+@\s<>]{3,60})@")
_ID = re.compile(r"<([^<>\s]{3,250})>")
_AUTO_SUBJECT = re.compile(
    r"^(?:auto(?:matic|matisch)?[ -]?(?:reply|response|antwort)|automatische antwort|out of (?:the )?office|"
    r"abwesen|réponse automatique|respuesta autom|resposta autom|risposta automatica|i am away|vacation|"
    r"автоответ|自动回复|自動応答)",
    re.IGNORECASE,
)


class What(StrEnum):
    """What a mail is. Only bounces and complaints (and what was delivered) say anything about a message."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    DELAY = "delay"
    AUTO = "auto"
    ORDINARY = "ordinary"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a mail says of one recipient. KIND is "hard", "soft", "blocked", "delivered", "complained" or
    "unsubscribed"; ADDRESS the one we wrote to where it is told, else the one it ended at."""

    kind: str
    address: str = ""
    code: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail as it was read. KEY makes it the same mail when it is seen again; MESSAGE_IDS and TAGS are what may name
    our message; REASON and DETAIL say why it is unreadable."""

    what: What
    key: str
    findings: tuple[Finding, ...] = ()
    message_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    at: dt.datetime | None = None
    sender: str = ""
    subject: str = ""
    reason: str = ""
    detail: str = ""


def read(raw: bytes) -> Reading:
    """What RAW, the bytes of a mail, is. Never raises for what a mail may hold: what cannot be read is UNREADABLE, with
    the reason."""
    try:
        mail = email.message_from_bytes(raw)
    except Exception as error:  # the parser of the standard library is not perfect
        return Reading(What.UNREADABLE, _digest(raw), reason="not_mail", detail=type(error).__name__)
    if not mail.keys():
        return Reading(What.UNREADABLE, _digest(raw), reason="not_mail")
    try:
        return _Reader(raw, mail).read()
    except Exception as error:  # a damaged mail must be kept, whatever it breaks
        return Reading(
            What.UNREADABLE,
            _digest(raw),
            sender=str(mail.get("From", ""))[:254],
            subject=str(mail.get("Subject", ""))[:300],
            reason="broken",
            detail=f"{type(error).__name__}: {error}"[:300],
        )


def _digest(raw: bytes) -> str:
    """Of the text without its headers: those of the way it took change when a mail is moved."""
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2] or raw
    return hashlib.sha256(body).hexdigest()


class _Reader:
    """One mail, looked at from all sides."""

    def __init__(self, raw: bytes, mail: Message) -> None:
        self.raw, self.mail = raw, mail
        self.sender = fields.decoded(mail.get("From", ""))[:254]
        self.subject = fields.decoded(mail.get("Subject", ""))[:300]
        self.parts = list(mail.walk())
        self.kinds = {part.get_content_type(): part for part in reversed(self.parts)}

    def read(self) -> Reading:
        if report := self.kinds.get("message/feedback-report"):
            return self._complaint(report)
        if report := self.kinds.get("message/delivery-status") or self.kinds.get(
            "message/global-delivery-status"
        ):
            return self._delivery_status(report)
        if "message/disposition-notification" in self.kinds:
            return self._reading(What.AUTO)
        if self._is_automatic():
            return self._reading(What.AUTO)
        if plain.is_from_a_mailer(str(self.mail.get("From", "")), self.subject, self.mail):
            return self._in_words()
        if self.mail.get_param("report-type") == "delivery-status":
            return self._reading(What.UNREADABLE, reason="broken")
        return self._reading(What.ORDINARY)

    def _is_automatic(self) -> bool:
        """RFC 3834, and what mail programs did before it. A bounce says it of itself too: only where the subject and
        the sender do not call it one."""
        mail = self.mail
        says = (
            str(mail.get("Auto-Submitted", "no")).lower().startswith("auto-replied")
            or any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From"))
            or str(mail.get("Precedence", "")).lower() in ("auto_reply", "auto-reply")
        )
        if _AUTO_SUBJECT.match(self.subject):
            return True
        return says and not plain.is_from_a_mailer(str(mail.get("From", "")), self.subject, mail)

    def _reading(
        self, what: What, findings: tuple[Finding, ...] = (), *, reason: str = "", detail: str = ""
    ) -> Reading:
        named = _ID.search(str(self.mail.get("Message-ID", "")))
        key = hashlib.sha256(named.group(1).encode("utf-8", "replace")).hexdigest() if named else ""
        return Reading(
            what,
            key or _digest(self.raw),
            findings[:MOST_FINDINGS],
            tuple(dict.fromkeys(self._message_ids())),
            tuple(dict.fromkeys(self._tags())),
            _moment(self.mail),
            self.sender,
            self.subject,
            reason,
            detail,
        )

    # Whose message it is

    def _returned(self) -> Iterator[Message]:
        """The headers of the mail that came back."""
        for part in self.parts:
            kind = part.get_content_type()
            if kind in ("message/rfc822", "message/global") and part.is_multipart():
                yield part.get_payload(0)  # type: ignore[misc]
            elif kind in ("text/rfc822-headers", "message/global-headers", "message/rfc822"):
                yield email.message_from_string(plain.text_of(part).lstrip())

    def _message_ids(self) -> Iterator[str]:
        for head in self._returned():
            if found := _ID.search(str(head.get("Message-ID", ""))):
                yield found.group(1)
        for name in ("X-Original-Message-ID", "In-Reply-To", "References"):
            for found in _ID.finditer(str(self.mail.get(name, ""))):
                yield found.group(1)
        report = self.kinds.get("message/delivery-status")
        if report is not None:
            for group in fields.groups(report)[:1]:
                if found := _ID.search(group.get("x-original-message-id", "")):
                    yield found.group(1)
        if not any(self._returned()):
            yield from plain.message_ids(self._text())

    def _tags(self) -> Iterator[str]:
        for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To"):
            for value in self.mail.get_all(name, ()):
                yield from _TAG.findall(str(value))
        for head in self._returned():
            yield from _TAG.findall(str(head.get("Return-Path", "")))

    def _text(self) -> str:
        for part in self.parts:
            if part.get_content_type() == "text/plain":
                return plain.text_of(part)
        html = self.kinds.get("text/html")
        return plain.without_tags(plain.text_of(html)) if html is not None else ""

    # What it says

    def _delivery_status(self, report: Message) -> Reading:
        groups = fields.groups(report)
        told = [group for group in groups if "final-recipient" in group or "original-recipient" in group]
        if not told:
            return self._in_words(otherwise="no_address" if groups else "broken")
        findings, delayed = [], 0
        for group in told:
            finding = self._of_recipient(group)
            if finding is None:
                delayed += 1
            elif finding.kind:
                findings.append(finding)
        if findings:
            return self._reading(What.BOUNCE, tuple(findings))
        if delayed:
            return self._reading(What.DELAY)
        return self._reading(What.UNREADABLE, reason="no_status")

    def _of_recipient(self, group: dict[str, str]) -> Finding | None:
        """What one group of per-recipient fields says (RFC 3464 §2.3). None: it is still being tried."""
        address = fields.address(group.get("original-recipient", "")) or fields.address(
            group.get("final-recipient", "")
        )
        words = fields.diagnostic(group.get("diagnostic-code", ""))
        action = group.get("action", "").strip().lower().partition(" ")[0]
        said = status.status_in(group.get("status", ""))
        if action in ("", "unknown"):
            action = {"5": "failed", "4": "delayed", "2": "delivered"}.get(said[:1], "")
        if action == "delayed":
            return None
        if action in ("delivered", "relayed", "expanded"):
            return Finding("delivered" if action == "delivered" else "accepted", address, said, words)
        if action != "failed":
            return Finding("")
        exact = status.status_in(words)
        if exact and (not said or said.endswith(".0.0") or said.startswith("2")):
            said = exact
        if not words:
            words = plain.reason_in(self._text())
        return Finding(status.verdict("" if said.startswith("2") else said, words), address, said, words)

    def _complaint(self, report: Message) -> Reading:
        """RFC 5965. Providers hide the address more often than not; the returned Message-ID tells then."""
        told: dict[str, str] = {}
        for group in fields.groups(report):
            told |= group
        kind = told.get("feedback-type", "abuse").strip().lower()
        if kind in ("not-spam", "auth-failure", "dmarc"):
            return self._reading(What.ORDINARY)
        address = ""
        for name in ("original-rcpt-to", "removal-recipient"):
            address = address or fields.address(told.get(name, ""))
        for head in self._returned():
            hidden = head.get("X-HmXmrOriginalRecipient") or head.get("X-Original-To") or ""
            address = address or fields.address(str(hidden))
        means = "unsubscribed" if kind.startswith("opt-out") else "complained"
        words = told.get("user-agent", "").strip()
        reading = self._reading(What.COMPLAINT, (Finding(means, address, kind, words),))
        if not address and not reading.message_ids and not reading.tags:
            return self._reading(What.UNREADABLE, reason="no_address")
        return reading

    def _in_words(self, otherwise: str = "no_address") -> Reading:
        """A bounce without a status that machines can read."""
        text = self._text()
        if plain.is_delay(self.subject, text):
            return self._reading(What.DELAY)
        own = {found.lower() for found in plain.addresses(str(self.mail.get("To", "")) + " " + self.sender)}
        told = plain.recipients(text, own, str(self.mail.get("X-Failed-Recipients", "")))
        findings = [
            Finding(status.verdict("", words), address, status.status_in(words), words)
            for address, words in told
        ]
        reading = self._reading(What.BOUNCE, tuple(findings))
        if findings:
            return reading
        if reading.message_ids or reading.tags:
            words = plain.reason_in(text)
            found = Finding(status.verdict("", words), "", status.status_in(words), words)
            return self._reading(What.BOUNCE, (found,))
        return self._reading(What.UNREADABLE, reason=otherwise)


def _moment(mail: Message) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(str(mail.get("Date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
