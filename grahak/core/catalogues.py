"""The four languages' catalogues: every sentence of a room, found in its source, kept in its own `locale/`.

No gettext programs are needed: Python code is read by Babel, templates by Django's own `templatize`, and the
`.po` and `.mo` files are written by polib. `python -m grahak.core.catalogues` compiles; the rest is
`grahak messages`.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent
UNTRANSLATED = Path(__file__).resolve().parent / "data" / "untranslated.txt"

# Plural rules of CLDR 48 for whole numbers: Hindi and Gujarati count nothing like one.
LANGUAGES = {"ur": "(n != 1)", "hi": "(n > 1)", "gu": "(n > 1)"}
SCRIPTS = {"ur": "ARABIC", "hi": "DEVANAGARI", "gu": "GUJARATI"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,  # in templates; in Python code any alias counts that the import line gives
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
ALIAS = re.compile(r"\b(n?p?gettext(?:_lazy|_noop)?) as (\w+)")
PLACEHOLDER = re.compile(r"%\(\w+\)[-#0 +.\d]*[a-zA-Z]|(?<!%)%[sd]|\{\{.*?\}\}|\{[^{}]*\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&\w+;")

Key = tuple[str | None, str]


@dataclass
class Message:
    """One sentence to translate, and the files that say it."""

    text: str
    plural: str = ""
    context: str | None = None
    files: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.text


def rooms() -> list[Path]:
    """The packages that may have sentences, lowest floor first as far as the alphabet cares."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def catalogue_path(room: Path, language: str) -> Path:
    """Where a room keeps its sentences in a language."""
    return room / "locale" / language / "LC_MESSAGES" / "django.po"


def messages_in(room: Path) -> dict[Key, Message]:
    """Every sentence in a room's code and templates, in the order of its files."""
    found: dict[Key, Message] = {}
    for path in sorted(room.rglob("*")):
        inside = path.relative_to(room)
        if path.suffix not in (".py", ".html", ".txt") or {"tests", "migrations", "data"} & set(inside.parts):
            continue
        if path.suffix != ".py" and "templates" not in inside.parts:
            continue
        name = f"grahak/{room.name}/{inside.as_posix()}"
        for message in messages_of(path.read_text(encoding="utf-8"), name):
            first = found.setdefault(message.key, message)
            first.plural = first.plural or message.plural
            if name not in first.files:
                first.files.append(name)
    return found


def messages_of(source: str, name: str) -> Iterator[Message]:
    """The sentences of one file; a name that does not end in .py is a Django template.

    Raises SyntaxError where a template has a tag inside a translated block.
    """
    from babel.messages.extract import extract

    if name.endswith(".py"):
        if "gettext" not in source:
            return
    else:
        if "trans" not in source and "_(" not in source:
            return
        from django.utils.translation.template import templatize

        # what comes out is no Python, only tokens: within brackets its indentation means nothing
        source = f"({templatize(source, origin=name)}\n)"
    stream = io.BytesIO(source.encode())
    keywords = KEYWORDS | {alias: KEYWORDS[word] for word, alias in ALIAS.findall(source)}
    for _line, text, comments, context in extract("python", stream, keywords, ("Translators",)):
        single, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, "")
        if single:
            yield Message(single, plural, context, [name], list(comments))


def read(path: Path) -> polib.POFile:
    """A catalogue, empty where there is none."""
    return polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)


def update(room: Path, memory: dict[str, dict[Key, polib.POEntry]]) -> int:
    """Write a room's catalogues anew: translations stay, dead sentences go, new ones come from `memory`.

    `memory`: language → what any room already says; see memory_of().
    Gives how many translations are still to be written.
    """
    messages = messages_in(room)
    waiting = 0
    for language, rule in LANGUAGES.items():
        path = catalogue_path(room, language)
        if not messages and not path.exists():
            continue
        old = {(entry.msgctxt, entry.msgid): entry for entry in read(path)}
        new = polib.POFile(wrapwidth=110)
        new.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
            "Plural-Forms": f"nplurals=2; plural={rule};",
        }
        for message in messages.values():
            entry = polib.POEntry(
                msgctxt=message.context,
                msgid=message.text,
                msgid_plural=message.plural,
                occurrences=[(name, "") for name in message.files],
                comment="\n".join(message.comments),
                flags=["python-format"] if re.search(r"%\(\w+\)|%[sd]", message.text) else [],
            )
            _translate(entry, old.get(message.key), memory[language].get(message.key))
            waiting += not is_translated(entry)
            new.append(entry)
        text = str(new) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return waiting


def _translate(entry: polib.POEntry, *candidates: polib.POEntry | None) -> None:
    """Give the entry the first candidate's translation that fits its form."""
    if entry.msgid_plural:
        entry.msgstr_plural = {0: "", 1: ""}
    for known in candidates:
        if known is None or not is_translated(known) or bool(known.msgid_plural) != bool(entry.msgid_plural):
            continue
        entry.msgstr, entry.msgstr_plural = known.msgstr, known.msgstr_plural
        return


def is_translated(entry: polib.POEntry) -> bool:
    """Whether every form of the entry has a text that nobody doubts."""
    return not entry.fuzzy and all(forms_of(entry))


def forms_of(entry: polib.POEntry) -> list[str]:
    """The translations: one, or one for each plural form."""
    if entry.msgid_plural:
        return [entry.msgstr_plural.get(form, "") for form in (0, 1)]
    return [entry.msgstr]


def memory_of(chosen: Iterable[Path]) -> dict[str, dict[Key, polib.POEntry]]:
    """What the rooms already say, by language."""
    known: dict[str, dict[Key, polib.POEntry]] = {language: {} for language in LANGUAGES}
    for room in chosen:
        for language in LANGUAGES:
            for entry in read(catalogue_path(room, language)):
                if is_translated(entry):
                    known[language].setdefault((entry.msgctxt, entry.msgid), entry)
    return known


def compile_all(chosen: Iterable[Path]) -> int:
    """Write the .mo beside each .po that is newer; gives how many were written."""
    written = 0
    for room in chosen:
        for language in LANGUAGES:
            path = catalogue_path(room, language)
            made = path.with_suffix(".mo")
            if path.exists() and (not made.exists() or made.stat().st_mtime < path.stat().st_mtime):
                read(path).save_as_mofile(str(made))
                written += 1
    return written


def faults_of(room: Path, allowed: set[str], messages: dict[Key, Message]) -> Iterator[str]:
    """What is wrong with a room's catalogues, one sentence each."""
    for language, rule in LANGUAGES.items():
        path = catalogue_path(room, language)
        where = f"{room.name}/{language}"
        if not path.exists():
            if messages:
                yield f"{where}: no catalogue for {len(messages)} sentences"
            continue
        catalogue = read(path)
        if f"plural={rule};" not in catalogue.metadata.get("Plural-Forms", ""):
            yield f"{where}: the plural rule is not {rule}"
        entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
        for key in messages.keys() - entries.keys():
            yield f"{where}: not in the catalogue: {key[1]!r} ({messages[key].files[0]})"
        for key in entries.keys() - messages.keys():
            yield f"{where}: nobody says this any more: {key[1]!r}"
        for key in messages.keys() & entries.keys():
            for fault in entry_faults(entries[key], language, allowed):
                yield f"{where}: {fault}: {key[1]!r}"


def entry_faults(entry: polib.POEntry, language: str, allowed: set[str]) -> Iterator[str]:
    """What is wrong with one translation; nothing where it is right."""
    if entry.fuzzy:
        yield "marked as doubtful"
    sources = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    for number, text in enumerate(forms_of(entry)):
        source = sources[number]
        if not text.strip():
            yield "not translated"
            continue
        expected = [marks(source)]
        if entry.msgid_plural and number == 0:
            # where 0 counts like 1, "One customer" would be said of none: the number must be in the text
            expected = [marks(sources[1])] + ([] if language in ("hi", "gu") else expected)
        if marks(text) not in expected:
            yield f"placeholders or tags differ ({', '.join(sorted(set(marks(text)) ^ set(expected[0])))})"
        if [source.startswith("\n"), source.endswith("\n")] != [text.startswith("\n"), text.endswith("\n")]:
            yield "line breaks at the ends differ"
        if entry.msgid not in allowed:
            yield from script_faults(source, text, language)


def marks(text: str) -> list[str]:
    """The placeholders and tags of a sentence, sorted: what a translation must keep."""
    return sorted(re.sub(r"\s+", "", found) for found in PLACEHOLDER.findall(text) + TAG.findall(text))


def script_faults(source: str, text: str, language: str) -> Iterator[str]:
    """Complains of a translation that has no letter of its own script, or some of another's."""
    source, text = (TAG.sub("", PLACEHOLDER.sub("", words)) for words in (source, text))
    own = SCRIPTS[language]
    if not any(letter.isalpha() for letter in source):
        return
    if not any(unicodedata.name(letter, "").startswith(own) for letter in text):
        yield f"no letter of its own script ({text!r})"
    for other in set(SCRIPTS.values()) - {own}:
        strange = {letter for letter in text if unicodedata.name(letter, "").startswith(other)}
        # the danda and a few signs are named after Devanagari, but belong to all the scripts of India
        if any(letter.isalpha() for letter in strange) and not strange & set(source):
            yield f"letters of another script ({''.join(sorted(strange))})"


def disputes(memory: Iterable[tuple[str, polib.POFile]]) -> Iterator[str]:
    """The sentences that two rooms translate differently: (room/language, catalogue) → complaints."""
    said: dict[tuple[str, Key], tuple[str, list[str]]] = {}
    for where, catalogue in memory:
        language = where.rsplit("/", 1)[1]
        for entry in catalogue:
            if not is_translated(entry):
                continue
            key = (language, (entry.msgctxt, entry.msgid))
            first, forms = said.setdefault(key, (where, forms_of(entry)))
            if forms != forms_of(entry) and len(forms) == len(forms_of(entry)):
                yield f"{where}: {first} says it differently: {entry.msgid!r}"


def untranslated() -> set[str]:
    """The names and abbreviations that stay as they are in every language, from data/untranslated.txt."""
    lines = UNTRANSLATED.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


if __name__ == "__main__":
    compile_all(rooms())
