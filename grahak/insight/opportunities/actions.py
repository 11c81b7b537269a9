"""What people do with opportunities: take them, give them to a colleague, close them, open them again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core import audit, business
from grahak.core.models import User
from grahak.insight.models import Opportunity, OpportunityState
from grahak.insight.opportunities import rules

REASONS = {
    "spoke": _("Spoke to them, nothing now"),
    "elsewhere": _("Buys it elsewhere"),
    "season": _("Out of season"),
    "not_theirs": _("Not for this shop"),
    "closed": _("Their shop has closed"),
    "wrong": _("The figures mislead"),
    "other": pgettext_lazy("reason", "Something else"),
}
LONGEST_BACK = 3650


class Unreasonable(ValueError):
    """A reason that is not one of REASONS, or a number of days that is none."""


@transaction.atomic
def take(rows: QuerySet[Opportunity], to: User | None, *, by: User) -> int:
    """Put TO in charge of those that are open or taken; None gives them back to everybody. Returns how many."""
    found = _locked(rows.waiting())  # type: ignore[attr-defined]
    state = OpportunityState.TAKEN if to else OpportunityState.OPEN
    many = found.update(state=state, taken_by=to, decided_at=timezone.now(), decided_by=by)
    if many:
        audit.record(
            "insight.opportunity.taken" if to else "insight.opportunity.given_back", to, by=by,
            label=to.name if to else "", opportunities=many,
        )  # fmt: skip
    return many


@transaction.atomic
def finish(rows: QuerySet[Opportunity], *, by: User) -> int:
    """It is done. What still holds comes back after the shop's days, so that a promise is not taken for an order."""
    back = business.today() + dt.timedelta(days=rules.current().back)
    return _close(rows, OpportunityState.DONE, "insight.opportunity.done", back, by=by)


@transaction.atomic
def dismiss(
    rows: QuerySet[Opportunity], reason: str, *, by: User, days: int | None = None, note: str = ""
) -> int:
    """Put aside, for a REASON, until DAYS have passed (None: the shop's own number). Raises Unreasonable."""
    days = rules.current().back if days is None else days
    if reason not in REASONS or not 1 <= days <= LONGEST_BACK:
        raise Unreasonable(reason)
    back = business.today() + dt.timedelta(days=days)
    return _close(
        rows,
        OpportunityState.DISMISSED,
        "insight.opportunity.dismissed",
        back,
        by=by,
        reason=reason,
        note=note,
    )


@transaction.atomic
def reopen(rows: QuerySet[Opportunity], *, by: User) -> int:
    """As if it had never been closed; to whoever had it."""
    closed = _locked(rows.filter(state__in=(OpportunityState.DONE, OpportunityState.DISMISSED)))
    many = closed.filter(taken_by=None).update(state=OpportunityState.OPEN, **_OPEN)
    many += closed.exclude(taken_by=None).update(state=OpportunityState.TAKEN, **_OPEN)
    if many:
        audit.record("insight.opportunity.reopened", by=by, opportunities=many)
    return many


_OPEN = {"reason": "", "note": "", "back_on": None}


def _locked(rows: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """The same rows by their numbers, held until the end of the transaction."""
    ids = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return Opportunity.objects.filter(pk__in=ids)


def _close(
    rows: QuerySet[Opportunity],
    state: str,
    action: str,
    back: dt.date,
    *,
    by: User,
    reason: str = "",
    note: str = "",
) -> int:
    found = _locked(rows.waiting())  # type: ignore[attr-defined]
    many = found.update(
        state=state, reason=reason, note=note[:300], back_on=back, decided_at=timezone.now(), decided_by=by
    )
    if many:
        audit.record(action, by=by, opportunities=many, reason=reason, back_on=back.isoformat())
    return many
