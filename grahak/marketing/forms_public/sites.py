"""Sites as people type them, and as a browser's rules name them."""

from __future__ import annotations

from urllib.parse import urlsplit


def origin_named(word: str) -> str | None:
    """The origin (scheme, host, port) of what somebody typed for a site; None where it is none. Sites are asked for
    by https, but for one's own machine."""
    try:
        parts = urlsplit(word if "//" in word else f"https://{word}")
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    labels = host.removeprefix("*.").split(".")
    local = host in ("localhost", "127.0.0.1")
    fine = all(one and one.replace("-", "").isalnum() for one in labels) and (len(labels) > 1 or local)
    if not fine or parts.scheme not in ("https", "http"):
        return None
    return f"{parts.scheme if local else 'https'}://{host}{port}"
