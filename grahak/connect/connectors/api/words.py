"""Why a shop could not be asked, in sentences with the cure where there is one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "address": _("“{text}” is no address of a shop, such as https://shop.example.com."),
    "plain_http": _("The address must begin with https://: the keys would travel openly."),
    "no_such_host": _("There is no server called {text}."),
    "private": _("{text} is an address inside a private network; those are not asked."),
    "certificate": _("The shop’s certificate is not valid: {text}"),
    "no_answer": _("The shop does not answer ({text})."),
    "answer_large": _("The shop’s answer is too large."),
    "redirect": _("The shop sends us elsewhere ({text}): write that address instead."),
    "keys": _("The shop does not accept the keys (it answered {status})."),
    "rights": _("The keys lack a right (the shop answered {status}): {text}"),
    "not_there": _("There is no interface at this address (the shop answered {status})."),
    "busy": _("The shop asked us to wait too often."),
    "status": _("The shop answered {status}: {text}"),
    "not_json": _("The shop’s answer cannot be read."),
    "no_keys": _("Keys for the shop’s interface are missing."),
    "unsealable": _("The keys were kept with another secret of this installation: write them again."),
}


def told(code: str, params: dict[str, Any]) -> str:
    """The sentence of a code."""
    sentence = SENTENCES.get(code)
    try:
        return str(sentence).format(**params) if sentence else code
    except (KeyError, IndexError):
        return str(sentence)
