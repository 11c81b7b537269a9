"""How orders, payments, the khata and deals go along when customers are merged; their figures are recounted."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from grahak.core.events import announce, on
from grahak.core.merging import STAY
from grahak.core.merging import register as along
from grahak.sales.models import Deal
from grahak.sales.recount import recount_customers


def register() -> None:
    """Hang this room's part in."""
    along("sales.Order", says=_("Orders and returns"))
    along("sales.Payment", says=_("Payments"))
    along("sales.LedgerEntry", says=_("Entries of the khata"))
    along("sales.Deal", rule=_deals, says=_("Deals"))
    along("sales.Deal", field="contact")
    along("sales.CustomerFigures", rule=STAY, why="recounted from the rows")
    on("customers.merged", recount)
    on("customers.unmerged", recount)


def _deals(kept: int, gone: int) -> QuerySet[Deal]:
    """All deals, but an open one from the same opportunity as an open one of the kept customer."""
    same = Deal.objects.filter(customer_id=kept, state="open", source_key=OuterRef("source_key"))
    rows = Deal.objects.filter(customer_id=gone)
    twice = rows.filter(Exists(same), state="open").exclude(source_key="")
    return rows.exclude(pk__in=twice.values("pk"))


def recount(kept_id: int, gone_id: int) -> None:
    """Figures of both, and of the days on which one of them was new; announces that orders and khata changed."""
    both = [kept_id, gone_id]
    recount_customers(both)
    announce("sales.orders.changed", customer_ids=both, days=[])
    announce("sales.ledger.changed", customer_ids=both)
