"""The fields of a delivery status and of a feedback report: groups of header lines, whatever a mail server did to
them."""

from __future__ import annotations

import base64
import binascii
import contextlib
import quopri
import re
from email.header import decode_header, make_header
from email.message import Message

_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)$")
_ADDRESS = re.compile(r"[^\s<>@;,()\"]+@[^\s<>@;,()\"]+")


def groups(part: Message) -> list[dict[str, str]]:
    """The groups of fields of a message/delivery-status or message/feedback-report part, names in lower case, values
    unfolded. The first group of a delivery status is of the whole mail, each other of one recipient."""
    found: list[dict[str, str]] = []
    group: dict[str, str] = {}
    last = ""
    for line in _text(part).splitlines():
        if not line.strip():
            if group:
                found.append(group)
            group, last = {}, ""
        elif line[0] in " \t" and last:
            group[last] += " " + line.strip()
        elif match := _FIELD.match(line):
            last = match.group(1).lower()
            if last == "final-recipient" and last in group:  # no empty line between two recipients
                found.append(group)
                group = {}
            group[last] = match.group(2).strip()
    if group:
        found.append(group)
    return found


def _text(part: Message) -> str:
    """The part's text. The standard library has made messages of its groups; some servers encode it, which RFC 3464
    forbids."""
    payload = part.get_payload()
    if isinstance(payload, list):
        text = "\n".join(_group_text(block) for block in payload if isinstance(block, Message))
    else:
        text = str(payload)
    coding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    try:
        if coding == "base64":
            return base64.b64decode(text).decode("utf-8", "replace")
        if coding == "quoted-printable":
            return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text
    return text


def _group_text(block: Message) -> str:
    lines = [f"{name}: {value}" for name, value in block.items()]
    rest = block.get_payload()
    return "\n".join(lines) + "\n" + (f"{rest}\n" if isinstance(rest, str) and rest else "\n")


def address(value: str) -> str:
    """The address in "rfc822;someone@example.com" (RFC 3464 §2.3.1, §2.3.2), lower case; "" where there is none."""
    value = value.partition(";")[2] or value
    found = _ADDRESS.search(value.replace("+AEA-", "@"))
    return found.group(0).strip(".'").lower()[:254] if found else ""


def diagnostic(value: str) -> str:
    """The words of "smtp; 550 5.1.1 No such user", in plain text, at most 300 characters."""
    kind, semicolon, words = value.partition(";")
    text = words if semicolon and " " not in kind.strip() else value
    return decoded(text)[:300]


def decoded(value: object) -> str:
    """A header in plain words (RFC 2047) on one line, whatever is wrong with it."""
    text = str(value)
    if "=?" in text:
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            text = str(make_header(decode_header(text)))
    return " ".join(text.replace("\x00", "").split())
