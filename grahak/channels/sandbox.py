"""Serves the HTML of a mail so that it can be looked at: at its own address, under its own policy. In a
`srcdoc` it would inherit the page's policy and lose its styles."""

from __future__ import annotations

import re

from django.http import HttpResponse

# Nothing runs, nothing is fetched, no form is sent, nothing outside is reached but by a click into a new tab
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; form-action 'none'; base-uri 'self'; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def sandboxed(html: str) -> HttpResponse:
    """HTML as a page for a frame of ours. Its links open in a new tab."""
    base = '<base target="_blank">'
    html, found = _HEAD.subn(lambda head: head.group(0) + base, html, count=1)
    response = HttpResponse(html if found else base + html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
