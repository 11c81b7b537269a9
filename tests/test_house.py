"""Rules of the house that no linter knows: they keep the screens mirrored, translated and safe, and the code findable.

Each test names the file and line that breaks its rule.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import TemplateSyntaxError, engines
from django.urls import URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "grahak"
CSS = PACKAGE / "static" / "css"
LONGEST_FILE = 450
LONGEST_FUNCTION = 60


@cache
def tracked() -> list[Path]:
    """The files that git knows or would take."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git repository here")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@cache
def templates() -> list[Path]:
    return sorted(
        path for path in PACKAGE.glob("*/templates/**/*") if path.suffix in (".html", ".txt", ".svg")
    )


@cache
def pages() -> list[Path]:
    """The templates that a browser shows; mails need their styles inline."""
    return [path for path in templates() if path.suffix == ".html" and "mail" not in path.parts]


def spoken_pages() -> list[Path]:
    """Those whose words are for people; the pattern page shows pieces in four languages at once."""
    return [path for path in pages() if "patterns" not in path.as_posix()]


def sources() -> Iterator[Path]:
    """Grahak's own Python, without tests, migrations and data."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if not {"tests", "migrations", "data"} & set(path.relative_to(PACKAGE).parts):
            yield path


def none(found: list[str]) -> None:
    """Nothing was found that breaks the rule, or the test fails with the whole list."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def place(path: Path, text: str, position: int) -> str:
    return f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, position) + 1}"


def hits(pattern: str, paths: list[Path], flags: int = 0) -> list[str]:
    """Where the pattern stands: `file:line: what`."""
    found = []
    for path in paths:
        text = re.sub(
            r"/\*.*?\*/", lambda note: "\n" * note[0].count("\n"), path.read_text(), flags=re.DOTALL
        )
        for match in re.finditer(pattern, text, flags):
            found.append(f"{place(path, text, match.start())}: {match[0].strip()}")
    return found


# Style sheets


def test_style_sheets_know_no_left_and_right() -> None:
    sides = "left|right|top|bottom"
    spaced = "margin|padding|border|inset|scroll-margin|scroll-padding"
    # overflow-x and -y stay: their logical names are not yet known to all browsers
    physical = (
        rf"(?<![-\w])(?:(?:{spaced})-(?:{sides})[\w-]*|{sides}|(?:min-|max-)?(?:width|height))\s*:"
        r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
    )
    none(hits(physical, sorted(CSS.rglob("*.css"))))


def test_colours_come_from_the_tokens() -> None:
    functions, names = "rgba?|hsla?|oklch|oklab|lab|lch|hwb", "white|black|red|blue|green|gr[ae]y"
    raw = rf"#[0-9a-fA-F]{{3,8}}\b(?!\s*\{{)|\b(?:{functions})\(|:\s*(?:{names})\b"
    sheets = [path for path in sorted(CSS.rglob("*.css")) if path.name != "tokens.css"]
    on_paper = re.compile(r"base\.css:\d+: (?:#fff|#000)$")  # print is black on white in every theme
    none([hit for hit in hits(raw, sheets) if not on_paper.search(hit)])


def test_every_style_sheet_is_imported_and_every_import_is_there() -> None:
    imported = set(re.findall(r'@import "([^"]+)"', (CSS / "app.css").read_text()))
    there = {path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css")} - {"app.css"}
    assert imported == there


# Templates


def test_pages_have_no_inline_script_or_style() -> None:
    inline = (
        r"""<[^>]*\sstyle\s*=|<style\b|<[^>{]*\son\w+\s*=\s*["']|<script(?![^>]*\bsrc=)[^>]*>|javascript:"""
    )
    data_island = re.compile(r'<script[^>]*type="application/(?:json|ld\+json)"')
    none([hit for hit in hits(inline, pages()) if not data_island.search(hit)])


def test_every_template_can_be_read() -> None:
    engine = engines["django"]
    broken = []
    for path in templates():
        try:
            engine.from_string(path.read_text())
        except TemplateSyntaxError as error:
            broken.append(f"{path.relative_to(ROOT)}: {error}")
    none(broken)


def test_every_named_address_in_a_template_exists() -> None:
    known = set(url_names(get_resolver()))
    named = re.compile(r"""\{%\s*url\s+["']([\w:.-]+)["']""")
    wrong = []
    for path in templates():
        text = path.read_text()
        for match in named.finditer(text):
            if match[1] not in known:
                wrong.append(f"{place(path, text, match.start())}: {match[1]}")
    none(wrong)


def url_names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from url_names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield prefix + entry.name


def test_every_static_file_and_icon_that_a_page_names_exists() -> None:
    icons = {
        line.split()[0]
        for line in (ROOT / "scripts/icons.txt").read_text().splitlines()
        if line[:1].isalnum()
    }
    wrong = []
    for path in pages():
        text = path.read_text()
        for match in re.finditer(r"""\{%\s*static\s+["']([^"']+)["']""", text):
            if finders.find(match[1]) is None:
                wrong.append(f"{place(path, text, match.start())}: no file {match[1]}")
        for match in re.finditer(r"""\{%\s*icon\s+["']([^"']+)["']|icon=["']([\w-]+)["']""", text):
            if (match[1] or match[2]) not in icons:
                wrong.append(f"{place(path, text, match.start())}: no icon {match[1] or match[2]}")
    for path in sources():
        text = path.read_text()
        for match in re.finditer(r"""\bicon=["']([\w-]+)["']""", text):
            if match[1] not in icons:
                wrong.append(f"{place(path, text, match.start())}: no icon {match[1]}")
    none(wrong)


def test_every_posting_form_carries_its_token() -> None:
    wrong = []
    for path in pages():
        if "channels/public" in path.as_posix() or "forms/public" in path.as_posix():
            continue  # opened from mails without cookies: the signed token in the address is the key
        text = path.read_text()
        for match in re.finditer(r"<form\b[^>]*method=.post.*?</form>", text, re.DOTALL | re.IGNORECASE):
            if "csrf_token" not in match[0]:
                wrong.append(place(path, text, match.start()))
    none(wrong)


def test_templates_leave_dates_and_figures_to_our_own_tags() -> None:
    foreign = r"\|(?:date(?!:.Y-m-d.)|time|timesince|timeuntil|floatformat|filesizeformat|intcomma|safe)\b"
    none(hits(foreign, templates()))


# What stays as it is in every language: keys, names, formats, and examples of what one types
SAME_EVERYWHERE = re.compile(
    r"\b(?:Grahak|Ctrl|Shift|Enter|Esc|Tab|Alt|CSV|XLSX|SVG|PNG|SMS|Parquet|SMTP|TLS|SSL|API|QR|PDF|HTML|URL|GST|GSTIN|WhatsApp|UTF"
    r"|Liquid|OpenAPI|ms|UPI|RFM|Shopify|WooCommerce|Tally|Vyapar|Excel|Online Retail)\b|\S+@\S+|https?://\S+"
)


def test_every_word_on_a_page_is_translated() -> None:
    wrong = []
    for path in spoken_pages():
        text = path.read_text()
        bare = text
        for hidden in (
            r"\{#.*?#\}",
            r"\{%\s*comment.*?endcomment\s*%\}",
            r"\{%\s*blocktrans.*?endblocktrans(?:late)?\s*%\}",
            r"\{%\s*verbatim.*?endverbatim\s*%\}",
            r"\{%.*?%\}",
            r"\{\{.*?\}\}",
            r"<!--.*?-->",
            r"<(script|kbd|code|pre|title|samp)\b.*?</\1>",
        ):
            bare = re.sub(hidden, lambda found: re.sub(r"[^\n]", " ", found[0]), bare, flags=re.DOTALL)
        for match in re.finditer(r"""\b(?:placeholder|title|aria-label|alt|data-words)="([^"]*)\"""", bare):
            if spoken(match[1]):
                wrong.append(f"{place(path, bare, match.start())}: {match[1]}")
        bare = re.sub(r"<[^>]*>", lambda found: re.sub(r"[^\n]", " ", found[0]), bare, flags=re.DOTALL)
        for number, line in enumerate(bare.splitlines(), 1):
            if spoken(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    none(wrong)


def spoken(text: str) -> bool:
    return (
        re.search(r"[^\W\d_]{2,}", SAME_EVERYWHERE.sub("", re.sub(r"&\w+;|\w+(?:__|--)[\w-]+", "", text)))
        is not None
    )


# Code


def test_no_word_is_translated_inside_an_f_string() -> None:
    """The tool that gathers words for the catalogues doesn't look there: they would stay English, silently."""
    asks = ("_", "gettext", "ngettext", "pgettext", "npgettext")
    inside = [
        f"{path.relative_to(ROOT)}:{string.lineno}"
        for path in sources()
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in asks
    ]
    none(inside)


def test_files_and_functions_stay_short() -> None:
    long = []
    for path in sources():
        text = path.read_text()
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {size} lines")
    none(long)


def test_every_module_says_what_it_promises() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    none(silent)


def test_no_module_is_named_after_nothing() -> None:
    empty = {
        "utils",
        "util",
        "helpers",
        "helper",
        "manager",
        "managers",
        "common",
        "misc",
        "process",
        "handlers",
        "handler",
    }
    assert [
        str(path.relative_to(ROOT)) for path in sources() if path.stem in empty or path.parent.name in empty
    ] == []


# The repository


def test_nothing_names_where_packages_came_from_or_who_made_them() -> None:
    # written apart, so that this file does not name them either
    words = [
        "pypi" + ".org",
        "python" + "hosted",
        "npm" + "js.",
        "deb." + "debian",
        "jsdel" + "ivr",
        "unp" + "kg",
    ]
    words += ["/opt/" + "pypi", "anthro" + "pic", "clau" + "de", "chat" + "gpt", "copi" + "lot"]
    forbidden = re.compile("|".join(map(re.escape, words)) + r"|(?<![\w.~-])/wor" + r"k/", re.IGNORECASE)
    wrong = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for match in forbidden.finditer(text):
            wrong.append(f"{place(path, text, match.start())}: {match[0]}")
    none(wrong)


@pytest.mark.parametrize("name", ["base", "dev", "assets"])
def test_requirements_pin_versions_and_hashes_and_nothing_else(name: str) -> None:
    lines = (ROOT / f"requirements/{name}.lock").read_text().splitlines()
    pin = re.compile(r"[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==[\w.+!-]+(?: ; [^/]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")
    none([line for line in lines if not pin.fullmatch(line) and not digest.fullmatch(line)])
    assert sum(bool(pin.fullmatch(line)) for line in lines) >= 3


def test_what_is_to_run_is_pinned_alike_for_developers() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(r"^[\w.-]+==[\w.+!-]+", (ROOT / f"requirements/{name}.lock").read_text(), re.MULTILINE)
        )

    assert pins("base") - pins("dev") == set()
    assert "duckdb==1.5.5" in pins("base")


def test_the_browsers_packages_are_pinned_without_addresses() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    none([version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)])
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert wanted["htmx.org"] == "4.0.1"
    none([name for name, entry in locked.items() if "resolved" in entry])
    none([name for name, entry in locked.items() if name and "integrity" not in entry])


def test_sqlite_files_are_opened_by_the_engine_in_a_process_apart_only():
    """Two copies of the SQLite library in one process break each other's locks (see warehouse/apart.py)."""
    apart = {"warehouse/apart.py", "config/bench/big.py"}  # the bench's generator is a process of its own
    found = {
        str(path.relative_to(ROOT / "grahak"))
        for path in (ROOT / "grahak").rglob("*.py")
        if "TYPE sqlite" in path.read_text() and "tests" not in path.parts
    }
    assert found == apart
    catalogue = [
        str(path.relative_to(ROOT / "grahak"))
        for path in (ROOT / "grahak" / "warehouse").glob("*.py")
        if "sqlite3.connect" in path.read_text()
    ]
    assert catalogue == ["warehouse/apart.py"]
