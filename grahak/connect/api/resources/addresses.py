"""The further addresses of customers: godowns, branches, where goods and bills go."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grahak.connect.api import rights
from grahak.connect.api.fields import BOOL, ID, MOMENT, TEXT, Field, Kind, Narrow, Wrong, choice
from grahak.connect.api.principal import Principal
from grahak.connect.api.problems import Problem
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.connect.api.resources.customers import SUBJECT
from grahak.customers.actions import addresses as actions
from grahak.customers.models import Address
from grahak.customers.models.addresses import AddressKind

KIND = choice(list(AddressKind.values))


def _degrees(most: int) -> Kind:
    """A latitude (MOST 90) or longitude (180), WGS 84."""

    def take(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise Wrong(_("This must be a number."))
        if abs(value) > most:
            raise Wrong(_("This number is too large."))
        return float(value)

    return Kind({"type": "number", "minimum": -most, "maximum": most}, take)


def _rows(principal: Principal, action: str) -> QuerySet[Address]:
    """None for a role from which addresses are hidden."""
    if rights.is_hidden(principal, SUBJECT, "address"):
        return Address.objects.none()
    return reach.of_customers(Address.objects.filter(removed_at=None).order_by(), principal, action)


def _open(principal: Principal) -> None:
    if rights.is_locked(principal, SUBJECT, "address"):
        raise Problem("forbidden")


def _add(principal: Principal, values: Record) -> int:
    _open(principal)
    customer = reach.customer_named(principal, values.pop("customer"))
    reach.still_seen(reach.customers(principal, "customers.edit"), customer.pk)
    return actions.add_address(customer, by=None, **values).pk


def _change(principal: Principal, row: Address, values: Record) -> None:
    _open(principal)
    actions.edit_address(row, by=None, **values)


def _remove(principal: Principal, row: Address) -> None:
    _open(principal)
    actions.remove_address(row, by=None)


ADDRESSES = Resource(
    name="addresses",
    noun="address",
    subject="customers.address",
    says="Addresses of customers beside the main one, in the parts in which they are written.",
    view="customers.view",
    edit="customers.edit",
    rows=_rows,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", write="add", required=True),
        Field("kind", KIND, write="both"),
        Field(
            "addressee", TEXT, write="both", length=120, says="In whose name, where it is not the customer's."
        ),
        Field("phone", TEXT, write="both", length=40, column="phone", subject=SUBJECT),
        Field("unit", TEXT, write="both", length=60, says="Shop or house number."),
        Field("floor", TEXT, write="both", length=40),
        Field("building", TEXT, write="both", length=120, says="Market, plaza or building."),
        Field("street", TEXT, write="both", length=160),
        Field("landmark", TEXT, write="both", length=120),
        Field("area", TEXT, write="both", length=120),
        Field("city", TEXT, write="both", length=80),
        Field("district", TEXT, write="both", length=80),
        Field("region", TEXT, write="both", length=80, says="State or province."),
        Field("postcode", TEXT, write="both", length=12),
        Field("country", TEXT, write="both", length=2, says="ISO 3166-1, two letters."),
        Field("latitude", _degrees(90), write="both", nullable=True, says="Degrees, WGS 84."),
        Field("longitude", _degrees(180), write="both", nullable=True),
        Field("ships", BOOL, write="both", says="Goods go here: at most one address of a customer says so."),
        Field("bills", BOOL, write="both", says="Bills go here: at most one address of a customer says so."),
        Field("created_at", MOMENT),
    ),
    filters=(
        Narrow("customer", ID, "customer_id", moved=reach.kept),
        Narrow("kind", KIND, "kind"),
        Narrow("city", TEXT, "city"),
        Narrow("ships", BOOL, "ships"),
        Narrow("bills", BOOL, "bills"),
    ),
    add=_add,
    change=_change,
    remove=_remove,
)
