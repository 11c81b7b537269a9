"""An account and its browsers belong to a contact together: one change of one row each, whatever they did."""

from __future__ import annotations

import hashlib

from django.db.models import Q, QuerySet

from grahak.core.events import announce
from grahak.customers.models import Contact, Visitor

_LONGEST = 254


def account_key(value: str) -> str:
    """An account's id as identities keep it; one that is too long is told apart by its hash."""
    if len(value) <= _LONGEST:
        return value
    return f"{value[:190]}#{hashlib.sha256(value.encode()).hexdigest()[:60]}"


def account_of(visitor: Visitor) -> Visitor | None:
    """The account that a visitor is; None while nobody logged in there."""
    for _step in range(5):  # an account that became another account, at most so often
        if visitor.user is None:
            return visitor if visitor.kind == "u" else None
        visitor = visitor.user
    return visitor


def browsers_of(account: Visitor) -> QuerySet[Visitor]:
    """The account's own row and all that turned out to be it."""
    return Visitor.objects.filter(Q(pk=account.pk) | Q(user=account))


def join(account: Visitor, contact: Contact) -> set[int]:
    """The account, its browsers and all they ever did belong to CONTACT. Returns the visitors that changed."""
    rows = browsers_of(account).exclude(
        customer__isnull=False, contact__isnull=False, customer=contact.customer_id, contact=contact.pk
    )
    before = dict(rows.values_list("pk", "customer_id"))
    if not before:
        return set()
    Visitor.objects.filter(pk__in=before).update(customer=contact.customer_id, contact=contact.pk)
    account.customer_id, account.contact = contact.customer_id, contact
    left = {pk for pk in before.values() if pk}
    announce("customers.changed", customer_ids=sorted({contact.customer_id, *left}))
    return set(before)
