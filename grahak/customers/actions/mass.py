"""What is done to many customers at once, in batches that can be undone: tags, who is in charge, putting
away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import Batch, BatchChange, User
from grahak.customers.models import Customer, CustomerTag, Tag
from grahak.customers.text import one_line

STEP = 900


def _steps(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while step := list(islice(rest, STEP)):
        yield step


def tag_named(name: str) -> Tag:
    """The tag of this name, whatever its capitals; made if there is none."""
    kept = one_line(name)
    if not kept:
        raise ValidationError({"tags": _("A tag needs a name.")})
    if len(kept) > 60:
        raise ValidationError({"tags": _("A tag has at most 60 characters.")})
    return Tag.objects.filter(name__iexact=kept).first() or Tag.objects.get_or_create(name=kept)[0]


def _batch(kind: str, label: str, by: User | None) -> Batch:
    return Batch.objects.create(kind=kind, label=label[:200], by=by)


def _finish(batch: Batch, action: str, changed: int, by: User | None) -> Batch:
    audit.record(action, batch, by=by, label=batch.label, customers=changed)
    batch.customers = changed  # type: ignore[attr-defined]
    return batch


@transaction.atomic
def tag_customers(ids: Iterable[int], name: str, *, by: User | None) -> Batch:
    """Hang a tag on customers; those who have it are left alone. The batch says how many changed
    (`batch.customers`) and can be undone."""
    tag = tag_named(name)
    batch, changed = _batch("tag", tag.name, by), 0
    for step in _steps(ids):
        have = set(
            CustomerTag.objects.filter(tag=tag, customer_id__in=step).values_list("customer_id", flat=True)
        )
        known = Customer.objects.filter(pk__in=step).values_list("pk", flat=True)
        fresh = [pk for pk in known if pk not in have]
        CustomerTag.objects.bulk_create(
            [CustomerTag(tag=tag, customer_id=pk, batch=batch) for pk in fresh], ignore_conflicts=True
        )
        changed += len(fresh)
        announce("customers.changed", customer_ids=fresh)
    return _finish(batch, "customers.tag.added", changed, by)


@transaction.atomic
def untag_customers(ids: Iterable[int], name: str, *, by: User | None) -> Batch:
    """Take a tag off customers."""
    tag = Tag.objects.filter(name__iexact=one_line(name)).first()
    batch, changed = _batch("untag", tag.name if tag else one_line(name), by), 0
    for step in _steps(ids) if tag else ():
        links = CustomerTag.objects.filter(tag=tag, customer_id__in=step)
        had = list(links.values_list("customer_id", flat=True))
        links.delete()
        _keep(batch, [(pk, {"tag": tag.pk if tag else 0}) for pk in had])
        changed += len(had)
        announce("customers.changed", customer_ids=had)
    return _finish(batch, "customers.tag.removed", changed, by)


def _keep(batch: Batch, rows: list[tuple[int, dict[str, object]]]) -> None:
    """Remember what customers were like before a batch."""
    BatchChange.objects.bulk_create(
        BatchChange(batch=batch, subject="customers.Customer", subject_id=pk, before=before)
        for pk, before in rows
    )


@transaction.atomic
def assign_owner(ids: Iterable[int], owner: User | None, *, by: User | None) -> Batch:
    """Put a colleague (or nobody) in charge of customers."""
    batch, changed = _batch("assign", owner.name if owner else "", by), 0
    for step in _steps(ids):
        rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=step)
        before = [
            (pk, was)
            for pk, was in rows.values_list("pk", "owner_id")
            if was != (owner.pk if owner else None)
        ]
        Customer.objects.filter(pk__in=[pk for pk, _was in before]).update(owner=owner)
        _keep(batch, [(pk, {"owner_id": was}) for pk, was in before])
        changed += len(before)
        announce("customers.changed", customer_ids=[pk for pk, _was in before])
    return _finish(batch, "customers.owner.assigned", changed, by)


@transaction.atomic
def archive_customers(ids: Iterable[int], *, by: User | None) -> Batch:
    """Put customers away; see archive_customer."""
    batch, changed, now = _batch("archive", "", by), 0, timezone.now()
    for step in _steps(ids):
        rows = list(Customer.objects.filter(pk__in=step, archived_at=None).values_list("pk", flat=True))
        Customer.objects.filter(pk__in=rows).update(archived_at=now)
        _keep(batch, [(pk, {"archived_at": None}) for pk in rows])
        changed += len(rows)
        announce("customers.changed", customer_ids=rows)
    return _finish(batch, "customers.customers.archived", changed, by)


@transaction.atomic
def undo(batch: Batch, *, by: User | None) -> int:
    """Put back what a batch of this room changed, once. What has been changed again since is overwritten
    with the value before the batch. Returns how many customers were put back; ValueError for a batch of
    another kind."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.kind not in ("tag", "untag", "assign", "archive"):
        raise ValueError(f"{locked.kind} is not undone here")
    if locked.undone_at is not None:
        return 0
    back = _untagged(locked) if locked.kind == "tag" else _put_back(locked)
    for step in _steps(back):
        announce("customers.changed", customer_ids=step)
    locked.undone_at, locked.undone_by = timezone.now(), by
    locked.save(update_fields=["undone_at", "undone_by"])
    audit.record(
        "customers.batch.undone", locked, by=by, label=locked.label, kind=locked.kind, customers=len(back)
    )
    return len(back)


def _untagged(batch: Batch) -> list[int]:
    links = CustomerTag.objects.filter(batch=batch)
    ids = list(links.values_list("customer_id", flat=True))
    links.delete()
    return ids


def _put_back(batch: Batch) -> list[int]:
    rows = list(BatchChange.objects.filter(batch=batch).values_list("subject_id", "before"))
    known = set()
    for step in _steps(pk for pk, _before in rows):
        known |= set(Customer.objects.filter(pk__in=step).values_list("pk", flat=True))
    groups: dict[tuple[str, object], list[int]] = {}
    for pk, before in rows:
        if pk in known:
            for name, value in before.items():
                groups.setdefault((name, value), []).append(pk)
    for (name, value), ids in groups.items():
        for step in _steps(ids):
            if name == "tag":
                if Tag.objects.filter(pk=value).exists():  # type: ignore[misc]
                    CustomerTag.objects.bulk_create(
                        [CustomerTag(tag_id=value, customer_id=pk) for pk in step],  # type: ignore[misc]
                        ignore_conflicts=True,
                    )
            else:
                Customer.objects.filter(pk__in=step).update(**{name: value})
    return [pk for pk, _before in rows if pk in known]
