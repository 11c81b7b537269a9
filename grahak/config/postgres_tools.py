"""PostgreSQL's own programs (pg_dump, pg_restore), which a back-up of a PostgreSQL database needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection


class NoTool(RuntimeError):
    """A PostgreSQL program is not installed, or too old for the server; the message says what to do."""


def tool(name: str) -> str:
    """The path of a PostgreSQL program that is not older than the server: from the settings PG_BIN, the
    PATH, or where Debian and Red Hat put them. Raises NoTool."""
    needed = connection.pg_version // 10000  # type: ignore[attr-defined]
    found = []
    for path in _places(name):
        version = _version(path)
        if version >= needed:
            return path
        found.append(f"{path} ({version})")
    seen = f" Found only older ones: {', '.join(found)}." if found else ""
    raise NoTool(
        f"{name} of PostgreSQL {needed} or newer is needed for this.{seen} Install the package "
        f"postgresql-client-{needed} (or name its folder in GRAHAK_PG_BIN), or use your own {name} and copy "
        "the folder media and the file secret.key beside it."
    )


def run(name: str, words: list[str]) -> None:
    """Run a PostgreSQL program against our database. Raises RuntimeError with what it complained about."""
    settings: dict[str, Any] = connection.settings_dict
    env = os.environ | {"PGPASSWORD": str(settings["PASSWORD"] or "")}
    where = [f"--dbname={settings['NAME']}"]
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if settings[key]:
            where.append(f"{option}={settings[key]}")
    words = [tool(name), "--no-password", *where, *words]
    done = subprocess.run(words, env=env, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr.strip()[-2000:]}")


def _places(name: str) -> list[str]:
    from grahak.config import env

    places = [Path(env.text("GRAHAK_PG_BIN")) / name] if env.text("GRAHAK_PG_BIN") else []
    on_path = shutil.which(name)
    places += [Path(on_path)] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    places += sorted(Path("/usr").glob(f"pgsql-*/bin/{name}"), reverse=True)
    return [str(path) for path in places if path.exists()]


def _version(path: str) -> int:
    shown = subprocess.run([path, "--version"], capture_output=True, text=True).stdout  # noqa: S603
    match = re.search(r"(\d+)(?:\.\d+)*\s*(?:\(|$)", shown)
    return int(match[1]) if match else 0
