"""A migrated, empty installation: made once a run, copied wherever a test begins with one. Migrating takes half a
minute, copying a moment."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MIGRATE = "from grahak.config.cli import main; import sys; sys.argv = ['grahak', 'migrate', '--verbosity=0']; main()"


def template() -> Path:
    """Where this run keeps it: the workers of one run share it."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    return Path(tempfile.gettempdir()) / f"grahak-migrated-{run}"


def begin(data: Path) -> Path:
    """Make DATA such an installation; gives DATA. Raises CalledProcessError where migrating fails."""
    whole = template()
    whole.mkdir(mode=0o700, exist_ok=True)
    with (whole / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (whole / "data").exists():
            half = whole / "half"
            shutil.rmtree(half, ignore_errors=True)
            without = ("GRAHAK_", "DJANGO_", "DATABASE_URL")
            env = {name: value for name, value in os.environ.items() if not name.startswith(without)}
            env |= {"GRAHAK_DATA": str(half), "PYTHONPATH": str(ROOT)}
            subprocess.run([sys.executable, "-c", MIGRATE], cwd=ROOT, env=env, check=True)
            half.rename(whole / "data")
    shutil.copytree(whole / "data", data, dirs_exist_ok=True)
    return data


def end() -> None:
    """Throw it away, when the run is over."""
    shutil.rmtree(template(), ignore_errors=True)
