"""What must be so before the web answers: tables migrated, the browser's files built, catalogues compiled.
Each step looks first and does nothing where nothing changed, so that a second start takes a second.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from grahak import __version__

_LOCK = 0x67726168  # "grah": one starter migrates, the others wait


def prepare(*, screens: bool = True) -> list[str]:
    """Bring everything up to date; gives what was done, in words. Without SCREENS the browser's files are left: a
    developer's pages take them from the source."""
    done = []
    with _alone_here():
        with _alone_everywhere():
            waiting = pending_migrations()
            if waiting:
                call_command("migrate", verbosity=0, interactive=False)
                done.append(f"database brought up to date ({len(waiting)} steps)")
        compiled = compile_catalogues()
        if compiled:
            done.append(f"languages compiled ({compiled} catalogues)")
        if screens and not settings.DEBUG and build_static():
            done.append("screens' files built")
    return done


def pending_migrations() -> list[str]:
    """Names of the migrations that this version has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def unknown_migrations() -> list[str]:
    """Migrations that the database has and this version has not: it was made by a newer Grahak."""
    loader = MigrationExecutor(connection).loader
    ours = {label for label, _name in loader.disk_migrations}
    return [
        f"{label}.{name}"
        for label, name in sorted(loader.applied_migrations)
        if label in ours
        and (label, name) not in loader.disk_migrations
        and not _replaced(loader, label, name)
    ]


def _replaced(loader: object, label: str, name: str) -> bool:
    return any((label, name) in migration.replaces for migration in loader.disk_migrations.values())  # type: ignore[attr-defined]


def static_stamp() -> str:
    """A fingerprint of the browser's files: version, names, sizes and times of change."""
    digest = hashlib.sha256(__version__.encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path.relative_to(folder)}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def static_is_built() -> bool:
    """Whether STATIC_ROOT holds the browser's files of this version."""
    stamp = Path(settings.STATIC_ROOT) / "STAMP"
    return stamp.exists() and stamp.read_text() == static_stamp()


def build_static() -> bool:
    """Collect the browser's files where they changed; True where there was something to do."""
    if static_is_built():
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    (Path(settings.STATIC_ROOT) / "STAMP").write_text(static_stamp())
    return True


def catalogues() -> Iterator[tuple[Path, Path]]:
    """Each translation catalogue with the compiled file that belongs beside it."""
    for source in sorted(settings.PACKAGE.rglob("locale/*/LC_MESSAGES/*.po")):
        yield source, source.with_suffix(".mo")


def stale_catalogues() -> list[Path]:
    """Catalogues without a compiled file, or changed since."""
    return [
        source
        for source, compiled in catalogues()
        if not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns
    ]


def compile_catalogues() -> int:
    """Compile the catalogues that changed, without gettext's tools; gives how many. In a folder that may
    not be written they are left as they are (an installed wheel brings them compiled)."""
    import polib

    count = 0
    for source in stale_catalogues():
        unfinished = source.with_suffix(f".{os.getpid()}.part")
        try:
            polib.pofile(str(source)).save_as_mofile(str(unfinished))
            unfinished.replace(source.with_suffix(".mo"))  # whole or not at all: others may be reading it
        except PermissionError:
            continue
        count += 1
    return count


@contextmanager
def _alone_here() -> Iterator[None]:
    """Of several processes that start together on this data folder one works, the others wait and find it done."""
    try:
        import fcntl
    except ImportError:  # Windows: one process starts at a time
        yield
        return
    with (Path(settings.DATA) / "start.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_everywhere() -> Iterator[None]:
    """Of several machines that share a PostgreSQL database one migrates."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
