"""The sending ledger and what surrounds it."""

from grahak.channels.models.ledger import (
    Dispatch,
    DispatchState,
    Message,
    MessageState,
    SkipReason,
    Suppression,
)
from grahak.channels.models.links import Click, Link
from grahak.channels.models.sender import BoxedMail, Sender

__all__ = [
    "BoxedMail",
    "Click",
    "Dispatch",
    "DispatchState",
    "Link",
    "Message",
    "MessageState",
    "Sender",
    "SkipReason",
    "Suppression",
]
