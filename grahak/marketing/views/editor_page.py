"""Everything that the editor's page shows of a letter at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language_info

from grahak.marketing.drafting import history, tree
from grahak.marketing.letters import tags
from grahak.marketing.letters.blocks import ADDABLE, KINDS, words_of
from grahak.marketing.letters.checks import Check, checks
from grahak.marketing.letters.document import BadDocument, Document, parsed
from grahak.marketing.models import Letter, SavedBlock
from grahak.marketing.views import panel as panels
from grahak.marketing.views.canvas import ICONS, drawn
from grahak.marketing.views.letter_parts import source_of
from grahak.marketing.views.press import Press

LANGUAGE_NAMES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class Tab:
    """A language of the letter, or one that could be added. MISSING: fields not written in it yet."""

    code: str
    name: str
    is_in: bool
    missing: int = 0


@dataclass(frozen=True)
class Head:
    """The subject or the preheader with its meter."""

    name: str
    value: str
    original: str
    least: int
    most: int
    says: Any


def context(request: HttpRequest, press: Press) -> dict[str, Any]:
    """What edit.html, _editor.html and _kept.html draw."""
    letter = press.letter
    document = parsed(letter.document)
    look, source = press.look, source_of(letter, document)
    found = checks_of(letter)
    block = tree.found(document, look.block)
    error = press.refused if isinstance(press.refused, BadDocument) else None
    typed = request.POST if press.refused or press.overtaken else None
    panel = panels.panel_of(block, look.language, source, error=error, typed=typed) if block else None
    return {
        "letter": letter,
        "home": press.home,
        "document": document,
        "url": reverse("letters:edit", args=[letter.pk]),
        "page": press.page,
        "look": look,
        "place": press.place,
        "language_name": LANGUAGE_NAMES[look.language],
        "reads": "rtl" if get_language_info(look.language)["bidi"] else "ltr",
        "source": source,
        "source_name": LANGUAGE_NAMES[source],
        "tabs": _tabs(document, source),
        "heads": _heads(document, look.language, source, typed),
        "blocks": drawn(document, look.language, source, opened=look.block, checks=found),
        "panel": panel,
        "opened": _opened(document, look.block),
        "checks": found,
        "kinds": [(KINDS[name], ICONS.get(name, "note")) for name in ADDABLE],
        "saved": SavedBlock.objects.all()[:40] if panel is None else [],
        "can_undo": history.can_undo(letter),
        "can_redo": history.can_redo(letter),
        "refused": press.refused,
        "overtaken": press.overtaken,
        "focus": _focus(press),
        **(_extras(block, request.user) if block else {}),
    }


def checks_of(letter: Letter) -> list[Check]:
    """What is to be mended or looked at before the letter goes out; what stops it first."""
    return sorted(checks(letter), key=lambda check: check.level != "stop")


def _extras(block: Any, user: Any) -> dict[str, Any]:
    """What the fields of some blocks choose from."""
    extras: dict[str, Any] = {"sayings": panels.sayings(user), "filters": tags.FILTERS}
    if block["type"] == "picture":
        extras |= {"picture": panels.chosen_picture(block), "pictures": panels.latest_pictures()}
    if block["type"] == "product":
        extras["items"] = panels.chosen_items(block)
    return extras


def _opened(document: Document, name: str) -> Any:
    return next((place for place in tree.places(document) if place.block["id"] == name), None)


def _tabs(document: Document, source: str) -> list[Tab]:
    wanted = [words for block in document.walk() for _one, words in words_of(block)]
    wanted += [document.subject, document.preheader]
    return [
        Tab(
            code,
            str(name),
            code in document.languages,
            sum(1 for words in wanted if words.get(source) and not words.get(code)),
        )
        for code, name in settings.LANGUAGES
    ]


def _heads(document: Document, language: str, source: str, typed: Any) -> list[Head]:
    made = []
    for name, words in (("subject", document.subject), ("preheader", document.preheader)):
        value = typed[name] if typed is not None and name in typed else words.get(language, "")
        original = words.get(source, "") if language != source else ""
        made.append(Head(name, value, original, *panels.METERS[name], panels.METER_SAYS[name]))
    return made


def _focus(press: Press) -> str:
    """Where the cursor goes once the letter is drawn anew: "panel", "block", or nowhere."""
    what = press.do.partition(":")[0]
    if press.refused or press.overtaken:
        return "problem"
    if what in ("add", "saved", "open", "copy", "place", "upload", "picture", "find", "item", "no_item"):
        return "panel"
    return "block" if what in ("up", "down", "back", "on", "move", "columns") else ""


def anchor(press: Press) -> str:
    """The part of the page to jump to where there is no script."""
    return {"panel": "#panel", "block": f"#{press.look.block}"}.get(_focus(press), "")
