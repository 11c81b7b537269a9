"""An account and its browsers belong to a contact together: one change of one row each, whatever they did."""

from __future__ import annotations

import hashlib

from django.db.models import Q

from grahak.core.events import announce
from grahak.customers.models import Contact, Visitor

_LONGEST = 254


def account_key(value: str) -> str:
    """An account's id as identities keep it; one that is too long is told apart by its hash."""
    if len(value) <= _LONGEST:
        return value
    return f"{value[:190]}#{hashlib.sha256(value.encode()).hexdigest()[:60]}"


def account_of(visitor: Visitor) -> Visitor | None:
    """The account that a visitor is; None while nobody logged in there. An account that went on under another id
    (alias) stays an account: whose it is, its own row says."""
    return visitor if visitor.kind == "u" else visitor.user


def join(account: Visitor, contact: Contact) -> set[int]:
    """The account, its browsers and all they ever did belong to CONTACT; so do accounts that went on as this one and
    are nobody's yet. Returns the visitors that changed."""
    browsers = Q(user=account) & (Q(kind="a") | Q(kind="u", customer=None))
    rows = Visitor.objects.filter(Q(pk=account.pk) | browsers).exclude(
        customer__isnull=False, contact__isnull=False, customer=contact.customer_id, contact=contact.pk
    )
    before = {pk: (kind, customer) for pk, kind, customer in rows.values_list("pk", "kind", "customer_id")}
    if not before:
        return set()
    Visitor.objects.filter(pk__in=before).update(customer=contact.customer_id, contact=contact.pk)
    account.customer_id, account.contact = contact.customer_id, contact
    left = {customer for _kind, customer in before.values() if customer}
    announce("customers.changed", customer_ids=sorted({contact.customer_id, *left}))
    joined = set(before)
    for former in Visitor.objects.filter(pk__in=[pk for pk in before if before[pk][0] == "u"]).exclude(
        pk=account.pk
    ):
        joined |= join(former, contact)
    return joined
