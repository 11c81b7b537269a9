"""Pin every dependency with its hashes into requirements/*.lock and package-lock.json.

The files name packages, versions and hashes only: no registry, no address, no path of a machine.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "base": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--extra", "dev"],
    "assets": ["--group", "assets"],
}
NAMES_NOTHING = [
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
]


def main() -> None:
    """Write the lock files; versions stay as they are unless pyproject.toml or --upgrade says otherwise."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    chosen = options.parse_args()
    for name, source in LOCKS.items():
        out = f"requirements/{name}.lock"
        command = [
            str(Path(sys.executable).with_name("uv")),
            "pip",
            "compile",
            "--quiet",
            *source,
            *NAMES_NOTHING,
        ]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "-o", out]
        if name == "dev":
            command += ["--constraint", "requirements/base.lock"]
        if chosen.upgrade:
            command.append("--upgrade")
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        pins = re.findall(r"^([\w.-]+)==", (ROOT / out).read_text(), re.MULTILINE)
        print(f"{out}: {len(pins)} packages")
    subprocess.run([sys.executable, ROOT / "scripts" / "assets.py", "--lock"], check=True)


if __name__ == "__main__":
    main()
