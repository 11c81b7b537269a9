"""What is done to many customers at once, in batches that can be undone: tags, any field of theirs, putting away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
KINDS = ("tag", "untag", "assign", "archive", "set")  # batches of this room, which `undo` takes back


def steps(ids: Iterable[int]) -> Iterator[list[int]]:
    """IDS in pieces that one statement takes."""
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


def begun(kind: str, label: str, by: User | None) -> Batch:
    """A new batch of this room."""
    return Batch.objects.create(kind=kind, label=label[:200], by=by)


def finish(batch: Batch, action: str, changed: int, by: User | None, *, whole: bool) -> Batch:
    """Say in the log what was done; a piece of a larger change (not WHOLE) is told by the end of that."""
    if whole:
        audit.record(action, batch, by=by, label=batch.label, customers=changed)
    batch.customers = changed  # type: ignore[attr-defined]
    return batch


def remember(batch: Batch, rows: Iterable[tuple[int, Mapping[str, object]]]) -> None:
    """Remember what customers were like before a batch, and ("now") what it made of them; the first time counts."""
    BatchChange.objects.bulk_create(
        (
            BatchChange(batch=batch, subject="customers.Customer", subject_id=pk, before=dict(before))
            for pk, before in rows
        ),
        ignore_conflicts=True,
        batch_size=STEP,
    )


@transaction.atomic
def tag_customers(ids: Iterable[int], name: str, *, by: User | None, batch: Batch | None = None) -> Batch:
    """Hang a tag on customers; those who have it are left alone. The batch says how many changed
    (`batch.customers`) and can be undone. BATCH: the larger change that this is a piece of."""
    tag = tag_named(name)
    whole, changed = batch is None, 0
    batch = batch or begun("tag", tag.name, by)
    for step in steps(ids):
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
    return finish(batch, "customers.tag.added", changed, by, whole=whole)


@transaction.atomic
def untag_customers(ids: Iterable[int], name: str, *, by: User | None, batch: Batch | None = None) -> Batch:
    """Take a tag off customers."""
    tag = Tag.objects.filter(name__iexact=one_line(name)).first()
    whole, changed = batch is None, 0
    batch = batch or begun("untag", tag.name if tag else one_line(name), by)
    for step in steps(ids) if tag else ():
        links = CustomerTag.objects.filter(tag=tag, customer_id__in=step)
        had = list(links.values_list("customer_id", flat=True))
        links.delete()
        remember(batch, [(pk, {"tag": tag.pk if tag else 0}) for pk in had])
        changed += len(had)
        announce("customers.changed", customer_ids=had)
    return finish(batch, "customers.tag.removed", changed, by, whole=whole)


@transaction.atomic
def assign_owner(
    ids: Iterable[int], owner: User | None, *, by: User | None, batch: Batch | None = None
) -> Batch:
    """Put a colleague (or nobody) in charge of customers."""
    from grahak.customers.actions.setting import write_column

    whole, changed, now = batch is None, 0, owner.pk if owner else None
    batch = batch or begun("assign", owner.name if owner else "", by)
    for step in steps(ids):
        changed += len(write_column(batch, step, "owner", now, by=by))
    return finish(batch, "customers.owner.assigned", changed, by, whole=whole)


@transaction.atomic
def archive_customers(ids: Iterable[int], *, by: User | None, batch: Batch | None = None) -> Batch:
    """Put customers away; see archive_customer."""
    whole, changed, now = batch is None, 0, timezone.now()
    batch = batch or begun("archive", "", by)
    for step in steps(ids):
        rows = list(Customer.objects.filter(pk__in=step, archived_at=None).values_list("pk", flat=True))
        Customer.objects.filter(pk__in=rows).update(archived_at=now)
        remember(batch, [(pk, {"archived_at": None, "now": now.isoformat()}) for pk in rows])
        changed += len(rows)
        announce("customers.changed", customer_ids=rows)
    return finish(batch, "customers.customers.archived", changed, by, whole=whole)


def undo(batch: Batch, *, by: User | None) -> int:
    """Put back what a batch of this room changed, once; see actions.undoing.give_back. Returns how many customers were
    put back."""
    from grahak.customers.actions.undoing import give_back

    return give_back(batch, by=by).back
