"""Serves our web-shop script at /g.js (core.served_script)."""

from __future__ import annotations

from pathlib import Path

from grahak.core.served_script import ServedScript

PATH = "/g.js"
SOURCE = Path(__file__).with_name("data") / "g.js"
_SERVED = ServedScript(SOURCE)
answer = _SERVED.answer
application = _SERVED.application
