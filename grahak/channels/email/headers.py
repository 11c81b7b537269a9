"""Mail headers made by hand: fast, and nothing that anybody typed can start a header of its own."""

from __future__ import annotations

import base64
import re
import time
from email.utils import formatdate

# CR, LF and every other control character, and the line ends that only Unicode knows
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_PLAIN = re.compile(r"[ !-~]*")
_ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
_WORD_BYTES = 45  # =?utf-8?b?…?= of 45 bytes is 72 characters: under the 75 of RFC 2047


def one_line(text: str) -> str:
    """TEXT as it may stand in a header: control characters and line ends become a space."""
    return _CONTROL.sub(" ", text).strip()


def encoded(text: str, first: int = 10) -> str:
    """TEXT as an unstructured header value, folded; RFC 2047 words where it is not ASCII. FIRST is how much
    of the first line the header's name takes."""
    text = one_line(text)
    if _PLAIN.fullmatch(text) and "=?" not in text:
        return _folded(text, first)
    return "\r\n ".join(_words(text))


def _folded(text: str, taken: int) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line and taken + len(line) + 1 + len(word) > 76:
            lines.append(line)
            line, taken = word, 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _words(text: str) -> list[str]:
    words, part = [], b""
    for letter in text:
        more = letter.encode("utf-8", "replace")
        if len(part) + len(more) > _WORD_BYTES:
            words.append(part)
            part = b""
        part += more
    words.append(part)
    return [f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words]


def mailbox(name: str, address: str) -> str:
    """`Name <address>` for From, To and Reply-To. ADDRESS must be ASCII."""
    name = one_line(name)
    address = one_line(address).replace(" ", "")
    if not name:
        return address
    if _ATOMS.fullmatch(name):
        shown = name
    elif _PLAIN.fullmatch(name) and "=?" not in name:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        shown = "\r\n ".join(_words(name))
    if len(name) + len(address) > 68:
        return f"{shown}\r\n <{address}>"
    return f"{shown} <{address}>"


_date: tuple[int, str] = (0, "")


def date() -> str:
    """The Date header for now, made once a second."""
    global _date
    second = int(time.time())
    if _date[0] != second:
        _date = (second, formatdate(second, usegmt=True))
    return _date[1]


def ascii_domain(domain: str) -> str:
    """A domain as mail servers write it (IDNA 2003, which is what Python carries); unreadable ones
    unchanged."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return domain
