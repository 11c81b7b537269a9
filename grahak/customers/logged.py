"""How the log finds a customer again, names its facts, and brings an earlier one back: by the same forms and rules
as if somebody typed it."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.text import capfirst

from grahak.core.access import scoped
from grahak.core.audit_log import Subject, subjects
from grahak.core.models import User
from grahak.customers import actions, custom
from grahak.customers.field_rights import SUBJECT
from grahak.customers.forms import FactsForm
from grahak.customers.forms.customer import FACTS
from grahak.customers.models import Customer

# facts that the log writes by name, and where their rows are
_NAMED: Final = ("owner", "team", "branch")


def _own(name: str) -> Any:
    """The shop's own field that the log calls so."""
    return next((one for one in custom.fields() if name in (one.name, custom.PREFIX + one.code)), None)


def label(name: str) -> Any:
    """A fact in words."""
    if name in FACTS:
        return capfirst(str(Customer._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    return name


def may_edit(user: Any, pk: int) -> Customer | None:
    """The customer, where this person may change it."""
    rows = scoped(Customer.objects.visible_to(user), user, "customers.edit", shared="pk")
    found: Customer | None = (
        rows.filter(pk=pk, merged_into=None).select_related("owner", "team", "branch").first()
    )
    return found


def current(row: Customer, name: str) -> str | None:
    """What stands in a fact now, as the log writes it."""
    if name in FACTS and name != "other_names":
        value = getattr(row, name)
        return "" if value is None else str(value)
    own = _own(name)
    if own is None:
        return None
    value = custom.values_of([row.pk]).get(row.pk, {}).get(own.code)
    return custom.plain(own, value)


def restore(row: Customer, name: str, text: str, by: User) -> None:
    """Write an earlier fact; ValidationError where it can't stand there any more (a colleague who left)."""
    own = _own(name) if name not in FACTS else None
    field = custom.PREFIX + own.code if own is not None else name
    data: Any = {field: text}
    form = FactsForm(None, customer=row, user=by, only=field)
    if name in _NAMED and text:
        found = form.fields[name].queryset.filter(name=text)[:2]  # type: ignore[attr-defined]
        if len(found) != 1:
            raise ValidationError({name: form.fields[name].error_messages["invalid_choice"]})
        data = {name: found[0].pk}
    form = FactsForm(data, customer=row, user=by, only=field)
    if not form.is_valid():
        raise ValidationError({name: [str(one) for errors in form.errors.values() for one in errors]})
    with transaction.atomic():
        actions.edit_customer(row, by=by, **form.values())
        actions.set_own(row, form.own(), by=by)


def hang() -> None:
    """Called once, when the apps are ready."""
    subjects["customers.Customer"] = Subject(
        rights=SUBJECT,
        seen=lambda user: Customer.objects.visible_to(user),
        url=lambda pk: reverse("customers:customer", args=[pk]),
        may_edit=may_edit,
        label=label,
        current=current,
        restore=restore,
    )
