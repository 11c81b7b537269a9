"""The order that is written for a deal: ?deal= on the order sheet fills in its lines and links what is written."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from grahak.core.toasts import say
from grahak.sales.deals.actions import link_order
from grahak.sales.deals.board import is_number
from grahak.sales.forms.lines import SheetLine, plain
from grahak.sales.models import Deal, Order


def _deal(request: HttpRequest) -> Deal | None:
    """The deal of ?deal=, where this person may change it."""
    asked = request.GET.get("deal", "")
    if not is_number(asked):
        return None
    user: Any = request.user
    found: Deal | None = Deal.objects.editable_by(user).filter(pk=int(asked)).first()
    return found


def lines_asked(request: HttpRequest) -> list[SheetLine]:
    """The lines of that deal as they stand on the sheet; none without one."""
    deal = _deal(request)
    if deal is None:
        return []
    return [
        SheetLine(
            number=line.ordinal,
            item=line.description,
            product=str(line.product_id or ""),
            quantity=plain(line.quantity),
            rate=plain(line.rate),
            tax=plain(line.product.tax_rate) if line.product and line.product.tax_rate else "",
        )
        for line in deal.lines.select_related("product")
    ]


def link_asked(request: HttpRequest, order: Order) -> None:
    """Link the order that was written for that deal, and say so; says why where it can't be."""
    deal = _deal(request)
    if deal is None:
        return
    try:
        link_order(deal, order, by=request.user)  # type: ignore[arg-type]
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
    else:
        say(request, _("It is linked to “%s”.") % deal.title, link=deal.get_absolute_url(), label=_("Look"))
