"""Carrying the values of a field over to another row of fields, in pieces that each commit, and back.

What is written while it runs is carried over at once (`follow`); at the end the new row takes over the field's code in
one short transaction. Killed in between, it goes on where the last piece ended.
"""

from __future__ import annotations

import time
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers import custom
from grahak.customers.changing.reading import as_rows, carried, held_of
from grahak.customers.models import AsideValue, ChangeState, CustomField, CustomValue, FieldChange

PIECE: Final = 500
AT_ONCE: Final = 2_000  # values that are carried over while the person waits
SETTLE = custom.KEPT + 0.5  # seconds after which every process knows that the values move


@transaction.atomic
def begin(
    field: CustomField, *, by: User | None, kind: str, options: list[str], words: dict[str, str]
) -> FieldChange:
    """Carry the values of FIELD over to KIND and OPTIONS: at once where they are few, else by a job. Raises Conflict
    while another change runs. WORDS: what becomes of words that leave the list, "" keeps their values aside."""
    old = CustomField.objects.select_for_update().get(pk=field.pk)
    if old.locked_at is not None or old.replaced_by_id is not None or old.archived_at is not None:
        raise Conflict(_("This field is being changed already; look again in a minute."))
    to = CustomField.objects.create(
        code=f"to__{old.pk}__{int(time.time() * 1000)}"[:40], name=old.name, kind=kind, options=options,
        help_text=old.help_text, section=old.section, is_required=old.is_required, position=old.position,
        renamed=_renamed(old, options, words), by=by, archived_at=timezone.now(),
        default=old.default,
    )  # fmt: skip
    if custom.beginning(to) is None:
        to.default = ""
        to.save(update_fields=["default"])
    return _started(FieldChange(field=old, to=to, words=words, by=by), old)


def _renamed(old: CustomField, options: list[str], words: dict[str, str]) -> dict[str, str]:
    """Former words lead to those of today, over several changes too."""
    known = {before: words.get(after, after) for before, after in old.renamed.items()}
    known |= {before.casefold(): after for before, after in words.items()}
    today = {one.casefold() for one in options}
    return {before: after for before, after in known.items() if after in options and before not in today}


def _started(change: FieldChange, source: CustomField) -> FieldChange:
    values = CustomValue.objects.filter(field=source)
    change.total = values.values("customer").distinct().count()
    change.save()
    if change.total <= AT_ONCE:
        while _piece(change):
            pass
        _finish(change)
        return change
    source.locked_at = timezone.now()
    source.save(update_fields=["locked_at"])
    from grahak.customers.changing.jobs import carry_values

    transaction.on_commit(custom.forget)
    transaction.on_commit(lambda: carry_values.enqueue(change=change.pk))
    return change


def carry(change_id: int) -> int:
    """The job: all pieces, then the end. Safe to repeat. Returns how many customers were carried over."""
    change = FieldChange.objects.select_related("field", "to", "undoes").get(pk=change_id)
    if change.state == ChangeState.DONE:
        return change.converted
    locked = change.field.locked_at
    if locked is not None:
        time.sleep(max(0.0, SETTLE - (timezone.now() - locked).total_seconds()))
    more = True
    while more:
        with transaction.atomic():
            more = _piece(change)
    with transaction.atomic():
        while _piece(change):
            pass
        _finish(change)
    return change.converted


def _piece(change: FieldChange) -> bool:
    """Carry the next customers over; False when none is left. A customer's turn is with the first of their rows."""
    locked = FieldChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    change.upto, change.converted, change.aside = locked.upto, locked.converted, locked.aside
    here = CustomValue.objects.filter(field=change.field, pk__gt=change.upto).order_by("pk")
    found = list(here.values_list("pk", "customer_id")[:PIECE])
    if not found:
        return False
    rows: dict[int, list[CustomValue]] = {}
    asked = {customer for _pk, customer in found}
    every = CustomValue.objects.filter(field=change.field, customer_id__in=asked)
    for row in every.select_related("other").order_by("pk"):
        rows.setdefault(row.customer_id, []).append(row)
    turn = {customer: mine for customer, mine in rows.items() if mine[0].pk > change.upto}
    (_carry_back if change.undoes_id else _carry_over)(change, turn)
    change.state, change.upto = ChangeState.RUNNING, found[-1][0]
    change.save(update_fields=["state", "upto", "converted", "aside"])
    return True


def follow(field: CustomField, customers: list[int]) -> None:
    """Values of FIELD were written for these customers while it changes: carry them over, again if need be. In the
    writer's transaction."""
    change = (
        FieldChange.objects.select_for_update(of=("self",)).select_related("to", "undoes").filter(field=field)
    )
    running = change.exclude(state=ChangeState.DONE).first()
    if running is None:
        return
    running.field = field
    rows: dict[int, list[CustomValue]] = {pk: [] for pk in customers}
    every = CustomValue.objects.filter(field=field, customer_id__in=customers).select_related("other")
    for row in every.order_by("pk"):
        rows[row.customer_id].append(row)
    here = {pk: mine for pk, mine in rows.items() if mine}
    if running.undoes_id:
        _carry_back(running, here)
        return
    CustomValue.objects.filter(
        field=running.to, customer_id__in=[pk for pk in rows if pk not in here]
    ).delete()
    _carry_over(running, here)


def put_aside(was: CustomField, field: CustomField, texts: dict[int, str]) -> None:
    """Keep values that came for the former field and do not fit the present one, by customer."""
    change = FieldChange.objects.filter(field=was, to=field).order_by("-pk").first()
    if change is not None and texts:
        AsideValue.objects.filter(change=change, customer_id__in=texts).delete()
        AsideValue.objects.bulk_create(
            [AsideValue(change=change, field=field, customer_id=pk, text=text) for pk, text in texts.items()]
        )


def _carry_over(change: FieldChange, turn: dict[int, list[CustomValue]]) -> None:
    CustomValue.objects.filter(field=change.to, customer_id__in=turn).delete()
    AsideValue.objects.filter(change=change, customer_id__in=turn).delete()
    made: list[CustomValue] = []
    aside: list[AsideValue] = []
    for customer, rows in turn.items():
        value = held_of(change.field, rows)
        got = carried(change.field, change.to, value, change.words)
        made += as_rows(change.to, customer, got.value)
        change.converted += bool(got.value is not None and got.value != [])
        if got.aside:
            aside.append(AsideValue(change=change, field=change.to, customer_id=customer, text=got.aside))
    CustomValue.objects.bulk_create(made, batch_size=PIECE)
    AsideValue.objects.bulk_create(aside, batch_size=PIECE)
    change.aside += len(aside)


def _carry_back(change: FieldChange, turn: dict[int, list[CustomValue]]) -> None:
    """Values that are as the change made them are left to the old rows; what was written since goes back as well,
    where it fits."""
    first = change.undoes
    assert first is not None  # a change back undoes one
    former: dict[int, list[CustomValue]] = {}
    for row in CustomValue.objects.filter(field=change.to, customer_id__in=turn).select_related("other"):
        former.setdefault(row.customer_id, []).append(row)
    made: list[CustomValue] = []
    stale: list[int] = []
    aside: list[AsideValue] = []
    AsideValue.objects.filter(change=change, customer_id__in=turn).delete()
    for customer, rows in turn.items():
        now = held_of(change.field, rows)
        before = former.get(customer)
        if before and _same(change, held_of(change.to, before), now, first.words):
            continue
        got = carried(change.field, change.to, now, _turned(first.words))
        if got.value is not None and got.value != []:
            stale.append(customer)
            made += as_rows(change.to, customer, got.value)
            change.converted += 1
        if got.aside:
            aside.append(AsideValue(change=change, field=change.to, customer_id=customer, text=got.aside))
    CustomValue.objects.filter(field=change.to, customer_id__in=stale).delete()
    CustomValue.objects.bulk_create(made, batch_size=PIECE)
    AsideValue.objects.bulk_create(aside, batch_size=PIECE)
    change.aside += len(aside)


def _same(change: FieldChange, before: Any, now: Any, words: dict[str, str]) -> bool:
    """Whether the value is still what the change made of the one before it."""
    made = carried(change.to, change.field, before, words).value
    return custom.plain(change.field, made) == custom.plain(change.field, now)


def _turned(words: dict[str, str]) -> dict[str, str]:
    return {after: before for before, after in words.items() if after}


def _finish(change: FieldChange) -> None:
    """The new row takes over; the old one keeps its values out of sight."""
    old = CustomField.objects.select_for_update().get(pk=change.field_id)
    to = CustomField.objects.select_for_update().get(pk=change.to_id)
    if change.undoes_id:
        _forget_removed(change)
    code = old.code
    old.code, old.archived_at, old.locked_at = f"{code[:24]}__{old.pk}"[:40], timezone.now(), None
    old.replaced_by = to
    old.save()
    to.code, to.name, to.position = code, old.name, old.position
    to.archived_at = to.locked_at = to.replaced_by = None
    to.save()
    change.state, change.finished_at = ChangeState.DONE, timezone.now()
    change.aside = AsideValue.objects.filter(change=change).count()
    if not change.undoes_id:
        change.converted = CustomValue.objects.filter(field=to).values("customer").distinct().count()
    change.save()
    audit.record(
        "customers.field.changed", to, by=change.by,
        changes={"kind": [str(old.get_kind_display()), str(to.get_kind_display())]} if old.kind != to.kind
        else {"options": [", ".join(old.options), ", ".join(to.options)]},
        converted=change.converted, aside=change.aside,
    )  # fmt: skip
    transaction.on_commit(custom.forget)


def _forget_removed(change: FieldChange) -> None:
    """Values that people took away since are not brought back by an undo; those that never fitted are."""
    now = CustomValue.objects.filter(field_id=change.field_id, customer=OuterRef("customer"))
    aside = AsideValue.objects.filter(change_id=change.undoes_id, customer=OuterRef("customer"))
    rows = CustomValue.objects.filter(field_id=change.to_id)
    rows.filter(~Exists(now), ~Exists(aside)).delete()


@transaction.atomic
def take_back(change: FieldChange, *, by: User | None) -> FieldChange:
    """Undo a change: the former kind, list and values are back; what was written since is carried along where it fits
    and kept aside where not. Raises Conflict where the field was changed again since, or this was undone."""
    locked = FieldChange.objects.select_for_update(of=("self",)).select_related("field").get(pk=change.pk)
    now = CustomField.objects.select_for_update().get(pk=locked.to_id)
    if (
        locked.state != ChangeState.DONE
        or locked.undoes_id
        or FieldChange.objects.filter(undoes=locked).exists()
    ):
        raise Conflict(_("This change was taken back already, or is still under way."))
    if now.replaced_by_id is not None or now.locked_at is not None or now.archived_at is not None:
        raise Conflict(_("The field was changed again since: take that back first."))
    return _started(FieldChange(field=now, to=locked.field, undoes=locked, by=by), now)
