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
from grahak.core.refusals import Conflict
from grahak.customers import custom
from grahak.customers.changing import carry, plan, reading
from grahak.customers.models import (
    AsideValue,
    Customer,
    CustomField,
    CustomKind,
    CustomValue,
    FieldChange,
)
from grahak.customers.text import one_line

MOST_FIELDS, MOST_OPTIONS = 100, 200
BESIDE = ("help_text", "section", "default", "is_required")  # what changes nothing about values


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
    others = custom.known().exclude(pk=own.pk) if own else custom.known()
    if any(other.casefold() == name.casefold() for other in others.values_list("name", flat=True)):
        raise ValidationError({"name": _("There is a field of this name already.")})
    return name


def _beside(field: CustomField, given: Mapping[str, Any]) -> None:
    """Set what is said about a field beside its kind. ValidationError on "default" where it does not fit the kind."""
    unknown = set(given) - set(BESIDE)
    if unknown:
        raise TypeError(f"a field has no {', '.join(sorted(unknown))}")
    for name, value in given.items():
        setattr(field, name, bool(value) if name == "is_required" else one_line(str(value or "")))
    if len(field.help_text) > 200 or len(field.section) > 60 or len(field.default) > 200:
        raise ValidationError({"help_text": _("That is too long.")})
    if field.default and field.kind == CustomKind.CUSTOMER:
        raise ValidationError({"default": _("Such a field begins empty.")})
    try:
        custom.cleaned(field, field.default)
    except ValidationError as error:
        raise ValidationError({"default": error.messages}) from None


@transaction.atomic
def add_field(
    *, by: User | None, name: str, kind: str, options: Iterable[str] = (), **beside: Any
) -> CustomField:
    """A new field, at the end. BESIDE: of BESIDE. ValidationError names what is wrong: name, kind, options, default."""
    if kind not in CustomKind.values:
        raise ValidationError({"kind": _("There is no such kind of field.")})
    if custom.known().count() >= MOST_FIELDS:
        raise ValidationError({"name": _("A shop may have 100 fields of its own.")})
    name = _named(name)
    last = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
    field = CustomField(
        code=_code(name), name=name, kind=kind, options=_options(options, kind), position=last + 1, by=by
    )
    _beside(field, beside)
    field.save()
    audit.record("customers.field.added", field, by=by, kind=kind)
    transaction.on_commit(custom.forget)
    return field


def _code(name: str) -> str:
    taken = set(CustomField.objects.values_list("code", flat=True))
    base = slugify(name)[:30].replace("-", "_") or "field"
    code, turn = base, 2
    while code in taken:
        code, turn = f"{base}_{turn}", turn + 1
    return code


def as_asked(field: CustomField, kind: str, options: Iterable[str]) -> CustomField:
    """FIELD as it would be with another kind and list, not kept. A list without words takes those that stand there.
    ValidationError on "kind" or "options"."""
    if kind not in CustomKind.values:
        raise ValidationError({"kind": _("There is no such kind of field.")})
    given = list(options)
    if kind in custom.LISTS and field.kind not in custom.LISTS and not any(one_line(one) for one in given):
        given = plan.words_of(field, MOST_OPTIONS)
    return CustomField(code=field.code, name=field.name, kind=kind, options=_options(given, kind))


def carries(field: CustomField, new: CustomField) -> bool:
    """Whether the change touches values: another kind, or words leaving the list or called otherwise."""
    gone = [word for word in field.options if word not in new.options]
    if field.kind == new.kind and not gone:
        return False
    values = CustomValue.objects.filter(field_id=field.pk)
    return (values if field.kind != new.kind else values.filter(text__in=gone)).exists()


@transaction.atomic
def change_field(
    field: CustomField,
    *,
    by: User | None,
    name: str,
    kind: str,
    options: Iterable[str] = (),
    words: Mapping[str, str] | None = None,
    aside: bool = False,
    **beside: Any,
) -> FieldChange | None:
    """Rename a field, change its list, or its kind. Values are read anew as the new kind; WORDS says what becomes of
    words that leave the list. Where a value does not fit nothing is changed (ValidationError on "kind" or "options"
    says how many and the first) unless ASIDE: then such values are kept aside. Gives the change of the values, None
    where none was touched; it may still be under way, and can be taken back (changing.carry.take_back)."""
    locked = CustomField.objects.select_for_update().get(pk=field.pk)
    before = {name: getattr(locked, name) for name in ("name", "kind", "options", *BESIDE)}
    new, named = as_asked(locked, kind, options), _named(name, locked)
    renamed = {old: word for old, word in (words or {}).items() if old in locked.options and old != word}
    touches = carries(locked, new)
    if touches and not aside:
        _refuse_losses(locked, new, renamed)
    locked.name = named
    for one in BESIDE:
        setattr(new, one, getattr(locked, one))
    if custom.beginning(new) is None:
        new.default = ""
    _beside(new, beside)
    for one in BESIDE:
        setattr(locked, one, getattr(new, one))
    if not touches:
        locked.kind, locked.options = new.kind, new.options
    locked.save()
    changed = audit.changed(before, {name: getattr(locked, name) for name in before})
    if changed:
        audit.record("customers.field.edited", locked, by=by, changes=changed)
    transaction.on_commit(custom.forget)
    if not touches:
        return None
    return carry.begin(locked, by=by, kind=new.kind, options=new.options, words=renamed)


def _refuse_losses(field: CustomField, new: CustomField, words: Mapping[str, str]) -> None:
    found = plan.plan(field, new, words)
    if found.misfits:
        said = _("%(n)s values cannot be read so, the first is “%(first)s”. Nothing was changed.")
        where = "options" if field.kind == new.kind else "kind"
        raise ValidationError({where: said % {"n": found.misfits, "first": found.bad[0][0][:120]}})


@transaction.atomic
def settle(aside: AsideValue, value: Any, *, by: User | None) -> None:
    """Write what a value that was kept aside should be, or None to leave it out. ValidationError for a bad value."""
    if value is not None and value != [] and value != "":
        set_own(aside.customer, {aside.field.code: value}, by=by)
    AsideValue.objects.filter(pk=aside.pk).update(settled_at=timezone.now())
    audit.record(
        "customers.field.settled", aside.customer, by=by, field=aside.field.name, text=aside.text[:200]
    )


@transaction.atomic
def put_field_away(field: CustomField, *, by: User | None) -> None:
    """Take a field out of forms, lists and files; its values stay and come back with it. Conflict while its values are
    carried over."""
    if CustomField.objects.filter(pk=field.pk, locked_at__isnull=False).exists():
        raise Conflict(_("This field is being changed just now; look again in a minute."))
    if CustomField.objects.filter(pk=field.pk, archived_at=None).update(archived_at=timezone.now()):
        audit.record("customers.field.archived", field, by=by)
    transaction.on_commit(custom.forget)


@transaction.atomic
def bring_field_back(field: CustomField, *, by: User | None) -> None:
    """Use a field again that was put away."""
    if custom.known().filter(pk=field.pk).exists() and CustomField.objects.filter(
        pk=field.pk, archived_at__isnull=False
    ).update(archived_at=None):
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


def _values(customer: Customer, fields: Mapping[str, CustomField]) -> dict[str, Any]:
    """The customer's values of these fields by their codes."""
    rows: dict[int, list[CustomValue]] = {}
    for row in CustomValue.objects.filter(customer=customer, field__in=fields.values()).select_related(
        "other"
    ):
        rows.setdefault(row.field_id, []).append(row)
    return {code: reading.held_of(one, rows[one.pk]) for code, one in fields.items() if one.pk in rows}


@transaction.atomic
def set_own(customer: Customer, values: Mapping[str, Any], *, by: User | None) -> bool:
    """Write a customer's values of fields, by the fields' codes; None or [] takes one away. Only what differs is
    written, audited and announced; gives whether anything did. ValidationError names the field with its prefix,
    KeyError a code that no field in use has."""
    known = custom.held_still(values)
    before = _values(customer, known)
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
        if field.locked_at is not None:
            carry.follow(field, [customer.pk])
        changes[field.name] = [custom.plain(field, old), custom.plain(field, value)]
    if not changes:
        return False
    audit.record("customers.customer.edited", customer, by=by, changes=changes)
    announce("customers.changed", customer_ids=[customer.pk])
    announce("customers.edited", customer_ids=[customer.pk], fields=["own"])
    return True
