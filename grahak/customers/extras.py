"""What a customer has beside the usual: asked once a page for all panels that most customers do without."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db import connection

from grahak.customers.models import Address, Attachment, Customer


class Extras(NamedTuple):
    """Whether there are further addresses, and files."""

    addresses: bool
    files: bool


_ASK: Final = (
    f"SELECT EXISTS (SELECT 1 FROM {Address._meta.db_table} WHERE customer_id = %s AND removed_at IS NULL), "  # noqa: S608
    f"EXISTS (SELECT 1 FROM {Attachment._meta.db_table} WHERE customer_id = %s AND removed_at IS NULL)"
)


def extras_of(customer: Customer) -> Extras:
    """Asked of the database once for each Customer object."""
    known: Extras | None = getattr(customer, "_extras", None)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(_ASK, [customer.pk, customer.pk])
            known = Extras(*(bool(one) for one in cursor.fetchone()))
        customer._extras = known  # type: ignore[attr-defined]
    return known
