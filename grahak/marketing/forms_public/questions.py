"""What a form may ask, and a form's words in four languages, each with what stands in where it is not written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from grahak.core import business
from grahak.customers import custom
from grahak.customers.models import CHANNELS, CustomKind
from grahak.marketing.models import Form, FormKind

# In the order in which they are asked where the shop does not choose another
QUESTIONS: Final[dict[str, Any]] = {
    "name": gettext_lazy("Your name"),
    "phone": gettext_lazy("Your phone number"),
    "email": gettext_lazy("Your e-mail"),
    "city": gettext_lazy("Your town"),
    "language": gettext_lazy("Write to me in"),
    "message": gettext_lazy("Your question"),
}
WORDS: Final = ("title", "intro", "button", "thanks")
LONGEST: Final = {"title": 120, "intro": 1000, "button": 40, "thanks": 500, "notice": 600}
SIGNS: Final = "23456789abcdefghijkmnpqrstuvwxyz"  # nothing that is read for something else on paper


@dataclass(frozen=True)
class Question:
    """One thing that a form asks. NAME is of QUESTIONS or a field of the shop's own with its prefix."""

    name: str
    label: str
    required: bool


def new_token() -> str:
    """The address of a form or a short link: ten signs of 32, so 2^50 of them; nobody finds one by trying."""
    return "".join(secrets.choice(SIGNS) for _n in range(10))


def possible() -> list[tuple[str, str]]:
    """(name, what the shop calls it) of everything that can be asked."""
    named = [(name, str(label)) for name, label in QUESTIONS.items()]
    own = [(custom.PREFIX + one.code, one.name) for one in custom.fields() if one.kind != CustomKind.CUSTOMER]
    return named + own


def questions(form: Form, language: str) -> list[Question]:
    """What FORM asks, in LANGUAGE. A field of the shop's own that was put away is left out."""
    known = dict(possible())
    found = []
    with override(language):
        for one in form.fields:
            name = str(one.get("name", ""))
            if name in known:
                written = worded(one.get("label") or {}, language, form.default_language)
                label = written or str(QUESTIONS.get(name, known[name]))
                found.append(Question(name, label, bool(one.get("required"))))
    return found


def worded(texts: Mapping[str, str], language: str, default: str) -> str:
    """The words of a language; else the default language's, else English's, else any."""
    for one in (language, default, "en", *texts):
        if str(texts.get(one) or "").strip():
            return str(texts[one])
    return ""


def text(form: Form, language: str, word: str) -> str:
    """One of WORDS as FORM says it in LANGUAGE: as written, else ours in that language. A title or button that the
    shop wrote in another language only is still better than ours."""
    there = {code: (texts or {}).get(word, "") for code, texts in form.texts.items()}
    written = worded(there, language, form.default_language)
    if written:
        return written
    with override(language):
        return usual(form.kind, word)


def usual(kind: str, word: str) -> str:
    """What stands where the shop wrote nothing, in the active language."""
    shop = business.current()
    name = {"shop": shop.name if shop else "Grahak"}
    enquiry = kind == FormKind.ENQUIRY
    match word:
        case "title":
            return _("Ask %(shop)s") % name if enquiry else _("News and offers from %(shop)s") % name
        case "intro":
            return ""
        case "button":
            return _("Send the question") if enquiry else _("Sign up")
        case "thanks":
            return _("Thank you. We answer soon.") if enquiry else _("Thank you for signing up.")
    raise KeyError(word)


def notice(form: Form, language: str, channel: str) -> str:
    """What somebody agrees to who ticks CHANNEL, in LANGUAGE: as the shop wrote it, else ours."""
    texts = {
        code: ((form.texts.get(code) or {}).get("notices") or {}).get(channel, "") for code in form.texts
    }
    written = worded(texts, language, form.default_language)
    if written:
        return written
    with override(language):
        shop = business.current()
        values = {"shop": shop.name if shop else "Grahak", "channel": str(dict(CHANNELS)[channel])}
        return (
            _("%(shop)s may send me offers and news by %(channel)s. I can take this back at any time.")
            % values
        )


def languages_of(form: Form) -> list[tuple[str, str]]:
    """The languages a form's page is shown in: all of ours, for what is not written has its stand-in."""
    return list(settings.LANGUAGES)


def channels_of(form: Form) -> list[str]:
    """The channels that FORM asks for and that its questions can serve, in the usual order."""
    asked = {str(one.get("name", "")) for one in form.fields}
    serves = {"email": "email", "whatsapp": "phone", "sms": "phone", "phone": "phone"}
    return [code for code, _label in CHANNELS if code in form.channels and serves[code] in asked]
