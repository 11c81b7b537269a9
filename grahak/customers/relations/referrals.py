"""Who sent whom. A customer was sent by one other at most, so that referrals are a forest: nobody's money is counted
twice in it, and nobody is their own ancestor."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.customers.relations import trees


@transaction.atomic
def refer(customer: Customer, referrer: Customer | None, *, by: User | None) -> bool:
    """CUSTOMER was sent by REFERRER (None: by nobody). Returns whether that is new. ValidationError with the field
    "referred_by" where it would make a circle."""
    trees.one_at_a_time()
    locked = Customer.objects.select_for_update(no_key=True).select_related(None).get(pk=customer.pk)
    if locked.referred_by_id == (referrer.pk if referrer else None):
        return False
    if referrer is not None:
        _no_circle(locked, referrer)
    before = locked.referred_by.name if locked.referred_by else ""
    Customer.objects.filter(pk=locked.pk).update(referred_by=referrer, updated_at=timezone.now())
    changes = {"referred_by": [before, referrer.name if referrer else ""]}
    audit.record("customers.customer.edited", locked, by=by, changes=changes)
    announce("customers.changed", customer_ids=[locked.pk])
    customer.referred_by = referrer
    return True


def _no_circle(customer: Customer, referrer: Customer) -> None:
    if customer.pk == referrer.pk:
        raise ValidationError({"referred_by": _("A customer can’t have sent themselves.")})
    if customer.pk in trees.referrers_of(referrer.pk):
        words = {"name": customer.name, "referrer": referrer.name}
        raise ValidationError(
            {"referred_by": _("That would be a circle: “%(referrer)s” came by “%(name)s”.") % words}
        )
