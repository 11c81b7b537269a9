"""A small, strict Liquid for people who write to customers: known tags only, a clear error with its line, and
limits on loops, memory and output so that no text can hang the sending.

Bodies are plain text; whatever comes out is escaped as a whole when it becomes HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    UnknownFilterError,
)

MOST_CHARACTERS = 20_000
TAGS = ("if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "#")
FILTERS = (
    *(
        "default",
        "upcase",
        "downcase",
        "capitalize",
        "strip",
        "lstrip",
        "rstrip",
        "truncate",
        "truncatewords",
    ),
    *("append", "prepend", "remove", "remove_first", "escape", "url_encode", "size", "first", "last", "join"),
    *(
        "plus",
        "minus",
        "times",
        "divided_by",
        "modulo",
        "round",
        "ceil",
        "floor",
        "abs",
        "at_least",
        "at_most",
    ),
)
_INNER = ("content", "output", "illegal")  # what the parser itself is made of


class _Strict(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = 60_000
    block_nesting_limit = 10
    context_depth_limit = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS or name in _INNER}
        self.filters = {name: filter_ for name, filter_ in self.filters.items() if name in FILTERS}


_ENVIRONMENT = _Strict()


class Mistake(ValueError):
    """What is wrong with a text, in words; LINE counts from 1, 0 where no line can be named."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(what)

    def __str__(self) -> str:
        if not self.line:
            return self.what
        return _("Line %(line)s: %(what)s") % {"line": self.line, "what": self.what}


@lru_cache(maxsize=64)
def parsed(source: str) -> BoundTemplate:
    """The template of SOURCE, kept for the next person. Raises Mistake."""
    if len(source) > MOST_CHARACTERS:
        raise Mistake(
            0, _("The text is too long; %(most)s characters are the most.") % {"most": MOST_CHARACTERS}
        )
    try:
        return _ENVIRONMENT.from_string(source)
    except LiquidError as error:
        raise _mistake(error, source) from None


def rendered(source: str, values: Mapping[str, Any]) -> str:
    """SOURCE said with VALUES. Raises Mistake where it cannot be."""
    try:
        return parsed(source).render(values)
    except LiquidError as error:
        raise _mistake(error, source) from None
    except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake(0, _("This text cannot be made: %(why)s") % {"why": type(error).__name__}) from None


def names_in(source: str) -> dict[str, int]:
    """The names of what SOURCE says about a person ("contact.first_name"), each with the line it first stands
    on."""
    found: dict[str, int] = {}
    for uses in parsed(source).analyze(include_partials=False).globals.values():
        for use in uses:
            found.setdefault(str(use), use.span.line_col(source)[0])
    return found


def mistakes_in(source: str, known: set[str]) -> list[Mistake]:
    """Everything wrong with SOURCE: grammar, unknown filters, names that are not in KNOWN."""
    try:
        analysis = parsed(source).analyze(include_partials=False)
    except Mistake as mistake:
        return [mistake]
    found = []
    for name, spans in analysis.filters.items():
        if name not in FILTERS:
            found.append(
                Mistake(
                    spans[0].line_col(source)[0], _unknown(name, FILTERS, _("There is no filter “%(name)s”."))
                )
            )
    for name, line in names_in(source).items():
        if name not in known:
            found.append(Mistake(line, _unknown(name, known, _("There is no tag “%(name)s”."))))
    return sorted(found, key=lambda mistake: mistake.line)


def _unknown(name: str, known: Any, sentence: str) -> str:
    text = sentence % {"name": name}
    if near := get_close_matches(name, known, n=1):
        text = f"{text} {_('Did you mean “%(name)s”?') % {'name': near[0]}}"
    return text


def _mistake(error: LiquidError, source: str) -> Mistake:
    context = error.context() if error.token is not None and error.token.source == source else None
    line = context[0] if context else 0
    match error:
        case LoopIterationLimitError() | OutputStreamLimitError() | LocalNamespaceLimitError():
            return Mistake(line, _("The text repeats too much."))
        case UnknownFilterError():
            return Mistake(line, _("There is no such filter: %(why)s") % {"why": error.message})
        case LiquidSyntaxError():
            return Mistake(line, _("A tag is not written as it should be: %(why)s") % {"why": error.message})
    return Mistake(line, _("This text cannot be made: %(why)s") % {"why": error.message})
