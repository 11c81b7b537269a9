"""Bounces written for people: qmail, Exim, Sendmail, Exchange and Domino of old, and their like in other languages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email.message import Message

from grahak.channels.bounces import status

MOST_TEXT = 50_000
_MAILERS = re.compile(
    r"mailer[-_ ]?daemon|postmaster|mail delivery (?:sub)?system|delivery (?:sub)?system|microsoftexchange[0-9a-f]{8,}|"
    r"mail[-_ ]administrator|double-bounce|<>",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"undeliver|returned (?:e-?)?mail|failure notice|delivery (?:status notification|failure|has failed|report)|"
    r"mail (?:delivery|system) (?:failed|failure|error)|could not be delivered|not delivered|"
    r"warning: (?:message|could not)|delayed|non[- ]?delivery|message status|rejected:|"
    r"unzustellbar|zustellung|nicht zugestellt|non remis|échec|non distribu|no se (?:ha podido|pudo) entregar|"
    r"no entregado|devuelto|não (?:entregue|foi possível)|devolvido|mancata consegna|impossibile recapitare|"
    r"недоставлен|не доставлен|не удалось доставить|niet bezorgd|onbestelbaar|niedostarczon|teslim edilemedi|"
    r"未送达|退信|无法投递|配信不能|配信できません|वितरित नहीं|ڈیلیور نہیں",
    re.IGNORECASE,
)
_DELAYS = re.compile(
    r"warning:? (?:message|could not)|\bdelay(?:ed)?\b|still (?:undelivered|trying|being tried)|"
    r"has not (?:yet )?been (?:delivered|collected)|will (?:be retried|keep trying|continue trying)|"
    r"will be retried for|verzögert|wird weiter versucht|retardé|retrasad|demorad|ritardat|задерж|延遅|延迟",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"permanent|given up|giving up|gave up|fatal|could not be delivered|undeliverable|returned to sender|failed",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^[ >]*(?:-{2,}\s*(?:below this line|this is a copy|the original message|original message|returned message|"
    r"header of the original|message header|start of|ursprüngliche|message d.origine|undelivered|included is)|"
    r"original message (?:headers|follows)|message headers follow|received: from)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+&'*/=?^{|}~#!$`-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_HEADED = re.compile(
    r"^[ \t]*<?(" + _ADDRESS.pattern + r")>?(?:[ \t]*(?:\([^)]*\)|\.\.\.|:|\bon \d).*)?[ \t]*$", re.MULTILINE
)
_ID_LINE = re.compile(r"^[ >\t]*message-id:\s*<([^<>\s]{3,250})>", re.IGNORECASE | re.MULTILINE)


def is_from_a_mailer(sender: str, subject: str, mail: Message) -> bool:
    """Whether a mail without a delivery status calls itself a bounce: by X-Failed-Recipients (Exim), or by its sender
    together with an empty return path or its subject."""
    if mail.get("X-Failed-Recipients"):
        return True
    by_sender = bool(_MAILERS.search(sender))
    nobody = str(mail.get("Return-Path", "")).strip() == "<>"
    return (by_sender and (nobody or bool(_SUBJECTS.search(subject)))) or (
        nobody and bool(_SUBJECTS.search(subject))
    )


def is_delay(subject: str, text: str) -> bool:
    """Whether it only warns that the mail is still being tried."""
    head = text[:3_000]
    if not _DELAYS.search(subject) and not _DELAYS.search(head):
        return False
    return not _GIVEN_UP.search(head) or bool(
        re.search(r"do not need to re-?send|no action", head, re.IGNORECASE)
    )


def text_of(part: Message, most: int | None = MOST_TEXT) -> str:
    """The text of a part, decoded as well as it can be, at most so many characters (None: all)."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return payload.decode(charset)[:most].replace("\r\n", "\n")
        except (LookupError, UnicodeError):
            continue
    return payload.decode("latin-1")[:most].replace("\r\n", "\n")


def without_tags(page: str) -> str:
    """HTML as text, roughly: enough to find addresses and statuses in it."""
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", page[:MOST_TEXT])
    text = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d)[^>]*>", "\n", text)
    return html.unescape(re.sub(r"<[^>@]{0,500}>", " ", text))


def own_words(text: str) -> str:
    """What the mail server says itself, without the copy of what came back."""
    cut = _COPY.search(text)
    return text[: cut.start()] if cut else text


def addresses(text: str) -> list[str]:
    """All addresses in TEXT."""
    return _ADDRESS.findall(text)


def message_ids(text: str) -> Iterator[str]:
    """Message-IDs of a copy that stands in the text itself."""
    for found in _ID_LINE.finditer(text):
        yield found.group(1)


def recipients(text: str, own: set[str], failed: str = "") -> list[tuple[str, str]]:
    """(address, words) of those whom the mail did not reach. FAILED is the value of X-Failed-Recipients, OWN are the
    addresses of the mail's own headers, which are never meant."""
    said = own_words(text)
    headed = [(found.start(), found.end(), found.group(1)) for found in _HEADED.finditer(said)]
    told: dict[str, str] = {}
    for number, (start, _end, address) in enumerate(headed):
        until = headed[number + 1][0] if number + 1 < len(headed) else len(said)
        if address.lower() not in own:
            told.setdefault(address.lower(), reason_in(said[start:until]))
    named = [found.lower() for found in addresses(failed)]
    if named:
        return [(address, told.get(address) or reason_in(said)) for address in dict.fromkeys(named)]
    if told:
        return list(told.items())
    loose = [
        found.lower() for found in addresses(said) if found.lower() not in own and not _MAILERS.search(found)
    ]
    return [(loose[0], reason_in(said))] if loose else []


def reason_in(text: str) -> str:
    """The line of TEXT that says why: one with a status or a reply code, else one whose words are known, else the
    first one that says anything; at most 300 characters."""
    lines = [" ".join(line.split()) for line in own_words(text).splitlines()]
    lines = [line for line in lines if line]
    for number, line in enumerate(lines):
        if status.STATUS.search(line) or status.code_in(line):
            return " ".join(lines[number : number + 2])[:300]
    for line in lines:
        if status.says_why(line):
            return line[:300]
    rest = [line for line in lines if not _ADDRESS.fullmatch(line.strip("<>:"))]
    return (rest[0] if rest else "")[:300]
