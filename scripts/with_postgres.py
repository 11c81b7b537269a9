"""Run a command beside real, throw-away PostgreSQL: `with_postgres.py -- pytest -m postgres`.

The command finds the server in GRAHAK_TEST_DATABASE_URL (tests) and in DATABASE_URL (Grahak itself). With `--servers
2` the second worker of pytest has a server of its own (GRAHAK_TEST_DATABASE_URL_gw1, ...): what is settled hangs on
the open transactions of a whole server, and so on what another worker is doing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import postgres


def main() -> int:
    """Give the command's own exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", type=int, default=1, metavar="N")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    with ExitStack() as running:
        first, *others = [running.enter_context(postgres.server()) for _ in range(asked.servers)]
        found = {"GRAHAK_TEST_DATABASE_URL": first, "DATABASE_URL": first}
        found |= {f"GRAHAK_TEST_DATABASE_URL_gw{n}": url for n, url in enumerate(others, start=1)}
        return subprocess.run(asked.command, env=os.environ | found).returncode


if __name__ == "__main__":
    sys.exit(main())
