"""Back-ups: one file with the database, the uploaded files and the installation's secret, and its
checksums; made while people work, and checked whole before a single thing is put back.

The database is copied as of one moment (SQLite's backup interface, or pg_dump). Uploaded files never change
once written, so copying them after the database misses none that it names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from grahak import __version__
from grahak.config import postgres_tools
from grahak.core import business

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = {"sqlite": "grahak.sqlite3", "postgresql": "grahak.pgdump"}


class BadBackup(ValueError):
    """The file is no back-up, is damaged, or does not fit this installation; the message says which."""


def make(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Write a back-up into FOLDER; gives its path and its manifest. Readable by its owner only: it holds
    everything, the secret too. Raises NoTool or RuntimeError on PostgreSQL without fitting tools."""
    folder.mkdir(parents=True, exist_ok=True)
    now = timezone.now()
    target = folder / f"grahak-{now:%Y%m%d-%H%M%S}.tar.gz"
    unfinished = target.with_suffix(".part")
    shop = business.current()
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": __version__,
        "made_at": now.isoformat(),
        "business": shop.name if shop else "",
        "database": connection.vendor,
        "migrations": sorted(
            f"{label}.{name}" for label, name in MigrationRecorder(connection).applied_migrations()
        ),
        "files": {},
    }
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
            os.chmod(scratch, 0o700)
            database = Path(scratch) / DATABASE[connection.vendor]
            copy_database(database)
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
                _pack(raw, database, manifest)
                raw.flush()
                os.fsync(raw.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target, manifest


def copy_database(target: Path) -> None:
    """Copy the database as it is at one moment to TARGET."""
    if connection.vendor == "postgresql":
        postgres_tools.run(
            "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
        )
        return
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True, timeout=20)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
    finally:
        copy.close()
        source.close()


def _pack(raw: IO[bytes], database: Path, manifest: dict[str, Any]) -> None:
    """Write the archive; the manifest comes last, with the checksums of what really went in."""
    with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive:
        for path, name in _contents(database):
            with path.open("rb") as file:
                info = archive.gettarinfo(arcname=name, fileobj=file)
                hashed = _Hashed(file)
                archive.addfile(info, hashed)  # type: ignore[arg-type]
                manifest["files"][name] = {"sha256": hashed.digest.hexdigest(), "bytes": info.size}
        text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mtime, info.mode = len(text), int(timezone.now().timestamp()), 0o600
        archive.addfile(info, io.BytesIO(text))


def _contents(database: Path) -> Iterator[tuple[Path, str]]:
    yield database, database.name
    secret = Path(settings.DATA) / "secret.key"
    if secret.exists():
        yield secret, "secret.key"
    media = Path(settings.MEDIA_ROOT)
    for path in sorted(media.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, f"media/{path.relative_to(media).as_posix()}"


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.digest.update(piece)
        return piece


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Check a back-up whole and lay its files into FOLDER; gives its manifest. Raises BadBackup, then
    FOLDER's content is worth nothing."""
    sums: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                if not member.isfile() or not _is_ours(member.name):
                    raise BadBackup(f"{file.name} holds {member.name!r}, which no back-up of ours does")
                source = archive.extractfile(member)
                assert source is not None
                if member.name == MANIFEST:
                    manifest = json.load(source)
                else:
                    sums[member.name] = _lay(source, folder / member.name)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, BadBackup):
            raise
        raise BadBackup(f"{file.name} is damaged or no back-up of Grahak ({error})") from None
    if manifest is None:
        raise BadBackup(f"{file.name} is incomplete: it ends before its list of contents")
    if manifest.get("format") != FORMAT:
        raise BadBackup(
            f"{file.name} was made by another Grahak ({manifest.get('version', '?')}): use that one"
        )
    wrong = sorted(name for name, facts in manifest["files"].items() if sums.get(name) != facts["sha256"])
    if wrong or set(sums) != set(manifest["files"]):
        raise BadBackup(
            f"{file.name} is damaged: {', '.join(wrong[:3]) or 'files'} differ from what was backed up"
        )
    return manifest


def _is_ours(name: str) -> bool:
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or "\\" in name:
        return False
    return name in (MANIFEST, "secret.key", *DATABASE.values()) or parts[0] == "media"


def _lay(source: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        while piece := source.read(1 << 20):
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def age(manifest: dict[str, Any]) -> dt.timedelta:
    """How long ago the back-up was made."""
    return timezone.now() - dt.datetime.fromisoformat(manifest["made_at"])
