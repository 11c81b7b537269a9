"""The life of a customer: lead → prospect → customer → lapsed, one row for every step (LifecycleChange), by the rules
of ADR 10.

- *lead*: captured, by hand, from a form or a file that says so. Everybody else who is written down is a customer.
- *prospect*: a colleague found that they will buy (`leads.actions.qualify`).
- *customer*: they ordered, or a colleague says so (`leads.actions.convert`). If the orders that made them one are all
  cancelled, they are again what they were before.
- *lapsed*: their stage (insight.lifecycle) is lapsed or lost; any other stage makes them a customer again.

Nothing goes from customer or lapsed back to lead or prospect but for the case above.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core import audit
from grahak.core.bulk import pieces
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.actions.timeline import tell_all
from grahak.customers.models import Activity, Customer, Lifecycle, LifecycleChange

WHY: Final[dict[str, Any]] = {
    "captured": _("Captured as a lead"),
    "qualified": _("Found to be a prospect"),
    "converted": _("Made a customer by a colleague"),
    "ordered": _("Ordered for the first time"),
    "order_gone": _("The orders are gone again"),
    "lapsed": _("Silent for more than two usual gaps"),
    "returned": _("Ordered again"),
    "file": _("Brought in by a file"),
    "merged": _("Merged with another"),
    "undone": _("Taken back"),
    "rule": _("Set by a rule of the shop"),
}
KIND: Final = "customers.lifecycle.changed"
TOLD: Final = (
    "converted",
    "ordered",
    "order_gone",
    "lapsed",
    "returned",
)  # the others have lines of their own
BEFORE_BUYING: Final = (Lifecycle.LEAD, Lifecycle.PROSPECT)
BUYING: Final = (Lifecycle.CUSTOMER, Lifecycle.LAPSED)


@transaction.atomic
def change(
    customer: Customer, after: str, *, by: User | None, why: str, at: dt.datetime | None = None
) -> bool:
    """Bring one customer to AFTER, unless they are there. Returns whether anything changed."""
    moved = change_many([customer.pk], after, by=by, why=why, at={customer.pk: at} if at else None)
    customer.lifecycle = after if moved else customer.lifecycle
    return bool(moved)


@transaction.atomic
def change_many(
    ids: Iterable[int],
    after: str,
    *,
    by: User | None,
    why: str,
    at: Mapping[int, dt.datetime] | None = None,
    only_from: tuple[str, ...] = (),
    quiet: bool = False,
) -> list[int]:
    """Bring customers to AFTER: those of IDS who are not there, and of those only who are in ONLY_FROM if it is given.
    AT: when it was so, now for those not in it. QUIET: it was so already when Grahak first looked, so nobody is told.
    Returns who changed."""
    if why not in WHY:
        raise KeyError(why)
    now, times, moved = timezone.now(), at or {}, []
    for piece in pieces(ids):
        rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=piece).exclude(lifecycle=after)
        rows = rows.filter(lifecycle__in=only_from) if only_from else rows
        before = dict(rows.order_by("pk").values_list("pk", "lifecycle"))
        if not before:
            continue
        Customer.objects.filter(pk__in=before).update(lifecycle=after, updated_at=now)
        steps = LifecycleChange.objects.bulk_create(
            LifecycleChange(customer_id=pk, before=was, after=after, at=times.get(pk, now), by=by, why=why)
            for pk, was in before.items()
        )
        moved += list(before)
        if quiet:
            continue
        _tell(steps)
        for step in steps:
            announce(KIND, customer_id=step.customer_id, before=step.before, after=step.after)
        announce("customers.changed", customer_ids=list(before))
    if moved:
        _record(moved, after, by, why)
    return moved


def _tell(steps: list[LifecycleChange]) -> None:
    tell_all(
        Activity(
            customer_id=step.customer_id, at=step.at, kind=KIND, group="other", by_id=step.by_id,
            subject="lifecycle", subject_id=step.pk,
            facts={"before": step.before, "after": step.after, "why": step.why},
        )
        for step in steps
        if step.why in TOLD
    )  # fmt: skip


def _record(moved: list[int], after: str, by: User | None, why: str) -> None:
    """One line a customer that a colleague moved; one line for all that Grahak moved at once."""
    if len(moved) == 1:
        audit.record(KIND, Customer.objects.get(pk=moved[0]), by=by, after=after, why=why)
    else:
        audit.record(KIND, None, by=by, after=after, why=why, customers=len(moved))


def captured(ids: Iterable[int], after: str, *, by: User | None, why: str, at: dt.datetime) -> None:
    """The first row of customers who were just written down as a lead or prospect."""
    LifecycleChange.objects.bulk_create(
        LifecycleChange(customer_id=pk, after=after, at=at, by=by, why=why) for pk in ids
    )
    for pk in ids:
        announce(KIND, customer_id=pk, before="", after=after)


def ordered(first: Mapping[int, dt.datetime]) -> list[int]:
    """These have orders, the first at that moment: who was a lead or prospect is a customer now."""
    return change_many(first, Lifecycle.CUSTOMER, by=None, why="ordered", at=first, only_from=BEFORE_BUYING)


def unordered(ids: Iterable[int]) -> list[int]:
    """These have no order any more: who became a customer by an order only is again what they were."""
    back: dict[str, list[int]] = {}
    for piece in pieces(ids):
        steps = LifecycleChange.objects.filter(customer_id__in=piece).exclude(why__in=("lapsed", "returned"))
        last = {step.customer_id: step for step in steps.order_by("pk")}
        for pk, step in last.items():
            if step.why == "ordered" and step.before in BEFORE_BUYING:
                back.setdefault(step.before, []).append(pk)
    moved: list[int] = []
    for before, here in back.items():
        moved += change_many(here, before, by=None, why="order_gone", only_from=BUYING)
    return moved


def lapsed(since: Mapping[int, dt.datetime], *, quiet: bool = False) -> list[int]:
    """These have been silent since that moment for so long that they count as lapsed."""
    return change_many(
        since, Lifecycle.LAPSED, by=None, why="lapsed", at=since, only_from=(Lifecycle.CUSTOMER,), quiet=quiet
    )


def returned(ids: Iterable[int]) -> list[int]:
    """These buy again."""
    return change_many(ids, Lifecycle.CUSTOMER, by=None, why="returned", only_from=(Lifecycle.LAPSED,))


def words(activity: Activity) -> str:
    """What a line of the day book says of a step."""
    why = WHY.get(activity.facts.get("why", ""))
    after = activity.facts.get("after", "")
    label = str(Lifecycle(after).label) if after in Lifecycle.values else ""
    return " · ".join(part for part in (label, str(why or "")) if part)
