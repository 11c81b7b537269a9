"""The events that an address can be told of: under what name, in what words, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.connect.api.resource import Resource
from grahak.connect.api.resources import customers, people, pipelines, sales, work
from grahak.connect.webhooks import records

Facts = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """NAME as receivers know it, the domain event OF which it is made, and how: MADE(**facts of the event) gives
    (number of the record, further facts) for each thing to tell. RESOURCE says what is told of the record; without
    one only the facts are, to addresses whose role may do VIEW."""

    name: str
    of: str
    label: Any
    subject: str
    made: Callable[..., list[tuple[int, Facts]]]
    resource: Resource | None = None
    view: str = "customers.view"


def _each(*, customer_ids: Any, fields: Any = None) -> list[tuple[int, Facts]]:
    more = {} if fields is None else {"fields": list(fields)}
    return [(pk, more) for pk in customer_ids]


def _one(**facts: Any) -> list[tuple[int, Facts]]:
    """The event's only number."""
    (pk,) = facts.values()
    return [(pk, {})]


def _merged(*, kept_id: int, gone_id: int) -> list[tuple[int, Facts]]:
    return [(kept_id, {"kept": kept_id, "gone": gone_id})]


def _moved(*, customer_id: int, before: str, after: str) -> list[tuple[int, Facts]]:
    return [(customer_id, {"before": before, "after": after})]


def _unsubscribed(*, contact_id: int, channel: str) -> list[tuple[int, Facts]]:
    return [(contact_id, {"channel": channel})]


def _submitted(*, form_id: int, submission_id: int, customer_id: int | None) -> list[tuple[int, Facts]]:
    return [(submission_id, {"form": form_id, "submission": submission_id, "customer": customer_id})]


AT_ONCE = 500  # members told in one go


def _members(side: str) -> Callable[..., list[tuple[int, Facts]]]:
    def made(*, segment_id: int, **moved: Any) -> list[tuple[int, Facts]]:
        ids = list(moved[side])
        steps = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
        return [(segment_id, {"segment": segment_id, "customers": step}) for step in steps]

    return made


_CUSTOMERS, _ORDERS, _PAYMENTS = customers.CUSTOMERS, sales.ORDERS, sales.PAYMENTS
_TASKS, _DEALS = work.TASKS, pipelines.DEALS
KINDS: dict[str, Kind] = {
    one.name: one
    for one in (
        Kind("customer.added", "customers.added", _("A customer is added"), "customer", _each, _CUSTOMERS),
        Kind("customer.edited", "customers.edited", _("A customer is changed"), "customer", _each, _CUSTOMERS),
        Kind("customer.merged", "customers.merged", _("Two customers are merged"), "customer", _merged, _CUSTOMERS),
        Kind("customer.unmerged", "customers.unmerged", _("A merge is taken back"), "customer", _merged, _CUSTOMERS),
        Kind(
            "customer.lifecycle", "customers.lifecycle.changed", _("A lead becomes a customer, a customer lapses"),
            "customer", _moved, _CUSTOMERS,
        ),
        Kind("customer.erased", "customers.erased", _("A person is erased for good"), "customer", _each),
        Kind(
            "contact.unsubscribed", "customers.contact.unsubscribed", _("A contact wants no more offers"), "contact",
            _unsubscribed, people.CONTACTS,
        ),
        Kind("order.added", "sales.order.added", _("An order or return is written"), "order", _one, _ORDERS,
            "orders.view"),
        Kind("payment.added", "sales.payment.added", _("Money is received"), "payment", _one, _PAYMENTS,
            "payments.view"),
        Kind("deal.added", "sales.deal.added", _("A deal is added"), "deal", _one, _DEALS, "deals.view"),
        Kind("deal.moved", "sales.deal.moved", _("A deal goes to another stage"), "deal", _one, _DEALS, "deals.view"),
        Kind("deal.won", "sales.deal.won", _("A deal is won"), "deal", _one, _DEALS, "deals.view"),
        Kind("deal.lost", "sales.deal.lost", _("A deal is lost"), "deal", _one, _DEALS, "deals.view"),
        Kind("task.added", "customers.task.added", _("A task is added"), "task", _one, _TASKS),
        Kind("task.done", "customers.task.done", _("A task is done"), "task", _one, _TASKS),
        Kind(
            "segment.entered", "insight.segment.moved", _("Customers come into a segment"), "segment",
            _members("entered"), None, "segments.view",
        ),
        Kind(
            "segment.left", "insight.segment.moved", _("Customers leave a segment"), "segment", _members("left"),
            None, "segments.view",
        ),
        Kind("form.submitted", "marketing.form.submitted", _("A form is filled in"), "submission", _submitted,
            records.SUBMISSIONS, "forms.view"),
        Kind("message.bounced", "channels.message.bounced", _("A message could not be delivered"), "message", _one,
            records.MESSAGES),
    )
}  # fmt: skip


def label(name: str) -> Any:
    """The words for an event; what is none of them is a test."""
    return KINDS[name].label if name in KINDS else _("A test")
