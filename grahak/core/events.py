"""Domain events: how a lower room tells higher rooms that something happened, without importing them.

The whole list of who listens to what is `listeners()`; each room registers in its AppConfig.ready().
A listener runs inside the transaction of the announcement: keep it short, or enqueue a job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

_LISTENERS: dict[str, list[Callable[..., None]]] = defaultdict(list)

# Everything that can be announced: name → the keyword arguments a listener gets.
EVENTS: dict[str, tuple[str, ...]] = {
    "customers.added": ("customer_ids",),
    "customers.changed": ("customer_ids",),
    "customers.edited": ("customer_ids", "fields"),
    "customers.contact.unsubscribed": ("contact_id", "channel"),
    "customers.lifecycle.changed": ("customer_id", "before", "after"),
    "customers.merged": ("kept_id", "gone_id"),
    "customers.unmerged": ("kept_id", "gone_id"),
    "customers.task.added": ("task_id",),
    "customers.task.done": ("task_id",),
    "catalogue.codes.changed": ("codes",),
    "sales.orders.changed": ("customer_ids", "days"),
    "sales.ledger.changed": ("customer_ids",),
    "sales.order.added": ("order_id",),
    "sales.payment.added": ("payment_id",),
    "sales.deal.added": ("deal_id",),
    "sales.deal.moved": ("deal_id",),
    "sales.deal.won": ("deal_id",),
    "sales.deal.lost": ("deal_id",),
    "customers.erased": ("customer_ids",),
    "insight.segment.moved": ("segment_id", "entered", "left"),
    "channels.message.sent": ("message_id",),
    "channels.message.delivered": ("message_id",),
    "channels.message.bounced": ("message_id",),
    "channels.message.complained": ("message_id",),
    "channels.message.received": ("incoming_id",),
    "channels.dispatch.finished": ("dispatch_id",),
    "marketing.form.submitted": ("form_id", "submission_id", "customer_id"),
    "core.business.started": ("business_id",),
    "core.demo.left": (),
    "core.day.began": ("day",),
}


def on(event: str, listener: Callable[..., None]) -> None:
    """Call LISTENER whenever EVENT is announced. Registering twice changes nothing."""
    if event not in EVENTS:
        raise KeyError(event)
    if listener not in _LISTENERS[event]:
        _LISTENERS[event].append(listener)


def announce(event: str, **facts: Any) -> None:
    """Tell everybody who listens, in the order they registered, in the caller's transaction."""
    if set(facts) != set(EVENTS[event]):
        raise TypeError(f"{event} is announced with {EVENTS[event]}, not {tuple(facts)}")
    for listener in _LISTENERS[event]:
        listener(**facts)


def listeners() -> dict[str, list[str]]:
    """Who listens to what, by dotted name (for the developer guide and tests)."""
    return {name: [f"{f.__module__}.{f.__qualname__}" for f in found] for name, found in _LISTENERS.items()}
