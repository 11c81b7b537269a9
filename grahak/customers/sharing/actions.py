"""Share one customer, and end that. Each is one transaction, on the log, and in force at once."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.models import Team, User
from grahak.core.rights import kept
from grahak.customers.models import Customer, Share


@transaction.atomic
def share_customer(
    customer: Customer,
    *,
    by: User,
    user: User | None = None,
    team: Team | None = None,
    may_edit: bool = False,
    last_day: dt.date | None = None,
) -> Share:
    """Open a customer to one colleague or one team, to the end of LAST_DAY (by the shop's clock); None for good. A
    share that runs already is set anew. ValidationError names the field: whom, last_day."""
    if (user is None) == (team is None):
        raise ValidationError({"whom": _("Choose a colleague or a team.")})
    if user is not None and (user.pk == by.pk or not user.is_active):
        raise ValidationError({"whom": _("Choose another colleague, one who may log in.")})
    if team is not None and team.archived_at is not None:
        raise ValidationError({"whom": _("This team is put away.")})
    if last_day is not None and last_day < business.today():
        raise ValidationError({"last_day": _("This day is over.")})
    until = business.day_start(last_day + dt.timedelta(days=1)) if last_day else None
    Customer.objects.select_for_update().filter(pk=customer.pk).first()
    Share.objects.filter(customer=customer, user=user, team=team, ended_at=None).update(
        ended_at=timezone.now()
    )
    found = Share.objects.create(
        customer=customer, user=user, team=team, may_edit=may_edit, until=until, by=by
    )
    audit.record(
        "customers.customer.shared", customer, by=by, share=found.pk, **{"with": str(found.whom)},
        may_edit=may_edit, last_day=last_day.isoformat() if last_day else "",
    )  # fmt: skip
    kept.changed()
    return found


@transaction.atomic
def end_share(share: Share, *, by: User) -> bool:
    """Close a customer again. False where that was done before."""
    done = Share.objects.filter(pk=share.pk, ended_at=None).update(ended_at=timezone.now())
    if done:
        audit.record(
            "customers.customer.unshared", share.customer, by=by, share=share.pk, **{"with": str(share.whom)}
        )
        kept.changed()
    return bool(done)


def running(customer: Customer) -> list[Share]:
    """With whom a customer is shared now."""
    live = Q(until=None) | Q(until__gt=timezone.now())
    rows = customer.shares.filter(live, ended_at=None).select_related("user", "team", "by")
    return list(rows.order_by("-pk"))
