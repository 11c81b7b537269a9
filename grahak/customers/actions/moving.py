"""A card of the customers' board is put into another column."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grahak.core.models import User
from grahak.customers import custom
from grahak.customers.actions.custom import set_own
from grahak.customers.actions.customers import edit_customer
from grahak.customers.models import OPEN, Customer, Lead, Lifecycle

NONE = "none"


@transaction.atomic
def move_card(customer: Customer, code: str, value: str, *, by: User) -> str:
    """Put CUSTOMER into the column VALUE of the board by CODE ("lifecycle", "owner", a choice field with its prefix).
    Returns the column it stood in. ValidationError where it cannot stand there."""
    if code == "lifecycle":
        return _live(customer, value, by)
    if code == "owner":
        before = str(customer.owner_id or NONE)
        owner = None
        if value != NONE:
            owner = User.objects.filter(pk=int(value), is_active=True).first() if value.isdecimal() else None
            if owner is None:
                raise ValidationError(_("There is no such colleague."))
        edit_customer(customer, by=by, owner=owner)
        return before
    field = custom.field_named(code)
    if field is None:
        raise ValidationError(_("There is no such field."))
    held = custom.values_of([customer.pk]).get(customer.pk, {}).get(field.code)
    set_own(customer, {field.code: None if value == NONE else value}, by=by)
    return str(held) if held else NONE


def _live(customer: Customer, value: str, by: User) -> str:
    """Leads and prospects go on in their life by the leads' own verbs; who lapsed, orders say (ADR 10)."""
    from grahak.customers.leads import actions as leads

    before = customer.lifecycle
    if before == value:
        return before
    if value == Lifecycle.CUSTOMER and before in (Lifecycle.LEAD, Lifecycle.PROSPECT):
        leads.convert(customer, by=by)
        return before
    lead = Lead.objects.filter(customer=customer, state__in=OPEN).first()
    if value == Lifecycle.PROSPECT and before == Lifecycle.LEAD and lead is not None:
        leads.qualify(lead, by=by)
        return before
    raise ValidationError(
        _("Leads become prospects, leads and prospects become customers. Who has lapsed, their orders say.")
    )
