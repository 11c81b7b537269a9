"""Customers and what is known about them."""

from grahak.customers.models.activity import Activity, Note, Task
from grahak.customers.models.behaviour import (
    Event,
    EventSum,
    EventType,
    Rejected,
    Source,
    SourceKind,
    Visit,
    Visitor,
)
from grahak.customers.models.consent import (
    CHANNELS,
    MESSAGE_PURPOSES,
    PURPOSES,
    Consent,
    ConsentState,
    Wish,
)
from grahak.customers.models.custom import CustomField, CustomKind, CustomValue
from grahak.customers.models.customer import (
    Contact,
    Customer,
    CustomerTag,
    ExternalRef,
    Identity,
    Kind,
    Lifecycle,
    NameKey,
    SavedView,
    Tag,
)

__all__ = [
    "CHANNELS",
    "MESSAGE_PURPOSES",
    "PURPOSES",
    "Activity",
    "Consent",
    "ConsentState",
    "Contact",
    "CustomField",
    "CustomKind",
    "CustomValue",
    "Customer",
    "CustomerTag",
    "Event",
    "EventSum",
    "EventType",
    "ExternalRef",
    "Identity",
    "Kind",
    "Lifecycle",
    "NameKey",
    "Note",
    "Rejected",
    "SavedView",
    "Source",
    "SourceKind",
    "Tag",
    "Task",
    "Visit",
    "Visitor",
    "Wish",
]
