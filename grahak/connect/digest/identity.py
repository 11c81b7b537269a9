"""Who did it: accounts find their contacts, anonymous browsers follow their accounts, and a browser's past comes
along. Two customers who are both known are never made one here; that they may be is written down."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from grahak.connect.digest import firms, people, traits
from grahak.connect.digest.links import account_key, account_of, join
from grahak.connect.digest.piece import Piece
from grahak.core.bulk import pieces
from grahak.customers.models import Event, EventType, Identity, Rejected, Visitor
from grahak.customers.models.customer import IdentityKind

logger = logging.getLogger("grahak.digest")
REFUSALS = (ValidationError, IntegrityError, ValueError, TypeError)
_TELLING = (EventType.IDENTIFY.value, EventType.GROUP.value, EventType.ALIAS.value)


def learn(piece: Piece) -> set[int]:
    """Follow the calls of a piece that say who somebody is, in the order they came. Returns the visitors who
    belong to another customer than before."""
    joined: set[int] = set()
    telling = [event.pk for event in piece.events if event.type in _TELLING]
    for ids in pieces(telling):
        rows = Event.objects.filter(pk__in=ids).select_related("source").order_by("pk")
        for event in rows:
            # a shop's own programme may name itself as robots do; what crawls its pages tells nothing
            if not event.bot or event.source.kind in people.TRUSTED:
                joined |= _heard(event)
    joined |= _known_accounts({event.visitor for event in piece.events})
    return joined


def _heard(event: Event) -> set[int]:
    """One call. What cannot be kept is put aside with its reason, and the digest goes on."""
    try:
        with transaction.atomic():
            return follow(event)
    except REFUSALS as error:
        logger.warning("event put aside", extra={"event": event.pk, "fault": type(error).__name__})
        Rejected.objects.create(
            source=event.source, door="digest", reason="not_kept", detail=str(error)[:300],
            body=json.dumps({"event": event.pk}),
        )  # fmt: skip
        return set()


def follow(event: Event) -> set[int]:
    """One call that says who somebody is. Raises one of REFUSALS where the records refuse it."""
    event.visitor = Visitor.objects.select_related("user").get(pk=event.visitor_id)
    match event.type:
        case EventType.IDENTIFY:
            return _identify(event)
        case EventType.GROUP:
            return firms.join_firm(event)
        case _:
            return _alias(event)


def _identify(event: Event) -> set[int]:
    account = account_of(event.visitor)
    told = traits.read(event.properties, event.context, account.value if account else "")
    if account is None:
        return people.guess(event.visitor, told)
    contact = people.contact_of(account, told, event)
    return join(account, contact) if contact else set()


def _alias(event: Event) -> set[int]:
    """The visitor is the account that was known as SUBJECT (previousId) before. The intake has linked a browser of
    that name already, and its past follows as any browser's."""
    account = account_of(event.visitor)
    before = str(event.subject or (event.properties or {}).get("previousId") or "")[:255]
    if account is None or not before:
        return set()
    previous = Visitor.objects.filter(kind="u", value=before).exclude(pk=account.pk).first()
    if previous is None:
        return set()
    if previous.customer_id and account.customer_id and previous.customer_id != account.customer_id:
        people.may_be_same(account.customer_id, [previous.customer_id], event.at)
        return set()
    Visitor.objects.filter(pk=previous.pk).update(user=account)
    contact = account.contact or previous.contact
    if contact is None:
        return set()
    for one in (account, previous):
        Identity.objects.get_or_create(
            kind=IdentityKind.ACCOUNT, value=account_key(one.value), defaults={"contact": contact}
        )
    return join(account, contact) | join(previous, contact)


def _known_accounts(visitors: set[int]) -> set[int]:
    """Accounts that a connector or an import knows already, and browsers that were found to be an account's."""
    accounts: dict[int, Visitor] = {}
    for ids in pieces(visitors):
        for visitor in Visitor.objects.filter(pk__in=ids).select_related("user"):
            if account := account_of(visitor):
                accounts[account.pk] = account
    joined = _by_identity([one for one in accounts.values() if one.customer_id is None])
    for ids in pieces(accounts):
        late = Visitor.objects.filter(kind="a", user__in=ids, user__customer__isnull=False)
        late = late.exclude(customer__isnull=False, customer=F("user__customer"))
        for pk, customer, contact in list(late.values_list("pk", "user__customer", "user__contact")):
            Visitor.objects.filter(pk=pk).update(customer=customer, contact=contact)
            joined.add(pk)
    return joined


def _by_identity(accounts: Iterable[Visitor]) -> set[int]:
    keys = {account_key(one.value): one for one in accounts}
    joined: set[int] = set()
    for values in pieces(keys):
        rows = Identity.objects.filter(kind=IdentityKind.ACCOUNT, value__in=values)
        for identity in rows.select_related("contact"):
            joined |= join(keys[identity.value], identity.contact)
    return joined
