"""The small markup of letters: **bold**, *italic*, [words](address), bare addresses, "- " lists, a blank line for a
paragraph. It never holds HTML; Liquid tags stand anywhere in it and come through untouched.

Tags and addresses are taken out first and stand as marks until the mail is put together, so that nothing that the
markup or MJML does can break them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from grahak.marketing.letters.blocks import Block

OPEN, SHUT = "\ue000", "\ue001"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CONTROL = re.compile(r"\{%")
_MARK = re.compile(f"{OPEN}(\\d+){SHUT}")
_STOP = re.compile(r"\{\{-?\s*unsubscribe_url\s*-?\}\}")
_PREFERENCES = re.compile(r"\{\{-?\s*preferences_url\s*-?\}\}")
_ADDRESS = f"(?:[^\\s<>\"'()\\[\\]{OPEN}{SHUT}]|{OPEN}\\d+{SHUT})"
_EITHER = re.compile(
    rf"\[(?P<words>[^\[\]\n]+)\]\(\s*(?P<named>(?:{_ADDRESS}|\({_ADDRESS}*\))+)\s*\)"
    rf"|(?P<bare>https?://(?:{_ADDRESS}|\({_ADDRESS}*\))+)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}’”\"'*_"
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])", re.DOTALL)
_BACKSLASH = re.compile(r"\\([\\*\[\]_-])")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_ITEM = re.compile(r"[-•][ \t]+(.*)")
_WORD = re.compile(r"\w+")
_SCHEMES = ("https://", "http://")
_OTHER = ("mailto:", "tel:")

STOP, PREFERENCES = "_stop", "_preferences"


def scheme_of(url: str) -> str:
    """ "https", "http", "mailto", "tel", "tag" where a tag stands first, or "" for anything else."""
    low = url.strip().lower()
    for one in (*_SCHEMES, *_OTHER):
        if low.startswith(one):
            return one.rstrip(":/")
    return "tag" if low.startswith("{{") else ""


def named_links(source: str) -> list[tuple[str, str]]:
    """(words, address) of every [words](address) in SOURCE, its tags as they were typed."""
    pieces = Pieces()
    return [
        (pieces.restored(found.group("words")), pieces.restored(found.group("named")).strip())
        for found in _EITHER.finditer(pieces.taken(source))
        if found.group("words") is not None
    ]


def bare_links(source: str) -> list[str]:
    """The addresses that stand for themselves in SOURCE."""
    pieces = Pieces()
    return [
        pieces.restored(found.group("bare").rstrip(_TRAILING))
        for found in _EITHER.finditer(pieces.taken(source))
        if found.group("words") is None
    ]


@dataclass
class Pieces:
    """What was taken out of the words of one letter: Liquid by mark, the addresses to follow by their place, and those
    that are another for everybody."""

    liquid: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    def mark(self, liquid: str) -> str:
        """A mark that stands for LIQUID."""
        self.liquid.append(liquid)
        return f"{OPEN}{len(self.liquid) - 1}{SHUT}"

    def literal(self, text: str) -> str:
        """TEXT that may hold the signs of a tag and is none: it stands as it is."""
        return text.replace("{", self.mark('{{ "{" }}')) if "{" in text else text

    def restored(self, text: str) -> str:
        """TEXT with Liquid in the place of its marks."""
        return _MARK.sub(lambda found: self.liquid[int(found.group(1))], text)

    def taken(self, source: str) -> str:
        """SOURCE with marks in place of its tags."""
        return _TAG.sub(lambda found: self.mark(found.group(0)), source.replace(OPEN, "").replace(SHUT, ""))

    def address(self, url: str) -> str:
        """The mark of an address (which may hold marks); empty where nobody should follow it."""
        url = self.restored(url).strip()
        if _STOP.fullmatch(url):
            return self.mark(f"{{{{ {STOP} }}}}")
        if _PREFERENCES.fullmatch(url):
            return self.mark(f"{{{{ {PREFERENCES} }}}}")
        match scheme_of(url):
            case "":
                return ""
            case "mailto" | "tel":
                if _TAG.search(url):
                    return ""
                return self.mark(re.sub(r"[^!#-;=?-~]", "", url))
        if "{{" in url or "{%" in url:
            return self.mark(f"{{{{ _o{_place(self.own, url)} }}}}")
        return self.mark(f"{{{{ _l{_place(self.links, url)} }}}}")


def _place(kept: list[str], url: str) -> int:
    if url not in kept:
        kept.append(url)
    return kept.index(url)


@dataclass(frozen=True)
class Look:
    """How words are drawn in HTML: the inline style of a paragraph, a list and a link."""

    paragraph: str = ""
    listing: str = ""
    link: str = ""


@dataclass(frozen=True)
class Said:
    """The words of one field, with marks: as HTML and as plain text."""

    html: str
    text: str


def said(
    source: str, pieces: Pieces, *, look: Look = Look(), stop_words: str = "", lines: bool = True
) -> Said:
    """SOURCE in both forms. LINES: it has paragraphs; else it is words on one line, without them."""
    marked = pieces.taken(_with_stop(source, stop_words))
    # what a backslash guards stands as a mark, too
    marked = _BACKSLASH.sub(lambda found: pieces.mark(_quoted(found.group(1))), marked)
    html, text = _linked(marked, pieces, look)
    if not lines:
        return Said(_inline(html), _bare_words(text))
    controls = {at: liquid for at, liquid in enumerate(pieces.liquid) if _CONTROL.match(liquid)}
    return Said(_paragraphs(_inline(html), look, controls), _bare_words(_lists_in_text(text)))


def _quoted(character: str) -> str:
    return '{{ "\\" }}' if character == "\\" else f'{{{{ "{character}" }}}}'


def _with_stop(source: str, words: str) -> str:
    """The tag that stands alone for the stop address becomes a link with words."""
    if not words:
        return source
    return re.sub(
        rf"(?<!\]\()(?<!\]\( )({_STOP.pattern})", lambda found: f"[{words}]({found.group(1)})", source
    )


def _linked(marked: str, pieces: Pieces, look: Look) -> tuple[str, str]:
    """HTML (escaped but for its links) and text of words whose tags are marks."""
    html: list[str] = []
    text: list[str] = []
    at = 0
    for found in _EITHER.finditer(marked):
        before, words, end = marked[at : found.start()], found.group("words"), found.end()
        if words is not None:
            mark = pieces.address(found.group("named"))
            shown, plain = _inline(escape(words)), f"{words} ({mark})" if mark else words
        else:
            url = found.group("bare").rstrip(_TRAILING)
            end = found.start() + len(url)
            mark = plain = pieces.address(url)
            shown = escape(re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE))
        html += [escape(before), _anchor(mark, shown, look)]
        text += [before, plain]
        at = end
    return "".join([*html, escape(marked[at:])]), "".join([*text, marked[at:]])


def _anchor(mark: str, words: str, look: Look) -> str:
    if not mark:
        return words
    style = f' style="{look.link}"' if look.link else ""
    return f'<a class="a" href="{mark}"{style}>{words}</a>'


def _inline(html: str) -> str:
    html = _BOLD.sub(r"<b>\1</b>", html)
    return _ITALIC.sub(r"<i>\1</i>", html)


def _bare_words(text: str) -> str:
    """Plain text without the stars of the markup."""
    return _ITALIC.sub(r"\1", _BOLD.sub(r"\1", text))


def _lists_in_text(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*[-•][ \t]+", "• ", text)


def _paragraphs(html: str, look: Look, controls: dict[int, str]) -> str:
    """Paragraphs, lists and line ends. A line of nothing but control tags ({% if … %}) stands between them."""
    writer = _Writer(look, controls)
    for paragraph in _BLANK_LINE.split(html.strip("\n")):
        for line in paragraph.split("\n"):
            writer.line(line.strip())
        writer.end()
    return "".join(writer.out)


class _Writer:
    """Writes lines as paragraphs and lists that are whole, whichever way the conditions between them turn out."""

    def __init__(self, look: Look, controls: dict[int, str]) -> None:
        self.look, self.controls = look, controls
        self.out: list[str] = []
        self.words: list[str] = []
        self.in_list = False
        self.depth = 0  # conditions that were begun inside the open list

    def line(self, line: str) -> None:
        if (item := _ITEM.match(line)) is not None:
            self._flush()
            if not self.in_list:
                self.out.append(f"<ul{_style(self.look.listing)}>")
                self.in_list, self.depth = True, 0
            self.out.append(f"<li>{item.group(1)}</li>")
        elif (deeper := self._controls(line)) is not None:
            self._flush()
            if self.in_list and self.depth + min(deeper) < 0:
                self._close()
            self.depth += deeper[-1]
            self.out.append(line)
        elif line:
            self._close()
            self.words.append(line)

    def end(self) -> None:
        """A blank line."""
        self._flush()
        self._close()

    def _flush(self) -> None:
        if self.words:
            self.out.append(f"<p{_style(self.look.paragraph)}>{'<br />'.join(self.words)}</p>")
            self.words = []

    def _close(self) -> None:
        if self.in_list:
            self.out.append("</ul>")
            self.in_list = False

    def _controls(self, line: str) -> list[int] | None:
        """How deep a line of nothing but control tags leads, after each of them and at its end; None for another
        line. "else" is below where its "if" began, for a moment."""
        marks = [int(one) for one in _MARK.findall(line)]
        if not marks or _MARK.sub("", line).strip() or any(one not in self.controls for one in marks):
            return None
        depths, depth = [], 0
        for mark in marks:
            word = _WORD.findall(self.controls[mark])[0] if _WORD.findall(self.controls[mark]) else ""
            if word in ("else", "elsif", "when"):
                depths.append(depth - 1)
            elif word.startswith("end"):
                depth -= 1
            elif word in ("if", "unless", "case", "for", "capture", "comment"):
                depth += 1
            depths.append(depth)
        return depths


def _style(style: str) -> str:
    return f' style="{style}"' if style else ""


def words_in(block: Block, name: str, language: str, fallback: str) -> str:
    """The words of a field in LANGUAGE, in the letter's own where they are missing."""
    words = block.get(name) or {}
    return words.get(language) or words.get(fallback) or ""
