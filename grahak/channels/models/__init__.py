"""The sending ledger and what surrounds it."""

from grahak.channels.models.bounces import AsideReason, BounceMailbox, SetAside
from grahak.channels.models.incoming import BoxedText, HookDelivery, HookState, Incoming
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
from grahak.channels.models.rules import Allowance, Report, ReportKind, SendingRules
from grahak.channels.models.sender import BoxedMail, Sender
from grahak.channels.models.sms import SmsAccount
from grahak.channels.models.whatsapp import TemplateUse, WhatsAppAccount, WhatsAppTemplate

__all__ = [
    "Allowance",
    "AsideReason",
    "BounceMailbox",
    "BoxedMail",
    "BoxedText",
    "Click",
    "Dispatch",
    "DispatchState",
    "FailReason",
    "HookDelivery",
    "HookState",
    "Incoming",
    "Link",
    "Message",
    "MessageState",
    "Report",
    "ReportKind",
    "Sender",
    "SendingRules",
    "SetAside",
    "SkipReason",
    "SmsAccount",
    "Suppression",
    "TemplateUse",
    "UnknownReason",
    "WhatsAppAccount",
    "WhatsAppTemplate",
]
