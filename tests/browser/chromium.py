"""Debian's Chromium for tests and pictures: found, and started without a word to the outside."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",  # CI and containers are root, where Chromium's own sandbox refuses to start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
)


def find() -> str | None:
    """The browser's program: GRAHAK_CHROMIUM, else the first known one on the path."""
    return os.environ.get("GRAHAK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright) -> Browser:
    """Start it without a window. Raises FileNotFoundError where there is none."""
    program = find()
    if program is None:
        raise FileNotFoundError("no Chromium on this machine (Debian: apt-get install chromium)")
    return playwright.chromium.launch(executable_path=program, args=list(QUIET))
