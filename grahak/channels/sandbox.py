"""Serves the HTML of a mail so that it can be looked at: at its own address, under its own policy. In a
`srcdoc` it would inherit the page's policy and lose its styles."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.templatetags.static import static

# Nothing runs, nothing foreign is fetched, no form is sent, nothing outside is reached but by a click into a
# new tab. Of our own origin only so that our fonts may be read: without scripts that gives the mail no power.
POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; form-action 'none'; base-uri 'self'; "
    "frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def sandboxed(html: str, *, own_pictures: bool = False) -> HttpResponse:
    """HTML as a page for a frame of ours. Its links open in a new tab; it has the fonts a phone would
    have. OWN_PICTURES: pictures of our own origin are fetched, such as the dot that tells of an opening."""
    base = f'<base target="_blank"><link rel="stylesheet" href="{static("vendor/fonts.css")}">'
    html, found = _HEAD.subn(lambda head: head.group(0) + base, html, count=1)
    response = HttpResponse(html if found else base + html, content_type="text/html; charset=utf-8")
    pictures = "img-src 'self' data:" if own_pictures else "img-src data:"
    response.headers["Content-Security-Policy"] = POLICY.replace("img-src data:", pictures)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
