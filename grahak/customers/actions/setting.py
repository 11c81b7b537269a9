"""One field of many customers is set to one value, in a batch that can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import Batch, User
from grahak.customers import custom
from grahak.customers.actions.mass import begun, finish, remember, steps
from grahak.customers.changing import carry
from grahak.customers.changing.reading import as_rows, held_of
from grahak.customers.models import OPEN, Customer, CustomField, CustomKind, CustomValue, Lead, Lifecycle

# What can be set for many at once. A name, a GSTIN, an address are one customer's own.
FACTS: Final = (
    "owner",
    "team",
    "branch",
    "lifecycle",
    "kind",
    "language",
    "city",
    "area",
    "region",
    "country",
    "credit_limit",
    "credit_days",
    "since",
)


def as_json(value: Any) -> Any:
    """A value as a batch remembers it: an amount and a day as text, a row by its number."""
    match value:
        case Decimal():
            return f"{value.normalize():f}"
        case dt.date():
            return value.isoformat()
        case models.Model():
            return value.pk
        case list():
            return sorted(as_json(one) for one in value)
    return value


@transaction.atomic
def set_many(
    ids: Iterable[int],
    name: str,
    value: Any,
    *,
    by: User | None,
    batch: Batch | None = None,
    label: str = "",
) -> Batch:
    """Set the field NAME (of FACTS, or a shop's own with its prefix) of customers to VALUE, cleaned as its form field
    gives it; None or "" empties it. Those who have it already are left alone. The batch says how many changed
    (`batch.customers`). KeyError for a field that cannot be set so. BATCH: the larger change this is a piece of;
    LABEL: what people call it."""
    if name not in FACTS and not name.startswith(custom.PREFIX):
        raise KeyError(name)
    whole, changed = batch is None, 0
    batch = batch or begun("set", label or name, by)
    for step in steps(ids):
        if name.startswith(custom.PREFIX):
            moved = write_own(batch, step, name.removeprefix(custom.PREFIX), value, by=by)
        elif name == "lifecycle":
            moved = _live(batch, step, value, by=by)
        else:
            moved = write_column(batch, step, name, value, by=by)
        changed += len(moved)
    return finish(batch, "customers.field.set", changed, by, whole=whole)


def write_column(batch: Batch, step: list[int], name: str, value: Any, *, by: User | None) -> list[int]:
    """Set a column of some customers and remember what stood there. Returns who changed."""
    column: Any = Customer._meta.get_field(name)
    empty = None if column.null else ""
    kept = value.pk if isinstance(value, models.Model) else empty if value in (None, "") else value
    rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=step)
    before = {pk: was for pk, was in rows.values_list("pk", column.attname) if was != kept}
    Customer.objects.filter(pk__in=before).update(**{column.attname: kept, "updated_at": timezone.now()})
    now = as_json(kept)
    remember(batch, ((pk, {column.attname: as_json(was), "now": now}) for pk, was in before.items()))
    _told(before, name, name, kept, by, batch)
    return list(before)


def _told(
    before: dict[int, Any], announced: str, name: str, kept: Any, by: User | None, batch: Batch
) -> None:
    """One line a customer in the log: "who changed this credit limit?" is asked of one customer. ANNOUNCED: the field
    as rules and webhooks know it."""
    names = dict(Customer.objects.filter(pk__in=before).values_list("pk", "name"))
    audit.record_many(
        "customers.customer.edited",
        Customer,
        [
            (pk, names.get(pk, ""), {"changes": audit.changed({name: was}, {name: kept}), "batch": batch.pk})
            for pk, was in before.items()
        ],
        by=by,
    )
    announce("customers.changed", customer_ids=list(before))
    if before:
        announce("customers.edited", customer_ids=list(before), fields=[announced])


def write_own(batch: Batch, step: list[int], code: str, value: Any, *, by: User | None) -> list[int]:
    """Set a field of the shop's own for some customers. Returns who changed."""
    field = custom.held_still([code])[code]
    kept = custom.cleaned(field, value)
    before = held_before(field, step)
    new = as_json(kept) if kept is not None else None
    moved = [
        pk
        for pk in Customer.objects.filter(pk__in=step).values_list("pk", flat=True)
        if as_json(before.get(pk)) != new and not (_blank(before.get(pk)) and _blank(kept))
    ]
    CustomValue.objects.filter(field=field, customer_id__in=moved).delete()
    CustomValue.objects.bulk_create([row for pk in moved for row in as_rows(field, pk, kept)], batch_size=500)
    if field.locked_at is not None and moved:
        carry.follow(field, moved)
    remember(batch, ((pk, {"own": code, "was": as_json(before.get(pk)), "now": new}) for pk in moved))
    told = {pk: custom.plain(field, before.get(pk)) for pk in moved}
    _told(told, "own", field.name, custom.plain(field, kept), by, batch)
    return moved


def _blank(value: Any) -> bool:
    return value is None or value == []


def held_before(field: CustomField, customers: list[int]) -> dict[int, Any]:
    """The values of one field of some customers."""
    rows: dict[int, list[CustomValue]] = {}
    found = CustomValue.objects.filter(field=field, customer_id__in=customers).select_related("other")
    for row in found.order_by("pk"):
        rows.setdefault(row.customer_id, []).append(row)
    return {pk: held_of(field, mine) for pk, mine in rows.items()}


def own_from_json(field: CustomField, value: Any) -> Any:
    """What `as_json` made of a field's value, as the field holds it; None where that is gone."""
    if value is None or value == []:
        return [] if field.kind == CustomKind.CHOICES else None
    if field.kind == CustomKind.CUSTOMER:
        return Customer.objects.filter(pk=value).first()
    return custom.cleaned(field, value)


def _live(batch: Batch, step: list[int], after: str, *, by: User | None) -> list[int]:
    """Bring leads and prospects further in their life, as the leads' own rules allow (ADR 10): their open leads go
    along. Nobody who buys becomes a lead again."""
    from grahak.customers.leads import actions as leads

    moved: dict[int, str] = {}
    before = {"customer": (Lifecycle.LEAD, Lifecycle.PROSPECT), "prospect": (Lifecycle.LEAD,)}.get(after, ())
    for one in Customer.objects.filter(pk__in=step, lifecycle__in=before):
        was = one.lifecycle
        if after == Lifecycle.CUSTOMER:
            leads.convert(one, by=by)
        else:
            lead = Lead.objects.filter(customer=one, state__in=OPEN).first()
            if lead is None:
                continue
            leads.qualify(lead, by=by)  # type: ignore[arg-type]
        moved[one.pk] = was
    remember(batch, ((pk, {"lifecycle": was, "now": after}) for pk, was in moved.items()))
    return list(moved)
