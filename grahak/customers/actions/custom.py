"""A shop's own fields are made, changed and put away; a customer's values of them are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers import custom
from grahak.customers.models import Customer, CustomField, CustomKind, CustomValue
from grahak.customers.text import one_line

MOST_FIELDS, MOST_OPTIONS = 100, 200
TEXTUAL = (CustomKind.TEXT, CustomKind.CHOICE, CustomKind.CHOICES)


def _options(words: Iterable[str], kind: str) -> list[str]:
    found = list(dict.fromkeys(one_line(word)[:100] for word in words if one_line(word)))
    if kind not in custom.LISTS:
        return []
    if not found:
        raise ValidationError({"options": _("Write at least one word for the list.")})
    if len(found) > MOST_OPTIONS:
        raise ValidationError({"options": _("At most 200 words in a list.")})
    return found


def _named(name: str, own: CustomField | None = None) -> str:
    name = one_line(name)
    if not name:
        raise ValidationError({"name": _("Every field needs a name.")})
    others = CustomField.objects.exclude(pk=own.pk) if own else CustomField.objects.all()
    if any(other.casefold() == name.casefold() for other in others.values_list("name", flat=True)):
        raise ValidationError({"name": _("There is a field of this name already.")})
    return name


@transaction.atomic
def add_field(*, by: User | None, name: str, kind: str, options: Iterable[str] = ()) -> CustomField:
    """A new field, at the end. ValidationError names what is wrong: name, kind or options."""
    if kind not in CustomKind.values:
        raise ValidationError({"kind": _("There is no such kind of field.")})
    if CustomField.objects.count() >= MOST_FIELDS:
        raise ValidationError({"name": _("A shop may have 100 fields of its own.")})
    name = _named(name)
    last = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
    taken = set(CustomField.objects.values_list("code", flat=True))
    base = slugify(name)[:30].replace("-", "_") or "field"
    code, turn = base, 2
    while code in taken:
        code, turn = f"{base}_{turn}", turn + 1
    field = CustomField.objects.create(
        code=code, name=name, kind=kind, options=_options(options, kind), position=last + 1, by=by
    )
    audit.record("customers.field.added", field, by=by, kind=kind)
    transaction.on_commit(custom.forget)
    return field


@transaction.atomic
def change_field(
    field: CustomField, *, by: User | None, name: str, kind: str, options: Iterable[str] = ()
) -> int:
    """Rename a field, change its list, or its kind. Values are read anew as the new kind; one that cannot be read
    so would be lost, and then nothing is changed: ValidationError on "kind" or "options" says how many and names
    the first. Returns how many values were rewritten."""
    locked = CustomField.objects.select_for_update().get(pk=field.pk)
    before = {"name": locked.name, "kind": locked.kind, "options": locked.options}
    name, words = _named(name, locked), _options(options, kind)
    if kind not in CustomKind.values:
        raise ValidationError({"kind": _("There is no such kind of field.")})
    rewritten = 0
    old = CustomField(
        pk=locked.pk, code=locked.code, name=locked.name, kind=locked.kind, options=locked.options
    )
    locked.name, locked.kind, locked.options = name, kind, words
    if (old.kind, old.options) != (kind, words):
        rewritten = _reread(old, locked)
    locked.save()
    changed = audit.changed(before, {"name": name, "kind": kind, "options": words})
    if changed:
        audit.record("customers.field.edited", locked, by=by, changes=changed)
    transaction.on_commit(custom.forget)
    return rewritten


def _reread(old: CustomField, new: CustomField) -> int:
    """Bring all values of a field from one kind or list to another, in the caller's transaction."""
    rows: dict[int, list[CustomValue]] = {}
    for row in CustomValue.objects.filter(field_id=old.pk).select_related("other", "customer").order_by("pk"):
        rows.setdefault(row.customer_id, []).append(row)
    bad: list[str] = []
    kept: list[tuple[Customer, Any]] = []
    for mine in rows.values():
        value: Any = (
            [row.text for row in mine] if old.kind == CustomKind.CHOICES else custom.held(old, mine[0])
        )
        written = value if old.kind == new.kind else custom.plain(old, value)
        try:
            kept.append((mine[0].customer, custom.cleaned(new, written)))
        except ValidationError:
            bad.append(f"{mine[0].customer.name}: {custom.plain(old, value)}")
    if bad:
        words = _("%(n)s values cannot be read so, the first is “%(first)s”. Nothing was changed.")
        where = "options" if old.kind == new.kind else "kind"
        raise ValidationError({where: words % {"n": len(bad), "first": bad[0][:120]}})
    CustomValue.objects.filter(field_id=old.pk).delete()
    for customer, value in kept:
        custom.keep(customer, new, value)
    return len(kept)


@transaction.atomic
def put_field_away(field: CustomField, *, by: User | None) -> None:
    """Take a field out of forms, lists and files; its values stay and come back with it."""
    if CustomField.objects.filter(pk=field.pk, archived_at=None).update(archived_at=timezone.now()):
        audit.record("customers.field.archived", field, by=by)
    transaction.on_commit(custom.forget)


@transaction.atomic
def bring_field_back(field: CustomField, *, by: User | None) -> None:
    """Use a field again that was put away."""
    if CustomField.objects.filter(pk=field.pk, archived_at__isnull=False).update(archived_at=None):
        audit.record("customers.field.restored", field, by=by)
    transaction.on_commit(custom.forget)


@transaction.atomic
def move_field(field: CustomField, *, by: User | None, up: bool) -> None:
    """Change places with the neighbour above or below."""
    order = list(CustomField.objects.filter(archived_at=None))
    at = next((place for place, one in enumerate(order) if one.pk == field.pk), None)
    other = None if at is None else at - 1 if up else at + 1
    if at is None or other is None or not 0 <= other < len(order):
        return
    order[at], order[other] = order[other], order[at]
    for place, one in enumerate(order):
        if one.position != place:
            CustomField.objects.filter(pk=one.pk).update(position=place)
    audit.record("customers.field.moved", field, by=by)
    transaction.on_commit(custom.forget)


@transaction.atomic
def set_own(customer: Customer, values: Mapping[str, Any], *, by: User | None) -> bool:
    """Write a customer's values of fields, by the fields' codes; None or [] takes one away. Only what differs is
    written, audited and announced; gives whether anything did. ValidationError names the field with its prefix,
    KeyError a code that no field in use has."""
    known = {one.code: one for one in custom.fields()}
    before = custom.values_of([customer.pk]).get(customer.pk, {})
    changes: dict[str, list[str]] = {}
    for code, given in values.items():
        field = known[code]
        try:
            value = custom.cleaned(field, given)
        except ValidationError as error:
            raise ValidationError({custom.PREFIX + code: error.messages}) from None
        old = before.get(code)
        if custom.plain(field, old) == custom.plain(field, value):
            continue
        custom.keep(customer, field, value)
        changes[field.name] = [custom.plain(field, old), custom.plain(field, value)]
    if not changes:
        return False
    audit.record("customers.customer.edited", customer, by=by, changes=changes)
    announce("customers.changed", customer_ids=[customer.pk])
    return True
