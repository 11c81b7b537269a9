"""Serves the script that puts a form into other people's pages, at /f.js: as the web shops' script at /g.js, without
sessions, cookies or database."""

from __future__ import annotations

from pathlib import Path

from grahak.core.served_script import ServedScript

PATH = "/f.js"
SERVED = ServedScript(Path(__file__).with_name("data") / "f.js")
application = SERVED.application
