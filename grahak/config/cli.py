"""The `grahak` command: each room's management commands under one name."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `grahak NAME …`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grahak.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["grahak", *sys.argv[1:]])
