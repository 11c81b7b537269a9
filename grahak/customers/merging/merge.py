"""Two records become one: everything that pointed at the one that goes points at the one that stays, nothing is
dropped, and all of it is written down so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.merging import pointers
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers.actions.names import index_names, sort_name
from grahak.customers.actions.timeline import tell
from grahak.customers.merging import consents, fields, pairs
from grahak.customers.merging.chain import kept_of, live
from grahak.customers.merging.fields import Line
from grahak.customers.merging.journal import Journal
from grahak.customers.merging.people import Person, people, rivals
from grahak.customers.models import Contact, Customer, Identity, Merge

CUSTOMER, CONTACT = "customers.Customer", "customers.Contact"


@dataclass
class Plan:
    """What a merge would do: the FACTS side by side, the PERSONS of the one that goes, the RIVALS (cards and accounts
    that both have), and how many rows go along, in words."""

    kept: Customer
    gone: Customer
    facts: list[Line]
    persons: list[Person]
    rivals: list[dict[str, Any]]
    going: list[tuple[Any, int]]

    @property
    def conflicts(self) -> int:
        return sum(line.conflict for line in self.facts)

    @property
    def tax_ids_differ(self) -> bool:
        mine, theirs = self.kept.tax_id.strip().upper(), self.gone.tax_id.strip().upper()
        return bool(mine and theirs and mine != theirs)


def plan(
    kept: Customer, gone: Customer, choices: Mapping[str, str] | None = None, hidden: Iterable[str] = ()
) -> Plan:
    """Look at two customers; changes nothing."""
    return Plan(
        kept,
        gone,
        fields.lines(kept, gone, choices, hidden),
        people(kept, gone),
        rivals(kept, gone),
        going(kept, gone),
    )


def going(kept: Customer, gone: Customer) -> list[tuple[Any, int]]:
    """(what, how many) of the rows that would go along, with what hangs on the customer itself."""
    counted = [
        (one.says, one.going(kept.pk, gone.pk).count()) for one in pointers(CUSTOMER) if one.says and one.rule != "stay"
    ]  # fmt: skip
    return [(says, many) for says, many in counted if many]


def better(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """(to keep, to go): whom more hangs on, else the older record."""
    weight = {row.pk: 0 for row in (one, other)}
    for pointer in pointers(CUSTOMER):
        if pointer.says and pointer.rule == "move" and not pointer.unless:
            for pk in weight:
                weight[pk] += pointer.table._base_manager.filter(**{f"{pointer.field}_id": pk})[:200].count()
    if (weight[other.pk], -other.pk) > (weight[one.pk], -one.pk):
        return other, one
    return one, other


def locked(ids: Iterable[int]) -> dict[int, Customer]:
    """These customers, locked in the order of their numbers, so that two who merge at once wait and never embrace."""
    rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}


def _refuse(kept: Customer | None, gone: Customer | None) -> None:
    if kept is None or gone is None:
        raise Conflict(_("One of the two is no longer there."))
    if kept.pk == gone.pk:
        raise ValidationError(_("Choose two different customers."))
    for one in (kept, gone):
        if one.source == "erased":
            raise Conflict(_("One of the two was erased for good; there is nothing left to merge."))
    for one, other in ((gone, kept), (kept, gone)):
        if one.merged_into_id is None:
            continue
        row = live().filter(gone=one).select_related("by").first()
        into = kept_of(one)
        who = row.by.name if row is not None and row.by else _("Somebody")
        if into.pk == other.pk:
            raise Conflict(_("%(who)s merged these two just before you.") % {"who": who})
        raise Conflict(
            _("%(who)s merged “%(gone)s” into “%(kept)s” meanwhile.")
            % {"who": who, "gone": one.name, "kept": into.name}
        )
    if kept.archived_at is not None:
        raise Conflict(
            _("“%(name)s” was put away. Bring it back first, or keep the other one.") % {"name": kept.name}
        )


@transaction.atomic
def merge_customers(
    kept: Customer,
    gone: Customer,
    *,
    by: User | None,
    choices: Mapping[str, str] | None = None,
    persons: Mapping[int, int | None] | None = None,
    agreed: bool = False,
) -> Merge:
    """GONE becomes part of KEPT. CHOICES say per fact whose value stays ("kept" or "gone"), PERSONS which contact of
    GONE is which contact of KEPT (None: another person); what is not said is as `plan` proposes. Where both have a
    card or an account of their own, ValidationError (keyed "agreed") until AGREED. Conflict where somebody was
    quicker, or one of them was erased. Announces customers.merged."""
    fields.check(choices or {})
    rows = locked((kept.pk, gone.pk))
    mine, theirs = rows.get(kept.pk), rows.get(gone.pk)
    _refuse(mine, theirs)
    if mine is None or theirs is None:  # _refuse raised; the type checker can't know
        raise AssertionError
    if not agreed and rivals(mine, theirs):
        raise ValidationError(
            {
                "agreed": _(
                    "Both have a card or an account of their own. Say that you have seen it: both stay."
                )
            }
        )
    merge = Merge.objects.create(kept=mine, gone=theirs, by=by, put_away_at=theirs.archived_at)
    journal = Journal(merge)
    merge.folded = _fold(journal, mine, theirs, persons)
    _set_facts(journal, mine, theirs, choices)
    _move(journal, mine, theirs, {pair[0] for pair in merge.folded})
    Customer.objects.filter(pk=theirs.pk).update(
        merged_into=mine, archived_at=theirs.archived_at or timezone.now()
    )
    pairs.joined(journal, mine.pk, theirs.pk, by)
    merge.counts = journal.counts
    merge.save(update_fields=["folded", "counts"])
    index_names([mine.pk])
    _tell(merge, mine, theirs, by)
    return merge


def _tell(merge: Merge, kept: Customer, gone: Customer, by: User | None) -> None:
    tell(
        kept, "customers.customer.merged", group="other", by=by, subject="merge", subject_id=merge.pk, title=gone.name,
        facts={"other": gone.pk},
    )  # fmt: skip
    audit.record("customers.customer.merged", kept, by=by, merge=merge.pk, gone=gone.pk, name=gone.name)
    announce("customers.changed", customer_ids=[kept.pk, gone.pk])
    announce("customers.merged", kept_id=kept.pk, gone_id=gone.pk)


def _fold(
    journal: Journal, kept: Customer, gone: Customer, persons: Mapping[int, int | None] | None
) -> list[list[int]]:
    """Let contacts that are one person become one; returns [gone, kept] pairs."""
    given = dict(persons or {})
    proposed = people(kept, gone)
    theirs = set(Contact.objects.filter(customer=kept).values_list("pk", flat=True))
    chosen = {one.contact.pk: given.get(one.contact.pk, one.choice) for one in proposed}
    used = [to for to in chosen.values() if to is not None]
    if set(given) - set(chosen) or set(used) - theirs or len(used) != len(set(used)):
        raise ValidationError({"persons": _("Each contact can be one with one contact of the other record.")})
    out = []
    for pk, to in chosen.items():
        if to is not None:
            consents.fold(journal, pk, to)
            consents.wishes(journal, pk, to)
            for pointer in pointers(CONTACT):
                if pointer.model == "customers.Identity":
                    journal.aside(Identity.objects.filter(pk__in=pointer.staying(to, pk).values("pk")))
                journal.move(pointer, pk, to)
            out.append([pk, to])
    return out


def _move(journal: Journal, kept: Customer, gone: Customer, folded: set[int]) -> None:
    has_first = Contact.objects.filter(customer=kept, is_primary=True).exists()
    for first in Contact.objects.filter(customer=gone, is_primary=True).exclude(pk__in=folded):
        if has_first:
            journal.change(first, is_primary=False)
    for pointer in pointers(CUSTOMER):
        # who was brought by the one that stays cannot have brought it: see fields.chosen
        but = {kept.pk} if pointer.model == CUSTOMER else set()
        moved = journal.move(pointer, gone.pk, kept.pk, but=folded if pointer.model == CONTACT else but)
        if pointer.model == CONTACT:
            consents.same_address(journal, moved, kept.pk)


def _set_facts(journal: Journal, kept: Customer, gone: Customer, choices: Mapping[str, str] | None) -> None:
    values = fields.chosen(kept, gone, choices)
    if "name" in values:
        values["name_sort"] = sort_name(values["name"])
    values["updated_at"] = timezone.now()
    journal.change(kept, **values)
    for mine, theirs in fields.own_taken(kept, gone, choices):
        journal.change(mine, text=theirs.text, number=theirs.number, day=theirs.day, other_id=theirs.other_id)


def gather(merge: Merge) -> int:
    """What reached the one that went after the merge (an import that had found it before, a page that stood open)
    goes along too. Safe to repeat; returns how many rows."""
    with transaction.atomic():
        rows = locked((merge.kept_id, merge.gone_id))
        found = live().filter(pk=merge.pk).first()
        if found is None or len(rows) < 2:
            return 0
        journal = Journal(found)
        before = sum(journal.counts.values())
        folded = {pair[0] for pair in found.folded}
        for pk, to in found.folded:
            for pointer in pointers(CONTACT):
                if pointer.model == "customers.Consent":
                    consents.fold(journal, pk, to)
                journal.move(pointer, pk, to)
        has_first = Contact.objects.filter(customer_id=found.kept_id, is_primary=True).exists()
        for first in Contact.objects.filter(customer_id=found.gone_id, is_primary=True).exclude(
            pk__in=folded
        ):
            if has_first:
                journal.change(first, is_primary=False)
        for pointer in pointers(CUSTOMER):
            journal.move(
                pointer, found.gone_id, found.kept_id, but=folded if pointer.model == CONTACT else ()
            )
        many = sum(journal.counts.values()) - before
        if many:
            found.counts = journal.counts
            found.save(update_fields=["counts"])
            announce("customers.changed", customer_ids=[found.kept_id, found.gone_id])
            announce("customers.merged", kept_id=found.kept_id, gone_id=found.gone_id)
        return many


def gather_strays() -> int:
    """`gather` for every merge that holds and of whose gone customer something was written since; a few short
    questions where nothing was."""
    gone = Customer.objects.filter(merged_into__isnull=False).values("pk")
    found: set[int] = set()
    for pointer in pointers(CUSTOMER):
        if pointer.rule == "move" and not pointer.unless and pointer.model not in (CONTACT, CUSTOMER):
            rows = pointer.table._base_manager.filter(**{f"{pointer.field}__in": gone})
            found |= set(rows.order_by().values_list(f"{pointer.field}_id", flat=True).distinct())
    # who is left at a merged customer are contacts that became one with another
    for pointer in pointers(CONTACT):
        if pointer.rule == "move" and not pointer.unless and not pointer.is_single:
            rows = pointer.table._base_manager.filter(**{f"{pointer.field}__customer__in": gone})
            found |= set(rows.order_by().values_list(f"{pointer.field}__customer_id", flat=True).distinct())
    return sum(gather(merge) for merge in live().filter(gone__in=found).order_by("pk"))
