"""What a person is told after doing something, with a way back where there is one.

Kept in Django's messages, so a toast survives the redirect after a form; shown by core/_toasts.html for
eight seconds. A fragment's answer carries it along (core.middleware.Toasts).
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

TONES = {"done": messages.SUCCESS, "wait": messages.WARNING, "wrong": messages.ERROR}


def say(
    request: HttpRequest, text: Any, *, undo: str = "", tone: str = "done", link: str = "", label: Any = ""
) -> None:
    """Tell the person TEXT (a whole sentence). UNDO: address that takes it back when posted to.
    TONE: "done", "wait" or "wrong". LINK and LABEL: one place to go on."""
    extra = {"undo": undo, "link": link, "label": str(label)}
    messages.add_message(
        request, TONES[tone], str(text), extra_tags=json.dumps({k: v for k, v in extra.items() if v}) or ""
    )


def waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """The toasts not shown yet, marked as shown: text, tone, undo, link, label."""
    tones = {level: tone for tone, level in TONES.items()}
    found = []
    for message in messages.get_messages(request):
        try:
            extra = json.loads(message.extra_tags or "{}")
        except ValueError:
            extra = {}
        found.append({"text": message.message, "tone": tones.get(message.level, "done"), **extra})
    return found
