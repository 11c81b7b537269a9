"""Finds the web addresses that the author wrote into a text, before anybody's name is put in. Only those
become links: what stands in a customer's name never does.

In the text they are replaced by a mark made of characters that no name may hold (clean() takes them out).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

OPEN, SHUT = "\ue000", "\ue001"
_URL = re.compile(r"https?://(?:\{\{.*?\}\}|[^\s<>\"'{}|\\^`\ue000-\ue0ff])+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}’”\"'"
_MARK = re.compile(f"{OPEN}(\\d+|stop|own[^{SHUT}]*){SHUT}")
# Controls, line ends inside a name, our marks; the marks of direction stay, names in two scripts need them
_UNFIT = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ue000-\uf8ff]+")
STOP = f"{OPEN}stop{SHUT}"


def clean(text: str) -> str:
    """What a person or file put in, fit to stand in a text: one line, none of our marks."""
    return _UNFIT.sub(" ", text).strip()


@lru_cache(maxsize=64)
def marked(source: str) -> tuple[str, tuple[str, ...]]:
    """SOURCE with its web addresses replaced by marks, and these addresses. An address with a tag in it is
    another one for everybody: it becomes a link but is not tracked."""
    urls: list[str] = []

    def mark(found: re.Match[str]) -> str:
        url = found.group(0)
        bare = url.rstrip(_TRAILING) if not url.endswith("}}") else url
        rest = url[len(bare) :]
        if "{{" in bare:
            return f"{OPEN}own{bare}{SHUT}{rest}"
        if bare not in urls:
            urls.append(bare)
        return f"{OPEN}{urls.index(bare)}{SHUT}{rest}"

    return _URL.sub(mark, source.replace(OPEN, "").replace(SHUT, "")), tuple(urls)


def replaced(text: str, plain: Callable[[str], str], link: Callable[[str], str]) -> str:
    """TEXT with PLAIN applied to what lies between marks and LINK to what is in them ("0", "stop",
    "ownhttps…")."""
    parts, at = [], 0
    for found in _MARK.finditer(text):
        parts += [plain(text[at : found.start()]), link(found.group(1))]
        at = found.end()
    parts.append(plain(text[at:]))
    return "".join(parts)
