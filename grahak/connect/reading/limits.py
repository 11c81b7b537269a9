"""How much of a file we are willing to take, and the setting that changes it."""

from dataclasses import dataclass, replace

from django.conf import settings

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Each can be changed by the setting GRAHAK_IMPORT_LIMITS, a dict of these names."""

    file_bytes: int = 512 * MEBIBYTE
    columns: int = 512
    cell_chars: int = 32_767  # what a cell of a spreadsheet holds
    rows: int = 20_000_000
    line_bytes: int = 32 * MEBIBYTE
    html_bytes: int = 64 * MEBIBYTE
    unpacked_bytes: int = 1024 * MEBIBYTE
    unpacked_ratio: int = 300  # true sheets pack 5 to 60 times
    members: int = 10_000
    memory_bytes: int = 2048 * MEBIBYTE  # of the process that opens spreadsheets
    seconds: int = 600  # of its computing time


def limits() -> Limits:
    return replace(Limits(), **getattr(settings, "GRAHAK_IMPORT_LIMITS", {}))
