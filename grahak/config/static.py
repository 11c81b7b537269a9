"""The browser's files as they are served: every name carries a hash of its content, so that it may be kept
for ever, and the style sheet is one file instead of forty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

IMPORT = re.compile(r"""@import\s+["'](?P<path>[^"':]+)["'](?:\s+layer\((?P<layer>[\w.-]+)\))?\s*;""")
ADDRESS = re.compile(r"""url\(\s*(?P<quote>["']?)(?!data:|https?:|/|#)(?P<path>[^"')]+)(?P=quote)\s*\)""")


def bundled(root: Path, name: str) -> str:
    """The style sheet NAME under ROOT with its @imports put in place, their layers and addresses kept."""

    def whole(name: str, seen: tuple[str, ...]) -> str:
        def put(match: re.Match[str]) -> str:
            inner = normpath(join(dirname(name), match["path"]))
            if inner in seen:
                raise ValueError(f"{inner} imports itself")
            text = whole(inner, (*seen, inner))
            return f"@layer {match['layer']} {{\n{text}\n}}" if match["layer"] else text

        def rebase(match: re.Match[str]) -> str:
            target = normpath(join(dirname(name), match["path"]))
            return f'url("{relpath(target, dirname(seen[0]))}")'

        text = (root / name).read_text(encoding="utf-8")
        return IMPORT.sub(put, ADDRESS.sub(rebase, text))

    return whole(name, (name,))


class ShopStatic(ManifestStaticFilesStorage):
    """Hashed names everywhere, in imports between JavaScript modules too; css/app.css bundled."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and "css/app.css" in paths:
            target = Path(self.path("css/app.css"))
            target.write_text(bundled(Path(self.location), "css/app.css"), encoding="utf-8")
            paths = paths | {"css/app.css": (self, "css/app.css")}
        yield from super().post_process(paths, dry_run, **options)
