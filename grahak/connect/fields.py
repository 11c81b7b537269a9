"""What a column of a file can be, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.connect.reading import FIELDS, heading_key
from grahak.customers import custom
from grahak.customers import field_rights as rights
from grahak.customers.models import CustomKind

LABELS: dict[str, Any] = {
    "external_id": _("Customer's code"),
    "name": _("Name"),
    "contact_name": _("Contact person"),
    "phone": _("Phone"),
    "whatsapp": _("WhatsApp number"),
    "email": _("E-mail"),
    "kind": _("Kind"),
    "tags": _("Tags"),
    "language": _("Writes in"),
    "tax_id": _("GSTIN or NTN"),
    "address": _("Address"),
    "area": _("Area"),
    "city": _("City"),
    "region": _("State or province"),
    "postcode": _("PIN or postcode"),
    "country": _("Country"),
    "opening_balance": _("Opening balance"),
    "balance_side": _("Dr or Cr of the balance"),
    "credit_limit": _("Credit limit"),
    "credit_days": _("Credit days"),
    "owner": _("In charge"),
    "branch": _("Branch"),
    "note": _("Note"),
    "since": _("Customer since"),
    "lifecycle": _("Lifecycle"),
    "lead_source": _("Source of the lead"),
    "lead_wants": _("What the lead wants"),
    "lead_worth": _("Expected worth of the lead"),
    "code": _("Item code"),
    "category": _("Category"),
    "unit": _("Unit"),
    "price": _("Price"),
    "cost": _("Cost"),
    "tax_rate": _("Tax %"),
    "stock": _("Stock"),
    "barcode": _("Barcode"),
    "is_service": _("Is a service or fee"),
    "order_number": _("Order number"),
    "ordered_at": _("Order date"),
    "customer_external_id": _("Customer's code"),
    "customer_name": _("Customer's name"),
    "customer_phone": _("Customer's phone"),
    "customer_email": _("Customer's e-mail"),
    "product_code": _("Item code"),
    "product_name": _("Item"),
    "quantity": _("Quantity"),
    "unit_price": _("Rate"),
    "line_discount": _("Discount on the line"),
    "order_discount": _("Discount on the order"),
    "line_tax": _("Tax on the line"),
    "order_tax": _("Tax on the order"),
    "line_total": _("Amount of the line"),
    "order_total": _("Total of the order"),
    "shipping": _("Delivery charge"),
    "received_amount": _("Received"),
    "refunded_amount": _("Paid back"),
    "payment_status": _("Paid or not"),
    "cancelled_at": _("Cancelled on"),
    "line_ordinal": _("Line number"),
    "salesman": _("Salesman"),
    "currency": _("Currency"),
}
MONEY_FIELDS = {
    "opening_balance", "credit_limit", "lead_worth", "price", "cost", "unit_price", "line_discount",
    "order_discount", "line_tax", "order_tax", "line_total", "order_total", "shipping",
    "received_amount", "refunded_amount",
}  # fmt: skip
QUANTITY_FIELDS = {"quantity", "stock"}
# the right of a customer's record that covers a column called otherwise
_COVERED_BY = {
    "whatsapp": "phone", "customer_phone": "phone", "customer_email": "email",
    "opening_balance": "balance", "balance_side": "balance",
}  # fmt: skip
DATE_FIELDS = {"ordered_at", "cancelled_at", "since"}


def choices(kind: str, user: Any = None) -> list[tuple[str, Any]]:
    """(field, label) for a column's box, in the order of the field list; without those that USER may not change."""
    usual = [(field, LABELS[field]) for field in FIELDS[kind] if field in LABELS]  # type: ignore[index]
    found = usual + [(custom.PREFIX + one.code, one.name) for one in own_fields(kind)]
    shut = closed(kind, [field for field, _label in found], user)
    return [(field, label) for field, label in found if field not in shut]


def closed(kind: str, fields: Iterable[str], user: Any, *, to: str = "change") -> set[str]:
    """Those of FIELDS of a file that USER may not change (or, TO "see", not see) in a customer's record; none for
    nobody (Grahak itself). A balance is a figure, which a file brings: it is closed to whoever may not see it."""
    if user is None or kind == "products":
        return set()
    hidden = rights.hidden(user, rights.SUBJECT)
    shut = hidden if to == "see" else hidden | (rights.locked(user, rights.SUBJECT) - {"balance"})
    if kind == "customers":
        return {field for field in fields if ({"note": "notes"} | _COVERED_BY).get(field, field) in shut}
    return {field for field in fields if _COVERED_BY.get(field) in shut}


def own_fields(kind: str) -> list[Any]:
    """The shop's own fields that a file of this kind can bring."""
    return custom.fields() if kind == "customers" else []


def own_columns(names: list[str], kind: str) -> dict[str, str]:
    """The columns that are headed like a field of the shop's own, by its name or code."""
    known = {
        heading_key(word): custom.PREFIX + one.code
        for one in own_fields(kind)
        for word in (one.code, one.name)
    }
    found = {name: known[heading_key(name)] for name in names if heading_key(name) in known}
    return {
        name: field
        for at, (name, field) in enumerate(found.items())
        if field not in list(found.values())[:at]
    }


def is_amount(field: str) -> bool:
    """Whether a field holds money (or a number of the shop's own): written with grouping."""
    own = custom.field_named(field)
    return field in MONEY_FIELDS or (own is not None and own.kind in (CustomKind.NUMBER, CustomKind.MONEY))


def is_date(field: str) -> bool:
    own = custom.field_named(field)
    return field in DATE_FIELDS or (own is not None and own.kind == CustomKind.DATE)


def label(field: str) -> Any:
    own = custom.field_named(field)
    return own.name if own else LABELS.get(field, field)
