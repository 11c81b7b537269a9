"""Turns a compiled letter and a person into the words of a mail. Only their values are put in: what a mail looks like
was decided once for all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from liquid import BoundTemplate

from grahak.channels.renderers import Words
from grahak.marketing.letters.compile import Compiled
from grahak.marketing.letters.markup import PREFERENCES, STOP
from grahak.marketing.words import liquid
from grahak.marketing.words.filters import LANGUAGE
from grahak.marketing.words.liquid import Made, Mistake
from grahak.marketing.words.people import Person

MOST_SUBJECT = 200
_GAPS = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_WEB = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Addresses:
    """Makes the addresses in one mail: of a followed link, of the page that stops these messages, of the page of
    preferences, and of the dot that tells of an opening ("": none)."""

    link: Callable[[str], str]
    stop: str
    preferences: str = ""
    dot: str = ""


@dataclass(frozen=True)
class Own:
    """What only this person's mail has: their coupon code, and the cards of products by the names of their places."""

    code: str = ""
    cards: Mapping[str, str] = field(default_factory=dict)


def say(
    letter: Compiled,
    person: Person,
    addresses: Addresses,
    *,
    message_id: int,
    sender_name: str,
    purpose: str = "offers",
    own: Own = Own(),
    subject: BoundTemplate | None = None,
    from_name: str = "",
) -> Words:
    """The words for one person; with SUBJECT in place of the letter's. Raises Mistake where the letter cannot be said
    to them, or comes out without a subject."""
    values: dict[str, Any] = {
        **person.values,
        **own.cards,
        LANGUAGE: letter.language,
        "coupon": {"code": own.code or letter.code},
        "unsubscribe_url": addresses.stop,
        "preferences_url": addresses.preferences or addresses.stop,
        STOP: addresses.stop,
        PREFERENCES: addresses.preferences or addresses.stop,
        "_why": why(letter.language, sender_name, purpose),
        "_dot": _dot(addresses.dot),
    }
    for place, url in enumerate(letter.links):
        values[f"_l{place}"] = addresses.link(url)
    for place, source in enumerate(letter.own):
        values[f"_o{place}"] = _address(source, values)
    line = " ".join(liquid.said(subject or letter.subject_template, values).split())[:MOST_SUBJECT]
    if not line:
        raise Mistake(0, _("The subject comes out empty."))
    return Words(
        id=message_id,
        subject=line,
        text=_GAPS.sub("\n\n", liquid.said(letter.text_template, values)).lstrip("\n"),
        html=liquid.said(letter.html_template, values),
        language=letter.language,
        to_name=person.to_name,
        unsubscribe_url=addresses.stop,
        from_name=from_name,
    )


def _address(source: str, values: Mapping[str, Any]) -> str:
    """An address that is another for everybody; where it comes out as no web address it leads to nothing."""
    url = liquid.rendered(source, values, "url").strip()
    return url if _WEB.fullmatch(url) else ""


def _dot(url: str) -> Made:
    return Made(f'<img src="{url}" width="1" height="1" alt="">' if url else "")


@lru_cache(maxsize=64)
def why(language: str, sender_name: str, purpose: str) -> str:
    """Why somebody gets a mail, in their language; it stands in the foot."""
    with override(language or "en"):
        if purpose == "offers":
            return _("You get this because you said yes to messages from %(shop)s.") % {"shop": sender_name}
        return _("You get this because you are a customer of %(shop)s.") % {"shop": sender_name}
