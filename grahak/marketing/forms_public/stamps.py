"""Signed marks: of the moment a form's page was made (to tell haste and repeats), and of a confirmation."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache

from django.core.signing import BadSignature, Signer
from django.utils import timezone


@dataclass(frozen=True)
class Stamp:
    """A page of FORM that was made at AT; NONCE tells it from all others."""

    form: int
    at: dt.datetime
    nonce: str

    @property
    def age(self) -> dt.timedelta:
        return timezone.now() - self.at


@lru_cache(maxsize=2)
def _signer(salt: str) -> Signer:
    return Signer(salt=f"grahak.{salt}", sep=".")


def stamp(form_id: int) -> str:
    """The mark that a page of a form carries."""
    return _signer("form").sign(f"{form_id}-{time.time_ns() // 1_000_000}-{secrets.token_hex(8)}")


def read_stamp(text: str) -> Stamp | None:
    """What a mark says; None where it is none of ours."""
    try:
        form, at, nonce = _signer("form").unsign(text).split("-")
        return Stamp(int(form), dt.datetime.fromtimestamp(int(at) / 1000, dt.UTC), nonce)
    except (BadSignature, ValueError, OverflowError, OSError):
        return None


def confirm_token(submission_id: int) -> str:
    """The token of the page that asks once more."""
    return _signer("confirm").sign(str(submission_id))


def read_confirm(token: str) -> int | None:
    """The submission of such a token; None where it is forged."""
    try:
        return int(_signer("confirm").unsign(token))
    except (BadSignature, ValueError):
        return None
