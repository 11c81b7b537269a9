"""Making, changing, copying and putting away segments, and the lists that are kept by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, bulk
from grahak.core.events import announce
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers.models import Customer
from grahak.customers.text import one_line
from grahak.insight.models import Membership, Movement, Segment, SegmentKind
from grahak.insight.segments import sizes, stale
from grahak.insight.segments.compile import compiled, tree_of
from grahak.insight.segments.tree import Tree, TreeError, empty, parse
from grahak.insight.segments.uses import uses

MOST_BY_HAND = 100_000


def _name(text: str, *, but: int | None = None) -> str:
    name = one_line(text)
    if not name:
        raise ValidationError({"name": _("Give it a name.")})
    if len(name) > 120:
        raise ValidationError({"name": _("That is more than %(most)s letters.") % {"most": 120}})
    others = Segment.objects.active().exclude(pk=but) if but is not None else Segment.objects.active()
    if others.filter(name=name).exists():
        raise ValidationError({"name": _("There is a segment of that name already.")})
    return name


def _tree(raw: Any, *, of: int | None = None) -> Tree:
    """The tree of RAW, checked for circles: OF is the segment that it will be the rule of. Raises TreeError."""
    tree = raw if isinstance(raw, Tree) else parse(raw)
    seen: set[int] = set()
    waiting = sorted(tree.segments())
    while waiting:
        pk = waiting.pop()
        if pk == of:
            raise TreeError(
                _("These rules lead back to this segment itself, through a segment that they name.")
            )
        if pk not in seen:
            seen.add(pk)
            other = tree_of(pk)
            waiting += sorted(other.segments()) if other is not None else []
    compiled(tree)
    return tree


@transaction.atomic
def create(
    *, name: str, note: str = "", kind: str = SegmentKind.RULE, tree: Any = None, by: User | None
) -> Segment:
    """A new segment. Raises ValidationError for its name and TreeError for its rules. It is counted soon."""
    rules = {} if kind == SegmentKind.STATIC else _tree(empty() if tree is None else tree).json()
    segment = Segment.objects.create(
        name=_name(name), note=one_line(note)[:300], kind=SegmentKind(kind), tree=rules, by=by,
        counted_at=timezone.now() if kind == SegmentKind.STATIC else None,
    )  # fmt: skip
    audit.record("insight.segment.made", segment, by=by, kind=str(segment.kind))
    if not segment.is_static:
        stale.mark([segment.pk], "new")
    return segment


@transaction.atomic
def change(
    segment: Segment, *, by: User | None, name: str | None = None, note: str | None = None, tree: Any = None
) -> Segment:
    """Change what is given. A used segment may be changed: what uses it follows; its uses are shown before.
    Raises ValidationError, TreeError, Conflict for one that is put away."""
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if segment.archived_at:
        raise Conflict(_("This segment is put away. Bring it back first."))
    before = {"name": segment.name, "note": segment.note, "tree": segment.tree}
    if name is not None:
        segment.name = _name(name, but=segment.pk)
    if note is not None:
        segment.note = one_line(note)[:300]
    if tree is not None and not segment.is_static:
        segment.tree = _tree(tree, of=segment.pk).json()
    after = {"name": segment.name, "note": segment.note, "tree": segment.tree}
    changed = audit.changed(before, after)
    if not changed:
        return segment
    segment.updated_at = timezone.now()
    segment.save(update_fields=["name", "note", "tree", "updated_at"])
    audit.record("insight.segment.changed", segment, by=by, changed=changed)
    if "tree" in changed:
        stale.mark(stale.with_dependents({segment.pk}), "changed")
    return segment


@transaction.atomic
def copy(segment: Segment, *, name: str, by: User | None) -> Segment:
    """Another segment with the same rules, or the same list."""
    made = create(name=name, note=segment.note, kind=segment.kind, tree=segment.tree or None, by=by)
    if segment.is_static:
        add_to_static(made, list(segment.memberships.values_list("customer_id", flat=True)), by=by)
    return made


@transaction.atomic
def freeze(segment: Segment, *, name: str, by: User | None) -> Segment:
    """A list kept by hand of those who are in it now."""
    made = create(name=name, note=segment.note, kind=SegmentKind.STATIC, by=by)
    add_to_static(made, list(segment.memberships.values_list("customer_id", flat=True)), by=by)
    return made


@transaction.atomic
def archive(segment: Segment, *, by: User | None) -> Segment:
    """Put away: it is recounted no more, its history stays. Raises Conflict naming what uses it."""
    found = uses(segment.pk)
    if found:
        names = ", ".join(f"“{use.label}”" for use in found[:5])
        raise Conflict(_("It is used by %(names)s. Take it out there first.") % {"names": names})
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if segment.archived_at is None:
        segment.archived_at = timezone.now()
        segment.save(update_fields=["archived_at"])
        audit.record("insight.segment.archived", segment, by=by)
    return segment


@transaction.atomic
def restore(segment: Segment, *, by: User | None) -> Segment:
    """Bring back from where it was put away. Raises ValidationError where its name is taken now, TreeError where
    its rules name what is gone."""
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if segment.archived_at is not None:
        _name(segment.name, but=segment.pk)
        if not segment.is_static:
            _tree(segment.tree, of=segment.pk)
        segment.archived_at = None
        segment.save(update_fields=["archived_at"])
        audit.record("insight.segment.restored", segment, by=by)
        if not segment.is_static:
            stale.mark([segment.pk], "changed")
    return segment


def _static(segment: Segment) -> Segment:
    found = Segment.objects.select_for_update().get(pk=segment.pk)
    if not found.is_static:
        raise Conflict(_("This segment follows rules; only a list kept by hand takes customers one by one."))
    if found.archived_at:
        raise Conflict(_("This segment is put away. Bring it back first."))
    return found


@transaction.atomic
def add_to_static(segment: Segment, customer_ids: Iterable[int], *, by: User | None) -> int:
    """Put customers into a list kept by hand; who is in it already stays. Returns how many came. At most 100,000
    at once."""
    segment = _static(segment)
    wanted = set(customer_ids)
    if len(wanted) > MOST_BY_HAND:
        raise Conflict(_("That is more than 100,000 customers at once."))
    known: set[int] = set()
    for piece in bulk.pieces(sorted(wanted)):
        known |= set(Customer.objects.filter(pk__in=piece).values_list("pk", flat=True))
        known -= set(segment.memberships.filter(customer_id__in=piece).values_list("customer_id", flat=True))
    return _moved(segment, entered=sorted(known), left=[], by=by)


@transaction.atomic
def remove_from_static(segment: Segment, customer_ids: Iterable[int], *, by: User | None) -> int:
    """Take customers out of a list kept by hand. Returns how many went."""
    segment = _static(segment)
    known: set[int] = set()
    for piece in bulk.pieces(sorted(set(customer_ids))):
        known |= set(segment.memberships.filter(customer_id__in=piece).values_list("customer_id", flat=True))
    return _moved(segment, entered=[], left=sorted(known), by=by)


def _moved(segment: Segment, *, entered: list[int], left: list[int], by: User | None) -> int:
    if not entered and not left:
        return 0
    now = timezone.now()
    for piece in bulk.pieces(left):
        Membership.objects.filter(segment=segment, customer_id__in=piece).delete()
    Membership.objects.bulk_create(
        [Membership(segment=segment, customer_id=pk, entered_at=now) for pk in entered], batch_size=300
    )
    Movement.objects.bulk_create(
        [Movement(segment=segment, customer_id=pk, entered=True, at=now) for pk in entered]
        + [Movement(segment=segment, customer_id=pk, entered=False, at=now) for pk in left],
        batch_size=250,
    )
    audit.record("insight.segment.list", segment, by=by, entered=len(entered), left=len(left))
    sizes.keep({segment.pk: segment.memberships.count()}, now)
    stale.mark(stale.with_dependents({segment.pk}) - {segment.pk}, "changed")
    announce("insight.segment.moved", segment_id=segment.pk, entered=entered, left=left)
    return len(entered) + len(left)
