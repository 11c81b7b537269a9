"""What forms keep of a customer who is erased: what was taken in of them goes by itself, what only bears their address
(waiting, spam) is found by it and goes too."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grahak.customers import erasing
from grahak.customers.erasing import Keeper, Line, Traces
from grahak.marketing.forms_public.limits import address_hash
from grahak.marketing.models import Submission


def _theirs(traces: Traces) -> QuerySet[Submission]:
    hashes = [address_hash(one) for one in traces.emails if "@" in one]
    return Submission.objects.filter(address_hash__in=hashes) | Submission.objects.filter(
        customer_id=traces.customer_id
    )


def _lines(traces: Traces) -> list[Line]:
    return [Line(_("What came in by forms"), _theirs(traces).count())]


def _erase(traces: Traces) -> dict[str, int]:
    return {"submissions": _theirs(traces).delete()[0]}


def register() -> None:
    """Hang this part in."""
    erasing.add("forms", Keeper(_lines, _erase))
