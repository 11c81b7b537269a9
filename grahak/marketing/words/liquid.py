"""A small, strict Liquid for people who write to customers: known tags only, a clear error with its line, and
limits on loops, memory and output so that no text can hang the sending.

One text is said in three ways: plain, as HTML (whatever a tag puts in is escaped, unless we made it ourselves), and
inside a web address (whatever a tag puts in is percent-encoded).
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from html import escape
from io import StringIO
from typing import Any, TextIO
from urllib.parse import quote

from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.capture_tag import CaptureNode, CaptureTag
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    UnknownFilterError,
)
from liquid.output import LimitedStringIO
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.token import Token

from grahak.marketing.words import filters

MOST_CHARACTERS = 20_000
MOST_OUTPUT = 400_000
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
    *filters.OURS,
)
_INNER = ("content", "output", "illegal")  # what the parser itself is made of


class Made(str):
    """HTML that we made ourselves and that is not escaped again."""

    __slots__ = ()


class _Buffer(LimitedStringIO):
    """Counts signs: encoding every piece to count its bytes cost more than all else."""

    def write(self, piece: str) -> int:
        self.size += len(piece)
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        return StringIO.write(self, piece)


class _Template(BoundTemplate):
    def _get_buffer(self) -> StringIO:
        limit = self.env.output_stream_limit
        return _Buffer(limit) if limit is not None else StringIO()


class _OursNode(OutputNode):
    """A value of our own (`_l0`, `_stop`, …): nobody can assign to it, so it is looked up at once."""

    __slots__ = ("escapes", "name")

    def __init__(self, token: Token, expression: Any, name: str, *, escapes: bool) -> None:
        super().__init__(token, expression)
        self.name, self.escapes = name, escapes

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = context.globals.get(self.name, "")
        if value.__class__ is Made or not self.escapes:
            return buffer.write(str(value))
        return buffer.write(escape(str(value)))


def _ours(node: OutputNode, *, escapes: bool) -> OutputNode:
    """NODE, or a quicker one where it says nothing but one of our own values."""
    expression = node.expression
    if not isinstance(expression, FilteredExpression) or expression.filters:
        return node
    path = expression.left.path if isinstance(expression.left, Path) else ()
    if len(path) == 1 and isinstance(path[0], str) and path[0].startswith("_"):
        return _OursNode(node.token, expression, path[0], escapes=escapes)
    return node


class _PlainOutput(Output):
    def parse(self, stream: TokenStream) -> OutputNode:
        return _ours(super().parse(stream), escapes=False)


class _EscapedNode(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        if value.__class__ is not Made:
            value = escape(to_liquid_string(value, False))
        return buffer.write(value)


class _EscapedOutput(Output):
    node_class = _EscapedNode

    def parse(self, stream: TokenStream) -> OutputNode:
        return _ours(super().parse(stream), escapes=True)


class _MadeNode(CaptureNode):
    """What was captured is escaped already."""

    def _assign(self, context: RenderContext, buf: Any) -> None:
        context.assign(self.name, Made(buf.getvalue()))


class _MadeCapture(CaptureTag):
    node_class = _MadeNode


_WHOLE = ("https://", "http://")
_IN_ADDRESS = ":/?&=#%@+,;~!$()*"


class _QuotedNode(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = to_liquid_string(self.expression.evaluate(context), False)
        return buffer.write(quote(value, safe=_IN_ADDRESS if value.startswith(_WHOLE) else ""))


class _QuotedOutput(Output):
    node_class = _QuotedNode


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
        self.filters |= filters.OURS


class _Long(_Strict):
    output_stream_limit = MOST_OUTPUT
    template_class = _Template

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_PlainOutput)


class _Html(_Long):
    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_EscapedOutput)
        self.add_tag(_MadeCapture)


class _Address(_Strict):
    output_stream_limit = 4_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_QuotedOutput)


_ENVIRONMENTS: dict[str, Environment] = {
    "text": _Strict(),
    "part": _Long(),
    "html": _Html(),
    "url": _Address(),
}


class Mistake(ValueError):
    """What is wrong with a text, in words; LINE counts from 1, 0 where no line can be named."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(what)

    def __str__(self) -> str:
        if not self.line:
            return self.what
        return _("Line %(line)s: %(what)s") % {"line": self.line, "what": self.what}


@lru_cache(maxsize=256)
def parsed(source: str, how: str = "text") -> BoundTemplate:
    """The template of SOURCE, kept for the next person. HOW it is said: "text", "part" (the whole text of a
    mail), "html" or "url". Raises Mistake."""
    if how in ("text", "url") and len(source) > MOST_CHARACTERS:
        raise Mistake(
            0, _("The text is too long; %(most)s characters are the most.") % {"most": MOST_CHARACTERS}
        )
    return whole(source, how)


def whole(source: str, how: str) -> BoundTemplate:
    """The template of SOURCE, a text that was put together from many; it may be longer than one that is typed.
    Raises Mistake."""
    try:
        return _ENVIRONMENTS[how].from_string(source)
    except LiquidError as error:
        raise _mistake(error, source) from None


def rendered(source: str, values: Mapping[str, Any], how: str = "text") -> str:
    """SOURCE said with VALUES. Raises Mistake where it cannot be."""
    return said(parsed(source, how), values)


def said(template: BoundTemplate, values: Mapping[str, Any]) -> str:
    """What a template says with VALUES. Raises Mistake where it cannot."""
    try:
        return template.render(values)
    except LiquidError as error:
        raise _mistake(error, template.full_name()) from None
    except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake(0, _("This text cannot be made: %(why)s") % {"why": type(error).__name__}) from None


def names_in(source: str, how: str = "text") -> dict[str, int]:
    """The names of what SOURCE says about a person ("contact.first_name"), each with the line it first stands
    on. Names that begin with an underscore are our own and left out."""
    found: dict[str, int] = {}
    for uses in parsed(source, how).analyze(include_partials=False).globals.values():
        for use in uses:
            name = str(use)
            if not name.startswith("_"):
                found.setdefault(name, use.span.line_col(source)[0])
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
    for uses in analysis.globals.values():
        name, line = str(uses[0]), uses[0].span.line_col(source)[0]
        if name not in known:
            found.append(Mistake(line, _unknown(name, known, _("There is no tag “%(name)s”."))))
    return sorted(found, key=lambda mistake: mistake.line)


def _unknown(name: str, known: Any, sentence: str) -> str:
    text = sentence % {"name": name}
    if near := get_close_matches(name, known, n=1):
        return text + " " + _("Did you mean “%(name)s”?") % {"name": near[0]}
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
