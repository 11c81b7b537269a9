"""Builds the bytes of a mail: text beside HTML, the headers of RFC 2369 and RFC 8058, lines that any server
takes."""

from __future__ import annotations

import base64
import binascii
import html
import re
from dataclasses import dataclass
from functools import cached_property

from grahak.channels.bounces.addresses import tagged
from grahak.channels.email import headers
from grahak.channels.renderers import Words

LINE_MOST = 990  # RFC 5321 allows 998 and the line end
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DROPPED = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 127]
)  # the same: seven times as fast, in ASCII alone
RTL = frozenset({"ur"})


@dataclass(frozen=True)
class Letterhead:
    """What is the same on every mail of a sender. UNSUBSCRIBE_MAILTO is an address or empty."""

    from_name: str
    from_address: str
    reply_to: str = ""
    unsubscribe_mailto: str = ""
    bulk: bool = True
    bounce_address: str = ""
    tags_bounces: bool = False

    @cached_property
    def head(self) -> tuple[str, str, str]:
        """From, Reply-To with its line end (or nothing), and the mail way to unsubscribe: the same on every
        mail."""
        reply = f"Reply-To: {headers.mailbox('', ascii_address(self.reply_to))}" if self.reply_to else ""
        way = self.unsubscribe_mailto
        return (
            f"From: {headers.mailbox(self.from_name, ascii_address(self.from_address))}",
            reply,
            f",\r\n <mailto:{ascii_address(way)}?subject=unsubscribe>" if way else "",
        )

    @property
    def domain(self) -> str:
        """Ours, for Message-IDs."""
        return headers.ascii_domain(self.from_address.rpartition("@")[2]) or "localhost"

    @property
    def envelope(self) -> str:
        """The sender that the mail server is told, where bounces go."""
        return ascii_address(self.bounce_address or self.from_address)

    def envelope_of(self, message: int) -> str:
        """The same for one message: with its signed number, where the mailbox takes such addresses."""
        return tagged(self.envelope, message) if self.tags_bounces else self.envelope


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail ready to be handed over: envelope and content, lines ending in CR LF, dots not yet doubled."""

    id: int
    dispatch_id: int
    sender: str
    address: str
    content: bytes
    tries: int = 0


def build(letterhead: Letterhead, words: Words, address: str, message_id: str) -> bytes:
    """The content of a mail to ADDRESS. MESSAGE_ID without angle brackets."""
    from_line, reply_line, mail_way = letterhead.head
    if words.from_name:
        from_line = f"From: {headers.mailbox(words.from_name, letterhead.envelope)}"
    lines = [
        from_line,
        f"To: {headers.mailbox(words.to_name, ascii_address(address))}",
        f"Subject: {headers.encoded(words.subject)}",
        f"Date: {headers.date()}",
        f"Message-ID: <{headers.one_line(message_id)}>",
        "MIME-Version: 1.0",
    ]
    if reply_line:
        lines.append(reply_line)
    if words.language:
        lines.append(f"Content-Language: {headers.one_line(words.language)}")
    if words.unsubscribe_url:
        lines += [
            f"List-Unsubscribe: <{headers.one_line(words.unsubscribe_url)}>{mail_way}",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    if letterhead.bulk:
        lines.append("Precedence: bulk")
    if not words.html:
        return "\r\n".join([*lines, _part("text/plain", words.text)]).encode("ascii", "replace")
    boundary = f"=_{headers.one_line(message_id).partition('@')[0][:60]}"
    lines.append(f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"')
    return "\r\n".join(
        [
            *lines,
            "",
            f"--{boundary}",
            _part("text/plain", words.text),
            f"--{boundary}",
            _part("text/html", words.html),
            f"--{boundary}--",
            "",
        ]
    ).encode("ascii", "replace")


def _part(kind: str, text: str) -> str:
    """Headers and body of one part, in the plainest encoding that carries it."""
    text = _with_line_ends(text.translate(_DROPPED) if text.isascii() else _UNPRINTABLE.sub("", text))
    head = f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: "
    if text.isascii() and max(map(len, text.split("\r\n"))) < LINE_MOST:
        return f"{head}7bit\r\n\r\n{text}"
    raw = text.encode("utf-8", "replace")
    if len(raw) < 1.3 * len(text):  # mostly Latin: readable in the raw mail, and short
        body = binascii.b2a_qp(raw, istext=True).decode().replace("\r\n", "\n").replace("\n", "\r\n")
        return f"{head}quoted-printable\r\n\r\n{body}"
    body = base64.encodebytes(raw).decode().rstrip("\n").replace("\n", "\r\n")  # lines of 76
    return f"{head}base64\r\n\r\n{body}"


def _with_line_ends(text: str) -> str:
    """TEXT with the line ends of mails. Plain replacing: a mail of blocks has hundreds of lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\r\n")


def ascii_address(address: str) -> str:
    """ADDRESS with its domain in ASCII (IDNA); the part before the @ is left alone."""
    local, at, domain = headers.one_line(address).replace(" ", "").rpartition("@")
    return f"{local}{at}{headers.ascii_domain(domain)}"


def as_html(body: str, language: str) -> str:
    """BODY, safe HTML of paragraphs, as the HTML document of a mail."""
    direction = "rtl" if language in RTL else "ltr"
    return (
        f'<!DOCTYPE html>\r\n<html lang="{html.escape(language or "en")}" dir="{direction}">\r\n<head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head>\r\n<body>\r\n{body}\r\n</body>\r\n</html>"
    )


STYLE = (
    "body{margin:0 auto;max-width:36em;padding:24px;background:#fff;color:#18231d;"
    "font:16px/1.6 -apple-system,'Segoe UI',Roboto,'Noto Sans','Source Sans 3 Variable',"
    "'Mukta','Mukta Vaani',sans-serif}"
    ":lang(ur){font-family:'Noto Nastaliq Urdu','Jameel Noori Nastaleeq','Noto Nastaliq Urdu Variable',serif;"
    "line-height:2.3}"
    "p{margin:0 0 1em}a{color:#1f4688}.foot{border-top:1px solid #dce3d8;margin-top:2em;padding-top:1em;"
    "color:#586559;font-size:13px}"
)
