"""An approved template of WhatsApp: which values it wants, how it reads with them, and how they are sent.

Meta, "Message templates" and "Send template messages": a body with up to 1,024 characters, a header of text or of a
picture, film or document, up to ten buttons of which the one with a web address takes one value at its end. Values are
numbered ({{1}}) or named ({{first_name}}).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.channels.models import WhatsAppTemplate

_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
USABLE = ("APPROVED",)
STATUSES = {
    "APPROVED": _("approved"),
    "PENDING": _("waits for Meta"),
    "IN_APPEAL": _("waits for Meta"),
    "REJECTED": _("refused by Meta"),
    "PAUSED": _("paused by Meta"),
    "FLAGGED": _("about to be paused by Meta"),
    "DISABLED": _("switched off by Meta"),
    "PENDING_DELETION": _("being deleted"),
    "DELETED": _("deleted"),
    "LIMIT_EXCEEDED": _("too many templates"),
}
CATEGORIES = {
    "MARKETING": _("Offers"),
    "UTILITY": _("Orders and khata"),
    "AUTHENTICATION": _("Codes"),
}


@dataclass(frozen=True)
class Slot:
    """A value that a template wants. KEY is its name in a TemplateUse ("body:1", "header:image", "button:0:1"),
    PART where it stands, EXAMPLE what Meta was shown, BEFORE what an address begins with."""

    key: str
    part: str
    name: str
    example: str = ""
    before: str = ""

    @property
    def label(self) -> Any:
        match self.part:
            case "header":
                return _("Heading, value %(name)s") % {"name": self.name}
            case "media":
                return MEDIA_LABELS[self.name]
            case "button":
                return _("End of the button's address")
            case "code":
                return _("Code that the button copies")
        return _("Text, value %(name)s") % {"name": self.name}


MEDIA_LABELS = {
    "image": _("Address of the picture in the heading"),
    "video": _("Address of the film in the heading"),
    "document": _("Address of the document in the heading"),
}


def _part(template: WhatsAppTemplate, kind: str) -> dict[str, Any]:
    for one in template.components if isinstance(template.components, list) else ():
        if isinstance(one, dict) and str(one.get("type", "")).upper() == kind:
            return one
    return {}


def _buttons(template: WhatsAppTemplate) -> list[dict[str, Any]]:
    found = _part(template, "BUTTONS").get("buttons")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _examples(part: dict[str, Any], key: str) -> dict[str, str]:
    """What Meta was shown, by the name of the value."""
    shown = part.get("example")
    shown = shown if isinstance(shown, dict) else {}
    named = shown.get(f"{key}_named_params")
    if isinstance(named, list):
        return {str(one.get("param_name")): str(one.get("example")) for one in named if isinstance(one, dict)}
    rows = shown.get(key)
    rows = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else rows
    return {str(n): str(one) for n, one in enumerate(rows, 1)} if isinstance(rows, list) else {}


def slots(template: WhatsAppTemplate) -> list[Slot]:
    """The values that a template wants, in the order in which they are read."""
    found: list[Slot] = []
    header = _part(template, "HEADER")
    shape = str(header.get("format", "TEXT")).upper()
    if header and shape in MEDIA:
        found.append(Slot(f"header:{MEDIA[shape]}", "media", MEDIA[shape]))
    for part, kind, key in (
        (header, "header", "header_text"),
        (_part(template, "BODY"), "body", "body_text"),
    ):
        shown = _examples(part, key)
        names = dict.fromkeys(_PLACE.findall(str(part.get("text", ""))))
        found += [Slot(f"{kind}:{name}", kind, name, shown.get(name, "")) for name in names]
    for n, button in enumerate(_buttons(template)):
        kind = str(button.get("type", "")).upper()
        url = str(button.get("url", ""))
        if kind == "URL" and (place := _PLACE.search(url)):
            found.append(
                Slot(f"button:{n}:{place.group(1)}", "button", place.group(1), before=url[: place.start()])
            )
        elif kind == "COPY_CODE":
            found.append(Slot(f"button:{n}:code", "code", "code"))
    return found


def cannot_send(template: WhatsAppTemplate) -> str:
    """Why a template cannot be sent by us, "" where it can: a kind of heading or button that we do not know."""
    shape = str(_part(template, "HEADER").get("format", "TEXT")).upper()
    if shape not in (*MEDIA, "TEXT"):
        return str(
            _("Its heading is of a kind that Grahak does not send: %(kind)s.") % {"kind": shape.lower()}
        )
    known = ("URL", "QUICK_REPLY", "PHONE_NUMBER", "COPY_CODE")
    for button in _buttons(template):
        kind = str(button.get("type", "")).upper()
        if kind not in known:
            return str(_("It has a button that Grahak does not send: %(kind)s.") % {"kind": kind.lower()})
    if str(template.category).upper() == "AUTHENTICATION":
        return str(_("Templates for codes are not for campaigns."))
    return ""


def tidy(value: str) -> str:
    """A value as Meta takes it: no line breaks, no tabs, no more than one space at once."""
    return " ".join(value.split())


def components(template: WhatsAppTemplate, values: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """The values in the form of the API. Raises KeyError for a value that is not there."""
    found: list[dict[str, Any]] = []
    named = template.format.upper() == "NAMED"
    wanted = slots(template)
    for kind in ("header", "body"):
        parameters: list[dict[str, Any]] = [
            {
                "type": "text",
                **({"parameter_name": slot.name} if named else {}),
                "text": tidy(values[slot.key]),
            }
            for slot in wanted
            if slot.part == kind
        ]
        if kind == "header":
            for slot in wanted:
                if slot.part == "media":
                    parameters.append({"type": slot.name, slot.name: {"link": values[slot.key].strip()}})
        if parameters:
            found.append({"type": kind, "parameters": parameters})
    for slot in wanted:
        if slot.part in ("button", "code"):
            index = slot.key.split(":")[1]
            value = values[slot.key].strip()
            parameter = (
                {"type": "coupon_code", "coupon_code": value[:15]}
                if slot.part == "code"
                else {"type": "text", "text": value}
            )
            sub = "copy_code" if slot.part == "code" else "url"
            found.append({"type": "button", "sub_type": sub, "index": index, "parameters": [parameter]})
    return tuple(found)


@dataclass(frozen=True)
class Preview:
    """How a template reads: MEDIA is the kind of picture in its heading, BUTTONS are (words, address or "")."""

    header: str
    body: str
    footer: str
    buttons: list[tuple[str, str]]
    media: str = ""

    @property
    def text(self) -> str:
        """All that is read, as plain text (for the ledger and the timeline)."""
        return "\n".join(part for part in (self.header, self.body, self.footer) if part)


def preview(template: WhatsAppTemplate, values: Mapping[str, str] | None = None) -> Preview:
    """How TEMPLATE reads with VALUES; a value that is not there stays as it is written."""
    given = values or {}

    def said(text: str, kind: str) -> str:
        return _PLACE.sub(lambda place: given.get(f"{kind}:{place.group(1)}") or place.group(0), text)

    header = _part(template, "HEADER")
    shape = str(header.get("format", "TEXT")).upper()
    buttons = [
        (str(one.get("text", "")), said(str(one.get("url", "")), f"button:{n}"))
        for n, one in enumerate(_buttons(template))
    ]
    return Preview(
        header=said(str(header.get("text", "")), "header") if shape == "TEXT" else "",
        body=said(str(_part(template, "BODY").get("text", "")), "body"),
        footer=str(_part(template, "FOOTER").get("text", "")),
        buttons=buttons,
        media=MEDIA.get(shape, ""),
    )


def in_language(rows: list[WhatsAppTemplate], language: str, fallback: str = "") -> WhatsAppTemplate | None:
    """That of ROWS, all of one name, which is in LANGUAGE ("en" takes "en_US" too), else in FALLBACK, else the first
    that may be sent; None where none may."""
    usable = [row for row in rows if row.status in USABLE and row.gone_at is None]
    for wanted in (language, fallback):
        for row in usable:
            if wanted and (row.language == wanted or row.language.split("_")[0] == wanted.split("-")[0]):
                return row
    return usable[0] if usable else None
