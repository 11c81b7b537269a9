"""Turns a campaign's text and a person into the words of a mail: plain text, and HTML made from it alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import override

from grahak.channels.email.building import RTL, as_html
from grahak.channels.renderers import Words
from grahak.marketing.words import links, liquid
from grahak.marketing.words.liquid import Mistake
from grahak.marketing.words.people import Person

MOST_SUBJECT = 200
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True)
class Text:
    """The words of a campaign in one language."""

    language: str
    subject: str
    body: str

    @property
    def source(self) -> str:
        """The body with marks for its links."""
        return links.marked(self.body)[0]

    @property
    def urls(self) -> tuple[str, ...]:
        """The web addresses to track, in the order of their marks."""
        return links.marked(self.body)[1]


@dataclass(frozen=True)
class Addresses:
    """Makes the addresses in one mail: of a tracked link, of the page that stops these messages, and of the
    dot that tells of an opening ("": none)."""

    link: Callable[[str], str]
    stop: str
    dot: str = ""


def say(text: Text, person: Person, addresses: Addresses, *, message_id: int, sender_name: str) -> Words:
    """The words for one person. Raises Mistake where the text cannot be said, or comes out empty."""
    values: Mapping[str, object] = {**person.values, "unsubscribe_url": links.STOP}
    subject = links.replaced(liquid.rendered(text.subject, values), str, lambda mark: "")
    subject = " ".join(subject.split())[:MOST_SUBJECT]
    body = liquid.rendered(text.source, values).strip()
    if not subject or not body:
        raise Mistake(0, _("The text comes out empty."))
    plain, html = _both(text, body, addresses, sender_name)
    if addresses.dot:
        html += f'\n<img src="{escape(addresses.dot)}" width="1" height="1" alt="">'
    return Words(
        id=message_id,
        subject=subject,
        text=plain,
        html=as_html(html, text.language),
        language=text.language,
        to_name=person.to_name,
        unsubscribe_url=addresses.stop,
    )


def _both(text: Text, body: str, addresses: Addresses, sender_name: str) -> tuple[str, str]:
    urls = text.urls
    why, stop_words = _foot(text.language, sender_name)

    @cache
    def whole(mark: str) -> tuple[str, str]:
        """(where a mark leads, what is shown); once for text and HTML, signing costs."""
        if mark == "stop":
            return addresses.stop, stop_words
        if mark.startswith("own"):
            url = mark[3:].strip()
            return (url if re.fullmatch(r"https?://[^\s<>\"']+", url) else ""), url
        url = urls[int(mark)]
        return addresses.link(url), url

    def anchor(mark: str) -> str:
        href, shown = whole(mark)
        shown = escape(re.sub(r"^https?://(www\.)?", "", shown))
        return f'<a href="{escape(href)}">{shown}</a>' if href else shown

    plain = links.replaced(body, str, lambda mark: whole(mark)[0] or whole(mark)[1])
    html = _paragraphs(links.replaced(body, escape, anchor), text.language)
    if links.STOP not in body:
        plain += f"\n\n-- \n{why}\n{stop_words}: {addresses.stop}\n"
        html += (
            f'\n<p class="foot">{escape(why)}<br>'
            f'<a href="{escape(addresses.stop)}">{escape(stop_words)}</a></p>'
        )
    return plain, html


def _paragraphs(html: str, language: str) -> str:
    direction = "rtl" if language in RTL else "ltr"
    return "\n".join(
        f'<p dir="{direction}">{paragraph.replace(chr(10), "<br>" + chr(10))}</p>'
        for paragraph in _BLANK_LINE.split(html)
        if paragraph
    )


@lru_cache(maxsize=64)
def _foot(language: str, sender_name: str) -> tuple[str, str]:
    """What stands under every mail, in the reader's language: why they get it, and how to stop it."""
    with override(language or "en"):
        return (
            _("You get this because you said yes to messages from %(shop)s.") % {"shop": sender_name},
            _("Stop these messages"),
        )
