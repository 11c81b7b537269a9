"""The guard against formulas in CSV files: a quote before what a spreadsheet would run, taken off on return.

Only what would run is guarded: phones (+92…) and negative amounts stay as they are, because a quote in
front of them spoils them for every other program.
"""

import re

_MIGHT_RUN = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r]")
# A sign followed by nothing but a number or phone marks can call nothing.
_HARMLESS = re.compile(r"[+-]?|[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?|\+\d[\d ().-]*", re.ASCII)
_GUARDED = re.compile(r"'['\s]*[=+\-@＝＋－＠\t\r]")


def guard(value: str) -> str:
    """The value as it may stand in a CSV cell. `unguard(guard(value)) == value` for every text.

    Rule: OWASP "CSV injection" (=, +, -, @, tab, carriage return, and their full-width forms), also behind
    spaces, less plain numbers and phones.
    """
    if not _MIGHT_RUN.match(value) or _HARMLESS.fullmatch(value):
        return value
    return "'" + value


def unguard(value: str) -> str:
    """Take back what `guard` put there; a value without guard stays."""
    return value[1:] if value[:1] == "'" and _GUARDED.match(value) else value
