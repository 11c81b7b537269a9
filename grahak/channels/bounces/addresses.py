"""The signed return address: bounces+7.3f9c0a1b2c@kapasi.example names the message that came back, and nobody can make
one up. For mail servers that return nothing of what they could not deliver."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings


def tagged(address: str, message: int) -> str:
    """ADDRESS with the signed number of a message behind a plus."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{message}.{_sign(str(settings.SECRET_KEY), str(message))}@{domain}"


def read_tag(tag: str) -> int | None:
    """The message that a tag names; None where it is not ours."""
    number, _, signed = tag.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    wanted = signed.lower().encode()  # some servers fold the case of addresses
    return (
        int(number)
        if any(hmac.compare_digest(_sign(str(key), number).encode(), wanted) for key in keys)
        else None
    )


def _sign(key: str, number: str) -> str:
    return hmac.digest(str(key).encode(), f"return-path:{number}".encode(), hashlib.sha256).hex()[:12]
