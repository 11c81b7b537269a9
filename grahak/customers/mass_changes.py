"""Changes of very many customers by a job: begun, brought forward piece by piece, taken back. A killed job goes on: who
has the value already is passed over."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from grahak.core import audit
from grahak.core.access import scoped
from grahak.core.models import Batch, User
from grahak.core.refusals import Conflict
from grahak.customers import actions
from grahak.customers.actions.mass import begun, steps
from grahak.customers.actions.undoing import Undone, close, give_back_some
from grahak.customers.models import Customer, MassChange, MassState
from grahak.customers.selection import Selection

NEEDS: Final = {"archive": "customers.archive"}
SAYS: Final = {
    "tag": "customers.tag.added",
    "untag": "customers.tag.removed",
    "assign": "customers.owner.assigned",
    "archive": "customers.customers.archived",
    "set": "customers.field.set",
}


def may_change(user: User, verb: str) -> Any:
    """The customers whom this person may change so."""
    rows = scoped(Customer.objects.visible_to(user), user, NEEDS.get(verb, "customers.mass"))
    return rows if verb != "set" else scoped(rows, user, "customers.edit")


def do(
    verb: str,
    field: str,
    value: Any,
    ids: list[int],
    *,
    by: User,
    batch: Batch | None = None,
    label: str = "",
) -> Batch:
    """One verb for these customers. VALUE is as it was typed: a tag, a colleague's number, or what the form of FIELD
    takes. ValidationError where it is no longer a value."""
    match verb:
        case "tag":
            return actions.tag_customers(ids, value, by=by, batch=batch)
        case "untag":
            return actions.untag_customers(ids, value, by=by, batch=batch)
        case "assign":
            owner = None if value == "none" else User.objects.get(pk=int(value))
            return actions.assign_owner(ids, owner, by=by, batch=batch)
        case "archive":
            return actions.archive_customers(ids, by=by, batch=batch)
        case "set":
            return actions.set_many(ids, field, cleaned(field, value, by), by=by, batch=batch, label=label)
    raise ValueError(verb)


def cleaned(field: str, typed: list[str], user: User) -> Any:
    """What people typed for a field, as it is kept. ValidationError says what is wrong; KeyError for a field that this
    person may not set."""
    from grahak.customers.forms.mass import ValueForm

    data = QueryDict(mutable=True)
    data.setlist("value", typed)
    form = ValueForm(data, field=field, user=user)
    if not form.is_valid():
        raise ValidationError([str(error) for errors in form.errors.values() for error in errors])
    return form.cleaned_data["value"]


@transaction.atomic
def begin(verb: str, field: str, value: Any, chosen: Selection, label: str, *, by: User) -> MassChange:
    """Write down what is to be done and give it to the job."""
    from grahak.customers.jobs import change_many

    change = MassChange.objects.create(
        batch=begun(verb, label, by), verb=verb, field=field, value=value, query=chosen.query,
        ids=list(chosen.ids),
    )  # fmt: skip
    transaction.on_commit(lambda: change_many.enqueue(change=change.pk))
    return change


def run(change_id: int) -> int:
    """The job. Returns how many were changed in all."""
    change = MassChange.objects.select_related("batch__by").get(pk=change_id)
    user = change.batch.by
    if change.state not in (MassState.WAITING, MassState.RUNNING) or user is None:
        return change.changed
    ids = [pk for part in Selection(change.query, tuple(change.ids)).parts(user) for pk in part]
    MassChange.objects.filter(pk=change_id).update(state=MassState.RUNNING, total=len(ids), done=0)
    for step in steps(ids):
        with transaction.atomic():
            change = (
                MassChange.objects.select_for_update(of=("self",)).select_related("batch").get(pk=change_id)
            )
            may = set(may_change(user, change.verb).filter(pk__in=step).values_list("pk", flat=True))
            kept = [pk for pk in step if pk in may]
            batch = do(change.verb, change.field, change.value, kept, by=user, batch=change.batch)
            change.done += len(step)
            change.changed += getattr(batch, "customers", 0)
            change.save(update_fields=["done", "changed"])
    with transaction.atomic():
        change.state, change.finished_at = MassState.DONE, timezone.now()
        change.save(update_fields=["state", "finished_at"])
        audit.record(
            SAYS[change.verb], change.batch, by=user, label=change.batch.label, customers=change.changed
        )
    return change.changed


@transaction.atomic
def begin_undo(batch: Batch, *, by: User) -> MassChange:
    """Take a large change back by a job. Conflict while it is still being made, or where it was taken back."""
    from grahak.customers.jobs import undo_many

    change, _new = MassChange.objects.get_or_create(
        batch=batch, defaults={"verb": batch.kind, "state": MassState.DONE}
    )
    if batch.undone_at is not None or change.state != MassState.DONE:
        raise Conflict
    change.state, change.back, change.left = MassState.UNDOING, 0, 0
    change.save(update_fields=["state", "back", "left"])
    transaction.on_commit(lambda: undo_many.enqueue(change=change.pk, by=by.pk))
    return change


def run_undo(change_id: int, by: int) -> int:
    """The job that takes it back. Returns how many have their former value."""
    user = User.objects.get(pk=by)
    while True:
        with transaction.atomic():
            locked = MassChange.objects.select_for_update(of=("self",)).select_related("batch")
            change = locked.get(pk=change_id)
            if change.state != MassState.UNDOING:
                return change.back
            found = give_back_some(change.batch, by=user)
            if found is None:
                close(change.batch, Undone(change.back, change.left), by=user)
                change.state = MassState.UNDONE
                change.save(update_fields=["state"])
                return change.back
            change.back += found.back
            change.left += found.left
            change.save(update_fields=["back", "left"])
