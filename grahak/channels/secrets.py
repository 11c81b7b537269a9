"""Keeps passwords of mail accounts and the like encrypted at rest, with a key made from the installation's
secret."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(ValueError):
    """The sealed text was made with another secret, or was changed."""


def _keys() -> MultiFernet:
    def key(secret: str) -> Fernet:
        digest = hashlib.sha256(f"grahak.channels.secrets:{secret}".encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))

    return MultiFernet([key(str(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal(plain: str) -> str:
    """PLAIN encrypted (Fernet: AES-128-CBC with HMAC-SHA256); nothing stays nothing."""
    return _keys().encrypt(plain.encode()).decode() if plain else ""


def unseal(sealed: str) -> str:
    """What was sealed. Raises Unsealable where the installation's secret is not the one it was sealed
    with."""
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable("the password was kept with another secret key") from None
