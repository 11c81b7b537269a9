"""A plain letter: a subject and a text in each language, and the foot. What somebody writes who does not want blocks;
it can be opened in the editor later like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from grahak.core.models import User
from grahak.marketing.letters import actions
from grahak.marketing.letters import document as documents
from grahak.marketing.letters.blocks import Block
from grahak.marketing.letters.document import LANGUAGES, Document
from grahak.marketing.models import Campaign, Letter, LetterKind


@dataclass(frozen=True)
class Plain:
    """The words of a plain letter in one language."""

    language: str
    subject: str
    body: str


def document(texts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """The document of a plain letter from (subject, body) by language; the whole body is one text."""
    return documents.parsed(
        {
            "languages": [code for code in LANGUAGES if code in texts],
            "subject": {code: subject for code, (subject, _body) in texts.items()},
            "blocks": [
                {"id": "b1", "type": "text", "text": {code: body for code, (_s, body) in texts.items()}}
            ],
        }
    ).as_json()


def _body(found: Document) -> Block | None:
    return next((one for one in found.blocks if one["type"] == "text"), None)


def is_plain(letter: Letter) -> bool:
    """Whether it holds nothing but one text."""
    return [one["type"] for one in documents.parsed(letter.document).blocks] == ["text", "footer"]


def texts_of(letter: Letter | None) -> dict[str, Plain]:
    """Subject and first text by language, of those that are written; nothing where there is no letter."""
    if letter is None:
        return {}
    found = documents.parsed(letter.document)
    text = (_body(found) or {}).get("text", {})
    return {
        code: Plain(code, found.subject.get(code, ""), text.get(code, ""))
        for code in found.languages
        if found.subject.get(code) or text.get(code) or _body(found) is None
    }


@transaction.atomic
def write(campaign: Campaign, language: str, *, subject: str, body: str, by: User) -> Letter:
    """Write subject and text in one language into the campaign's letter; it gets one of its own where it has none, or
    a template. Mistakes in the words are kept and shown; only sending refuses them."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    letter = _own(campaign, language, by)
    found = documents.parsed(letter.document)
    block = _body(found)
    if block is None:
        block = {"id": found.fresh_id(), "type": "text", "text": {}, "align": "start"}
        found.blocks.insert(0, block)
    found.languages = tuple(code for code in LANGUAGES if code in (*found.languages, language))
    for words, text in ((found.subject, subject), (block["text"], body)):
        words.pop(language, None)
        if text.strip():
            words[language] = text
    if campaign.default_language in found.languages:
        letter.default_language = campaign.default_language
        letter.save(update_fields=["default_language"])
    actions.save(letter, found.as_json(), by=by)
    campaign.save(update_fields=["updated_at"])
    return letter


def _own(campaign: Campaign, language: str, by: User) -> Letter:
    letter = campaign.letter
    if letter is None:
        letter = actions.create(
            campaign.name,
            by=by,
            document={"languages": [language], "blocks": [{"type": "text"}]},
            language=language,
            kind=LetterKind.CAMPAIGN,
        )
    elif letter.kind == LetterKind.TEMPLATE:
        letter = actions.copy(letter, by=by, name=campaign.name, kind=LetterKind.CAMPAIGN)
    else:
        return letter
    campaign.letter = letter
    campaign.save(update_fields=["letter", "updated_at"])
    return letter


@transaction.atomic
def unwrite(campaign: Campaign, language: str, *, by: User) -> None:
    """Take a language out; those who read it get the campaign's own, which stays. Nothing where it is not written."""
    letter = campaign.letter
    if letter is None or language == campaign.default_language:
        return
    found = documents.parsed(letter.document)
    if language not in found.languages or len(found.languages) == 1:
        return
    actions.save(letter, without(found, language).as_json(), by=by)
    campaign.save(update_fields=["updated_at"])


def without(found: Document, language: str) -> Document:
    """FOUND without a language and its words."""
    found.languages = tuple(code for code in found.languages if code != language)
    for words in documents.all_words(found):
        words.pop(language, None)
    return found
