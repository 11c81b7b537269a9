"""Reading the files shops have: what is in them, row by row, and which column is which.

`inspect` looks, `rows` reads, `suggest_mapping` and `detect_preset` propose. Nothing here touches the
database, and any bytes at all end in rows or in `UnreadableFile`.
"""

from grahak.connect.reading.encoding import OFFERED as ENCODINGS
from grahak.connect.reading.inspection import inspect, rows
from grahak.connect.reading.limits import Limits, limits
from grahak.connect.reading.mapping import ADDED, JOINED, Match, match_columns, suggest_mapping
from grahak.connect.reading.messages import Finding, UnreadableFile
from grahak.connect.reading.presets import PRESETS, Options, Preset, detect_preset, preset_called
from grahak.connect.reading.shapes import Cell, Column, Inspection, Row
from grahak.connect.reading.synonyms import FIELDS, ImportKind, heading_key

__all__ = [
    "ADDED",
    "ENCODINGS",
    "FIELDS",
    "JOINED",
    "PRESETS",
    "Cell",
    "Column",
    "Finding",
    "ImportKind",
    "Inspection",
    "Limits",
    "Match",
    "Options",
    "Preset",
    "Row",
    "UnreadableFile",
    "detect_preset",
    "heading_key",
    "inspect",
    "limits",
    "match_columns",
    "preset_called",
    "rows",
    "suggest_mapping",
]
