"""What of reports goes when a customer is erased: addresses, the mail server's words, and mails set aside that name
them. That something came back stays, as a count."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import Report, SetAside
from grahak.customers import erasing
from grahak.customers.erasing import Keeper, Line, Traces


def _addresses(traces: Traces) -> set[str]:
    return {one.strip().lower() for one in traces.emails} | {one.strip() for one in traces.phones}


def _reports(traces: Traces) -> QuerySet[Report]:
    return Report.objects.filter(address__in=_addresses(traces))


def _set_aside(traces: Traces) -> list[int]:
    """The mails nobody could read that name one of the addresses: few, so they are looked through."""
    wanted = [one.encode() for one in _addresses(traces) if one]
    rows = SetAside.objects.order_by("pk").values_list("pk", "content").iterator(chunk_size=20)
    return [pk for pk, content in rows if any(one in bytes(content).lower() for one in wanted)]


def _lines(traces: Traces) -> list[Line]:
    return [Line(_("What mail servers reported about their addresses"), _reports(traces).count())]


def _erase(traces: Traces) -> dict[str, int]:
    blanked = _reports(traces).update(address="", detail="")
    gone = SetAside.objects.filter(pk__in=_set_aside(traces)).delete()[0]
    return {"reports": blanked, "set_aside": gone}


def register() -> None:
    """Hang this part in."""
    erasing.add("channels.bounces", Keeper(_lines, _erase))
