"""A change of many customers is taken back: only where the value is still the batch's own. What somebody changed since
is left as it is, and counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import Batch, BatchChange, User
from grahak.customers import custom
from grahak.customers.actions.mass import KINDS, STEP, steps
from grahak.customers.actions.setting import as_json, held_before, own_from_json
from grahak.customers.models import Customer, CustomerTag, CustomField, Lifecycle, Tag


class Undone(NamedTuple):
    """How many customers have their former value BACK, and how many were LEFT, having been changed since."""

    back: int
    left: int


@transaction.atomic
def give_back(batch: Batch, *, by: User | None) -> Undone:
    """Put back what a batch of this room changed, once: a second time gives (0, 0). ValueError for a batch of another
    kind."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.kind not in KINDS:
        raise ValueError(f"{locked.kind} is not undone here")
    if locked.undone_at is not None:
        return Undone(0, 0)
    back = left = 0
    while (found := give_back_some(locked, by=by)) is not None:
        back, left = back + found.back, left + found.left
    close(locked, Undone(back, left), by=by)
    return Undone(back, left)


def close(batch: Batch, undone: Undone, *, by: User | None) -> None:
    """The batch is taken back; the log says how far."""
    batch.undone_at, batch.undone_by = timezone.now(), by
    batch.save(update_fields=["undone_at", "undone_by"])
    audit.record(
        "customers.batch.undone", batch, by=by, label=batch.label, kind=batch.kind, customers=undone.back,
        left=undone.left,
    )  # fmt: skip


def give_back_some(batch: Batch, *, by: User | None, most: int = STEP) -> Undone | None:
    """The next MOST customers of a batch, in the caller's transaction; None when there are no more. What was looked at
    is marked, so that a second run goes on behind it."""
    if batch.kind == "tag":
        return _untag(batch, most)
    rows = list(BatchChange.objects.filter(batch=batch).exclude(before={})[:most])
    if not rows:
        return None
    there = set(Customer.objects.filter(pk__in=[row.subject_id for row in rows]).values_list("pk", flat=True))
    groups: dict[tuple[str, str, str], list[BatchChange]] = {}
    for row in rows:
        if row.subject_id in there:
            name = next((one for one in row.before if one not in ("now", "was")), "")
            value = row.before.get("was") if name == "own" else row.before.get(name)
            code = row.before["own"] if name == "own" else ""
            groups.setdefault((name, code, repr(value)), []).append(row)
    back: list[int] = []
    for (name, code, _value), mine in groups.items():
        back += _put_back(name, code, mine, by)
    BatchChange.objects.filter(pk__in=[row.pk for row in rows]).update(before={})
    announce("customers.changed", customer_ids=back)
    return Undone(len(back), len(there) - len(back))


def _untag(batch: Batch, most: int) -> Undone | None:
    """The links that the batch made and that nobody took off since."""
    links = list(CustomerTag.objects.filter(batch=batch).values_list("pk", "customer_id")[:most])
    if not links:
        return None
    CustomerTag.objects.filter(pk__in=[pk for pk, _customer in links]).delete()
    announce("customers.changed", customer_ids=[customer for _pk, customer in links])
    return Undone(len(links), 0)


def _put_back(name: str, code: str, rows: list[BatchChange], by: User | None) -> list[int]:
    """Give these customers, who had the same value, that value back. Returns who got it."""
    doers: dict[str, Callable[..., list[int]]] = {"tag": _tag, "own": _own, "lifecycle": _life}
    if name in doers:
        return doers[name](code, rows, by)
    return _column(name, rows, by)


def _now(rows: list[BatchChange]) -> dict[int, Any]:
    return {row.subject_id: row.before.get("now", _UNSAID) for row in rows}


_UNSAID: Any = (
    object()
)  # batches of before this was kept: their values are given back whatever stands there now


def _column(name: str, rows: list[BatchChange], by: User | None) -> list[int]:
    column: Any = next(one for one in Customer._meta.concrete_fields if one.attname == name)
    value = rows[0].before[name]
    value = column.to_python(value) if not column.is_relation and value is not None else value
    made = _now(rows)
    locked = Customer.objects.select_for_update(of=("self",)).filter(pk__in=made)
    if name == "archived_at":  # who was merged since comes back with the undo of that
        locked = locked.filter(merged_into=None)
    standing = dict(locked.values_list("pk", name))
    ours = [pk for pk, now in standing.items() if made[pk] is _UNSAID or _text(now) == made[pk]]
    related = column.related_model if column.is_relation and value is not None else None
    if related is not None and not related._default_manager.filter(pk=value).exists():
        return []  # that colleague, team or branch is gone
    for step in steps(ours):
        Customer.objects.filter(pk__in=step).update(**{name: value, "updated_at": timezone.now()})
    names = dict(Customer.objects.filter(pk__in=ours).values_list("pk", "name"))
    field = column.name
    audit.record_many(
        "customers.customer.edited",
        Customer,
        [
            (pk, names.get(pk, ""), {"changes": audit.changed({field: standing[pk]}, {field: value})})
            for pk in ours
        ],
        by=by,
    )
    if ours and name != "archived_at":
        announce("customers.edited", customer_ids=ours, fields=[field])
    return ours


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else as_json(value)


def _tag(code: str, rows: list[BatchChange], by: User | None) -> list[int]:
    tag = Tag.objects.filter(pk=rows[0].before["tag"]).first()
    if tag is None:
        return []
    CustomerTag.objects.bulk_create(
        [CustomerTag(tag=tag, customer_id=row.subject_id) for row in rows], ignore_conflicts=True
    )
    return [row.subject_id for row in rows]


def _own(code: str, rows: list[BatchChange], by: User | None) -> list[int]:
    from grahak.customers.actions.custom import set_own

    field = custom.held_still([code]).get(code)
    if field is None:
        return []
    made = _now(rows)
    standing = held_before(field, list(made))
    ours = [pk for pk, now in made.items() if _same(field, standing.get(pk), now)]
    try:
        value = own_from_json(field, rows[0].before["was"])
    except ValidationError:
        return []  # the field changed its kind since, and the former value does not fit
    back: list[int] = []
    for customer in Customer.objects.filter(pk__in=ours):
        set_own(customer, {code: value}, by=by)
        back.append(customer.pk)
    return back


def _same(field: CustomField, standing: Any, now: Any) -> bool:
    """Whether a value is what the batch made, in the field's kind of today."""
    if as_json(standing) == now or (standing in (None, []) and now in (None, [])):
        return True
    try:
        return custom.plain(field, standing) == custom.plain(field, own_from_json(field, now))
    except ValidationError:
        return False


def _life(code: str, rows: list[BatchChange], by: User | None) -> list[int]:
    """Back to the former part of their life, where no order has come in since."""
    from grahak.customers.leads import lifecycle

    before, after = rows[0].before["lifecycle"], rows[0].before["now"]
    ids = [row.subject_id for row in rows]
    return lifecycle.change_many(ids, Lifecycle(before), by=by, why="undone", only_from=(after,))
