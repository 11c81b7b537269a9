"""The sending ledger and what surrounds it."""

from grahak.channels.models.ledger import (
    Dispatch,
    DispatchState,
    FailReason,
    Message,
    MessageState,
    SkipReason,
    Suppression,
    UnknownReason,
)
from grahak.channels.models.links import Click, Link
from grahak.channels.models.rules import Report, ReportKind, SendingRules
from grahak.channels.models.sender import BoxedMail, Sender

__all__ = [
    "BoxedMail",
    "Click",
    "Dispatch",
    "DispatchState",
    "FailReason",
    "Link",
    "Message",
    "MessageState",
    "Report",
    "ReportKind",
    "Sender",
    "SendingRules",
    "SkipReason",
    "Suppression",
    "UnknownReason",
]
