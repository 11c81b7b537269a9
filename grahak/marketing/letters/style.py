"""How a letter looks: fonts and line heights by language, colours from the brand, and what changes in the dark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grahak.marketing.models import Brand

_SANS = "-apple-system,'Segoe UI',Roboto,'Noto Sans','Source Sans 3 Variable',Arial,sans-serif"
_HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
DARK_GROUND, DARK_PAPER, DARK_INK, DARK_MUTED = "#101312", "#1b201d", "#e9ece6", "#a3aca4"


@dataclass(frozen=True)
class Face:
    """The letters of a language. LEADING is the line height of running words: Nastaliq hangs far below its line."""

    family: str
    size: int = 16
    leading: float = 1.55
    heading: float = 1.25
    rtl: bool = False

    @property
    def direction(self) -> str:
        return "rtl" if self.rtl else "ltr"

    def side(self, align: str) -> str:
        """The side that "start", "center" or "end" means; mail programs do not all know the words start and end."""
        if align == "center":
            return "center"
        return "right" if (align == "start") == self.rtl else "left"


FACES = {
    "en": Face(_SANS),
    "ur": Face(
        "'Noto Nastaliq Urdu','Jameel Noori Nastaleeq','Noto Nastaliq Urdu Variable','Urdu Typesetting',Tahoma,"
        "'Source Sans 3 Variable',Arial,sans-serif",
        size=17,
        leading=2.3,
        heading=2.1,
        rtl=True,
    ),
    "hi": Face(
        f"'Noto Sans Devanagari','Kohinoor Devanagari','Nirmala UI',Mukta,Mangal,{_SANS}", leading=1.7
    ),
    "gu": Face(
        f"'Noto Sans Gujarati','Gujarati Sangam MN','Nirmala UI','Mukta Vaani',Shruti,{_SANS}", leading=1.7
    ),
}


@dataclass(frozen=True)
class Colours:
    """The brand's colours, each #rrggbb. ON_ACCENT is what can be read on a button, ACCENT_DARK a link at night."""

    ink: str
    paper: str
    ground: str
    accent: str
    on_accent: str
    muted: str
    line: str
    accent_dark: str


def colours(brand: Brand) -> Colours:
    """The colours in force; what is no colour is the house's own."""
    fallback = Brand()
    ink, paper, ground, accent = (
        (
            value if _HEX.fullmatch(value := str(getattr(brand, name))) else str(getattr(fallback, name))
        ).lower()
        for name in ("ink", "paper", "ground", "accent")
    )
    return Colours(
        ink,
        paper,
        ground,
        accent,
        on_accent="#ffffff" if contrast("#ffffff", accent) >= contrast("#111111", accent) else "#111111",
        muted=mixed(ink, ground, 0.68),
        line=mixed(ink, paper, 0.16),
        accent_dark=_readable(accent, DARK_PAPER),
    )


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(one: str, other: str, part: float) -> str:
    """PART of ONE in OTHER."""
    return "#" + "".join(
        f"{round(a * part + b * (1 - part)):02x}" for a, b in zip(_rgb(one), _rgb(other), strict=True)
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in _rgb(colour)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _readable(colour: str, ground: str) -> str:
    """COLOUR made lighter until it can be read on a dark GROUND."""
    for part in (1.0, 0.85, 0.7, 0.55, 0.4, 0.25):
        lighter = mixed(colour, "#ffffff", part)
        if contrast(lighter, ground) >= 4.5:
            return lighter
    return "#ffffff"


def sheet(found: Colours, face: Face) -> str:
    """The styles in the head: what cannot stand inline. Two copies of the dark ones: by media query, and for
    Outlook's own marks on the page."""
    dark = {
        "body,.ground": f"background-color:{DARK_GROUND}!important",
        ".paper,.paper>table": f"background:{DARK_PAPER}!important;background-color:{DARK_PAPER}!important",
        ".t div,.t p,.t li,.t h1,.t h2,.t h3": f"color:{DARK_INK}!important",
        ".f div,.f p,.f li": f"color:{DARK_MUTED}!important",
        ".a": f"color:{found.accent_dark}!important",
        ".f .a": f"color:{DARK_MUTED}!important",
        ".c": f"background:{DARK_GROUND}!important;color:{DARK_INK}!important;border-color:{DARK_MUTED}!important",
        ".d p": f"border-top-color:{mixed(DARK_INK, DARK_PAPER, 0.2)}!important",
    }
    media = "\n".join(f"{what}{{{how}}}" for what, how in dark.items())
    outlook = "\n".join(
        ",".join(f"[data-ogsc] {one}" for one in what.split(",") if one != "body") + f"{{{how}}}"
        for what, how in dark.items()
    )
    return (
        ":root{color-scheme:light dark;supported-color-schemes:light dark}"
        f"\n.t p,.f p{{margin:0 0 .8em}}.t p:last-child,.f p:last-child{{margin:0}}"
        f".t ul,.f ul{{margin:0 0 .8em;padding-{'right' if face.rtl else 'left'}:1.3em}}"
        "\n@media only screen and (max-width:479px){.pad>table>tbody>tr>td{padding-left:8px!important;"
        "padding-right:8px!important}.pi{max-width:100%!important}}"
        f"\n@media (prefers-color-scheme:dark){{{media}}}\n{outlook}"
    )
