"""QR codes of our own addresses: drawn here, never asked of anybody."""

from __future__ import annotations

import io
from functools import lru_cache

import segno
from django.http import Http404, HttpResponse
from django.utils.safestring import SafeString, mark_safe

KINDS = {"svg": "image/svg+xml", "png": "image/png"}


@lru_cache(maxsize=256)
def drawn(address: str) -> SafeString:
    """An <svg> to stand in a page; dark on light in both themes, for cameras want it so."""
    found = segno.make(address, error="m", micro=False)
    looks = {"dark": "#000", "light": "#fff", "svgclass": "qr", "lineclass": None}
    return mark_safe(found.svg_inline(border=2, omitsize=True, **looks))


def file(address: str, kind: str, name: str) -> HttpResponse:
    """The code as a file to download: SVG for the printer, PNG (1,000 points and more) for messages. 404 for another
    kind."""
    if kind not in KINDS:
        raise Http404
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(
        out, kind=kind, border=4, scale=max(1, 1000 // code.symbol_size(1, 4)[0]), dark="#000", light="#fff"
    )
    response = HttpResponse(out.getvalue(), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
