"""Whether a zipped spreadsheet is safe to open: what it unpacks to, counted, not believed.

The sizes in an archive's directory are claims. A member is therefore unpacked here, in small pieces thrown
away at once, whenever its packed bytes could hold more than is allowed (deflate packs at most 1032 : 1).
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from grahak.connect.reading.limits import Limits, limits
from grahak.connect.reading.messages import UnreadableFile

_DEFLATE_LIMIT = 1032
_SMALL = 64 * 1024 * 1024
_PIECE = 256 * 1024


def check_archive(path: Path) -> None:
    """Raise UnreadableFile for a bomb, an archive with a password, or a damaged one."""
    bounds = limits()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > bounds.members:
                raise UnreadableFile("workbook_bomb")
            if any(member.flag_bits & 1 for member in members):
                raise UnreadableFile("workbook_password")
            _check_claims(members, path.stat().st_size, bounds)
            possible = sum(member.compress_size for member in members) * _DEFLATE_LIMIT
            if possible > min(bounds.unpacked_bytes, _SMALL):
                with path.open("rb") as stream:
                    _count(stream, members, path.stat().st_size, bounds)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, OverflowError, MemoryError):
        raise UnreadableFile("workbook_broken") from None
    except NotImplementedError:
        raise UnreadableFile("workbook_broken") from None


def _check_claims(members: list[zipfile.ZipInfo], size: int, bounds: Limits) -> None:
    total = sum(member.file_size for member in members)
    if total > bounds.unpacked_bytes or (total > _SMALL and total > size * bounds.unpacked_ratio):
        raise UnreadableFile("workbook_bomb")


def _count(stream: IO[bytes], members: list[zipfile.ZipInfo], size: int, bounds: Limits) -> None:
    total = 0
    for member in members:
        if member.compress_type not in {zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED}:
            raise UnreadableFile("workbook_broken")  # no spreadsheet program packs otherwise
        if member.compress_type == zipfile.ZIP_STORED:
            total += member.compress_size
        else:
            total += _unpacked_size(stream, member, bounds.unpacked_bytes - total)
        if total > bounds.unpacked_bytes or (total > _SMALL and total > size * bounds.unpacked_ratio):
            raise UnreadableFile("workbook_bomb")


def _unpacked_size(stream: IO[bytes], member: zipfile.ZipInfo, allowed: int) -> int:
    stream.seek(member.header_offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    stream.seek(name_length + extra_length, 1)
    inflate, left, total = zlib.decompressobj(-zlib.MAX_WBITS), member.compress_size, 0
    while not inflate.eof:
        packed = inflate.unconsumed_tail
        if not packed:
            packed = stream.read(min(_PIECE, left))
            left -= len(packed)
            if not packed:
                raise zipfile.BadZipFile
        total += len(inflate.decompress(packed, _PIECE))
        if total > allowed:
            raise UnreadableFile("workbook_bomb")
    return total
