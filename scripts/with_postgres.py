"""Run a command beside a real, throw-away PostgreSQL: `with_postgres.py -- pytest -m postgres`.

The command finds the server in GRAHAK_TEST_DATABASE_URL (tests) and in DATABASE_URL (Grahak itself).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import postgres


def main() -> int:
    """Give the command's own exit code."""
    command = sys.argv[1:]
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        print(__doc__)
        return 2
    with postgres.server() as url:
        return subprocess.run(
            command, env=os.environ | {"GRAHAK_TEST_DATABASE_URL": url, "DATABASE_URL": url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
