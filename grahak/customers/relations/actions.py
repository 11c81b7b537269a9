"""Customers are related and parted; the shop's own kinds of relations are added, renamed and put away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.models import Customer, Relation, RelationKind
from grahak.customers.relations import trees
from grahak.customers.text import one_line


@transaction.atomic
def relate(
    one: Customer,
    other: Customer,
    kind: RelationKind,
    *,
    by: User | None,
    forward: bool = True,
    note: str = "",
) -> Relation:
    """ONE is KIND.forward of OTHER (FORWARD), or the other way round. The same again is the row that is there. In a
    chain nobody has two heads and nobody is under themselves: ValidationError says who stands in the way."""
    if one.pk == other.pk:
        raise ValidationError({"other": _("A customer is not related to themselves.")})
    trees.one_at_a_time()
    first, second = (one, other) if forward else (other, one)
    if kind.is_alike and first.pk > second.pk:
        first, second = second, first
    known = Relation.objects.filter(kind=kind, one=first, other=second).first()
    if known is not None:
        return known
    if kind.is_chain:
        _fits(first, second, kind)
    made = Relation.objects.create(kind=kind, one=first, other=second, note=one_line(note)[:200], by=by)
    _record("customers.relation.added", made, by)
    return made


def _fits(branch: Customer, head: Customer, kind: RelationKind) -> None:
    """ValidationError where a chain would not be a tree any more."""
    there = Relation.objects.filter(kind=kind, one=branch).select_related("other").first()
    if there is not None:
        words = {"name": branch.name, "kind": kind.words(forward=True), "other": there.other.name}
        raise ValidationError({"other": _("“%(name)s” is %(kind)s “%(other)s” already.") % words})
    if branch.pk in trees.above(head.pk, kind.pk):
        words = {"name": branch.name, "head": head.name}
        raise ValidationError(
            {"other": _("That would be a circle: “%(head)s” stands under “%(name)s” already.") % words}
        )


@transaction.atomic
def part(relation: Relation, *, by: User | None) -> None:
    """They are not related so any more."""
    _record("customers.relation.removed", relation, by)
    relation.delete()


def _record(action: str, relation: Relation, by: User | None) -> None:
    """In the log of both."""
    for mine, theirs, forward in (
        (relation.one, relation.other, True),
        (relation.other, relation.one, False),
    ):
        told: dict[str, Any] = {
            "kind": relation.kind.words(forward=forward),
            "other": theirs.name,
            "other_id": theirs.pk,
        }
        audit.record(action, mine, by=by, **told)
    announce("customers.changed", customer_ids=[relation.one_id, relation.other_id])


@transaction.atomic
def add_kind(*, by: User, forward: str, backward: str = "", is_chain: bool = False) -> RelationKind:
    """A kind of the shop's own. Without BACKWARD it reads alike from both ends. ValidationError for one that is
    there, or for a chain that reads alike."""
    one, two = _word(forward, "forward"), _word(backward or forward, "backward")
    if is_chain and one == two:
        raise ValidationError({"backward": _("A chain has a head: say what the other one is.")})
    if RelationKind.objects.filter(forward__iexact=one, backward__iexact=two).exists():
        raise ValidationError({"forward": _("There is such a kind already.")})
    last = RelationKind.objects.order_by("-position").values_list("position", flat=True).first() or 0
    kind = RelationKind.objects.create(
        forward=one, backward=two, is_chain=is_chain, position=min(last + 1, 32_000)
    )
    audit.record("customers.relation_kind.added", kind, by=by)
    return kind


@transaction.atomic
def put_kind_away(kind: RelationKind, *, by: User, back: bool = False) -> None:
    """No new relations of this kind; those that are there stay. BACK: it is used again."""
    kind.archived_at = None if back else timezone.now()
    kind.save(update_fields=["archived_at"])
    audit.record(f"customers.relation_kind.{'restored' if back else 'archived'}", kind, by=by)


def _word(text: str, field: str) -> str:
    kept = one_line(text)
    if not kept:
        raise ValidationError({field: _("Say what they are to each other.")})
    if len(kept) > 60:
        raise ValidationError({field: _("At most %(n)s characters.") % {"n": 60}})
    return kept
