"""Notices changed source files, for `grahak serve --dev`."""

from __future__ import annotations

import time
from pathlib import Path

LOOK_EVERY = 1.0  # seconds


class Changes:
    """Whether a Python file or a catalogue under ROOT changed since the last look."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known = self._times()
        self.looked_at = time.monotonic()

    def seen(self) -> bool:
        if time.monotonic() - self.looked_at < LOOK_EVERY:
            return False
        self.looked_at = time.monotonic()
        now = self._times()
        changed, self.known = now != self.known, now
        return changed

    def _times(self) -> dict[Path, int]:
        return {
            path: path.stat().st_mtime_ns
            for pattern in ("*.py", "*.mo")
            for path in self.root.rglob(pattern)
            if path.exists()
        }
