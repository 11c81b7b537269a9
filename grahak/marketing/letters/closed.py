"""Words that would tell a field kept from whoever writes or sends them. Nobody puts a tag in that their role may not
see, and nobody sets on its way what has one: a preview would hide it and the letter would say it. What somebody with
the right wrote stays in; they send it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import ngettext

from grahak.marketing.letters.document import BadDocument
from grahak.marketing.words import liquid
from grahak.marketing.words.people import closed_to


def texts_in(data: Any) -> Iterator[str]:
    """Every text of a letter's document, of a variant's subjects, of a template's values."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list | tuple):
        for one in data.values() if isinstance(data, dict) else data:
            yield from texts_in(one)


def said_in(texts: Iterable[str]) -> set[str]:
    """The names of what TEXTS tell of a person, conditions too. What can't be read is never sent, and says nothing."""
    found: set[str] = set()
    for text in texts:
        if "{{" in text or "{%" in text:
            try:
                found |= set(liquid.names_in(text))
            except liquid.Mistake:
                continue
    return found


def closed_in(data: Any, by: Any, before: Any = ()) -> list[str]:
    """The tags in DATA that are kept from BY (none from nobody) and that BEFORE did not have."""
    closed = closed_to(by)
    if not closed:
        return []
    return sorted((said_in(texts_in(data)) & closed) - said_in(texts_in(before)))


def sentence(names: list[str]) -> str:
    """What is said about tags that are kept from somebody."""
    said = ngettext(
        "The tag %(tags)s tells what your role may not see. Take it out, or ask somebody who may.",
        "The tags %(tags)s tell what your role may not see. Take them out, or ask somebody who may.",
        len(names),
    )
    return said % {"tags": ", ".join(f"“{name}”" for name in names)}


def refuse(data: Any, before: Any, *, by: Any) -> None:
    """Raises BadDocument where DATA has a tag that is kept from BY and that was not in it before."""
    if names := closed_in(data, by, before):
        raise BadDocument(sentence(names))
