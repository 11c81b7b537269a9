"""Whose rows a resource shows, and the rows that a body names by their numbers."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record
from grahak.core.access import scope_of, scoped
from grahak.core.models import Branch, User
from grahak.customers.merging import kept_ids, kept_of
from grahak.customers.models import Customer

Row = TypeVar("Row", bound=Model)


def customers(principal: Principal, action: str) -> QuerySet[Customer]:
    """The customers that are seen, or may be acted on with ACTION."""
    rows: QuerySet[Customer] = Customer.objects.visible_to(principal)  # type: ignore[arg-type]
    return rows if action == "customers.view" else scoped(rows, principal, action)


def of_customers(
    rows: QuerySet[Any], principal: Principal, action: str, path: str = "customer"
) -> QuerySet[Any]:
    """ROWS whose customer ACTION covers; where it covers all there is nothing to look up."""
    if scope_of(principal, action) == "all" and scope_of(principal, "customers.view") == "all":
        return rows
    return rows.filter(**{f"{path}__in": customers(principal, action).order_by().values("pk")})


def customer_named(principal: Principal, pk: int | None, field: str = "customer") -> Customer:
    """The customer of a number; of one that was merged, the kept one. ValidationError where there is none that the
    principal may see."""
    rows = customers(principal, "customers.view")
    found = rows.filter(pk=pk).first() if pk else None
    if found is not None and found.merged_into_id is not None:
        found = rows.filter(pk=kept_of(found).pk).first()
    if found is not None and found.archived_at is not None:
        found = None
    if found is None:
        raise ValidationError({field: _("There is no such customer.")})
    return found


def kept(principal: Principal, pk: int) -> int | None:
    """Whom a customer was merged into. Nothing more is looked up for one that the principal does not see."""
    rows = customers(principal, "customers.view")
    if not rows.filter(pk=pk, merged_into__isnull=False).exists():
        return None
    found = kept_ids([pk]).get(pk)
    return found if found is not None and rows.filter(pk=found).exists() else None


def named(rows: QuerySet[Row], pk: int | None, field: str) -> Row | None:
    """The row of a number, None for none. ValidationError where the number is nobody's."""
    if pk is None:
        return None
    found = rows.filter(pk=pk).first()
    if found is None:
        raise ValidationError({field: _("There is none of this number.")})
    return found


def placed(principal: Principal, values: Record, action: str, *, adding: bool) -> Record:
    """VALUES with branch and owner as rows. A new record is of the key's branch unless it says another; a key that
    reaches its own branch only can write to no other. ValidationError by field."""
    found = dict(values)
    if "branch" in found:
        found["branch"] = named(Branch.objects.all(), found["branch"], "branch")
    elif adding and principal.branch_id:
        found["branch"] = named(Branch.objects.all(), principal.branch_id, "branch")
    if "owner" in found:
        found["owner"] = named(User.objects.filter(is_active=True), found["owner"], "owner")
    if scope_of(principal, action) == "branch" and "branch" in found:
        branch = found["branch"]
        if branch is not None and branch.pk != principal.branch_id:
            raise ValidationError({"branch": _("The key reaches its own branch only.")})
    return found


def still_seen(rows: QuerySet[Any], pk: int) -> None:
    """ValidationError where a record just written would be out of the key's own reach."""
    if not rows.filter(pk=pk).exists():
        sentence = _(
            "The key could not see this record any more: give it a branch or colleague that it reaches."
        )
        raise ValidationError(sentence)
