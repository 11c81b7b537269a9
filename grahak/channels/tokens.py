"""Signed addresses that stand in mails: stop these messages, follow a tracked link, and the picture of one dot
that tells of an opening. They name ledger rows, hold no personal data, need no session and cannot be forged or
changed."""

from __future__ import annotations

from functools import lru_cache

from django.core.signing import BadSignature, Signer

TRIAL = "test"  # what stands in place of a token in a message tried out on a colleague


@lru_cache(maxsize=4)
def _signer(salt: str) -> Signer:
    return Signer(salt=f"grahak.{salt}", sep=".")


def stop_token(message_id: int) -> str:
    """The token of a message's unsubscribe page."""
    return _signer("stop").sign(str(message_id))


def link_token(message_id: int, link_id: int) -> str:
    """The token of a link in a message."""
    return _signer("link").sign(f"{message_id}-{link_id}")


def open_token(message_id: int) -> str:
    """The token of the dot in a message that tells of its opening."""
    return _signer("open").sign(str(message_id))


def me_token(*, message: int | None = None, contact: int | None = None) -> str:
    """The token of the preferences page: of whoever got a message (it knows then which one they came from), or of a
    contact. It stands in mails as it is, /me/<token>."""
    if (message is None) == (contact is None):
        raise ValueError("the preferences are those of a message or of a contact")
    return _signer("me").sign(f"c{contact}" if message is None else f"m{message}")


def read_me(token: str) -> tuple[str, int] | None:
    """("m", message) or ("c", contact) of a preferences token; None where it is forged."""
    try:
        said = _signer("me").unsign(token)
        return (said[0], int(said[1:])) if said[:1] in ("m", "c") else None
    except (BadSignature, ValueError):
        return None


def read_open(token: str) -> int | None:
    """The message whose dot was fetched; None where the token is forged."""
    try:
        return int(_signer("open").unsign(token))
    except (BadSignature, ValueError):
        return None


def read_stop(token: str) -> int | None:
    """The message a stop token speaks of; None where it is forged."""
    try:
        return int(_signer("stop").unsign(token))
    except (BadSignature, ValueError):
        return None


def read_link(token: str) -> tuple[int, int] | None:
    """(message, link) of a link token; None where it is forged."""
    try:
        message, _, link = _signer("link").unsign(token).partition("-")
        return int(message), int(link)
    except (BadSignature, ValueError):
        return None
