"""What deals hang into the shell and the pages of customers, and what they listen to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Sum
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grahak.core import changes
from grahak.core.access import scope_of
from grahak.core.bulk import is_there
from grahak.core.events import on
from grahak.core.money import figure, written
from grahak.core.registry import Column, Filter, NavLink, Need, Panel, registry
from grahak.core.templatetags.ui import amount
from grahak.customers import timeline
from grahak.customers.extras import ask, has
from grahak.customers.listing.operators import COMPARISONS, LOOKUPS, whole_days
from grahak.customers.models import Activity, Customer
from grahak.sales.deals.listing import titled
from grahak.sales.models import Deal, DealOrder, StageKind

FEW = 50  # orders of more customers at once are an import: a job looks at them
SHOWN = 5
QUIET = mark_safe('<span class="quiet">–</span>')


def hang() -> None:
    """Called once, when the apps are ready."""
    changes.follow(
        "deal", Deal, customer="customer_id",
        columns=("customer_id", "stage_id", "state", "amount", "expected_on", "closed_at", "owner_id"),
    )  # fmt: skip
    ask("deals", Deal)
    _hang_pages()
    registry.add(
        Panel("sales.deals", "related", "sales/deals/_panel.html", panel, order=12, action="deals.view"),
        Panel(
            "sales.deal", "actions", "sales/deals/_new.html", lambda customer, request: {}, order=70,
            action="deals.edit",
        ),
        Column(
            "deals", _("Open deals"), _cell, css="num wide-only", order=45, fill=fill, export=_open_sum, reads=("pk",),
            action="deals.view",
        ),
        Filter("deals", _("Open deals"), COMPARISONS, by_deals, kind="number", order=45, action="deals.view"),
        Need("sales.deals", needs, "deals.view", order=35),
    )  # fmt: skip
    registry.searches.append(search)
    on("sales.orders.changed", orders_came)
    on("core.business.started", begin)
    timeline.links["deal"] = lambda line: reverse("deals:deal", args=[line.subject_id])
    for kind in ("sales.deal.added", "sales.deal.won", "sales.deal.lost", "sales.deal.reopened"):
        timeline.tellers[kind] = _words


def _hang_pages() -> None:
    registry.add(
        NavLink(
            _("Deals"), "deals:home", "trend-up", "deals.view", order=25, key="d",
            says=_("Business that may come about, on boards of stages."),
        )
    )  # fmt: skip
    registry.add_new(
        NavLink(pgettext_lazy("new", "Deal"), "deals:new", "trend-up", "deals.edit", order=40, key="d")
    )
    registry.add_settings(
        NavLink(
            _("Pipelines"), "deals:pipelines", "trend-up", "deals.settings", 1, 55,
            says=_("Stages of deals, their probabilities, why deals are lost"),
        )
    )  # fmt: skip


def begin(business_id: int) -> None:
    """A new shop has a pipeline to begin with, in its own language."""
    from django.utils import translation

    from grahak.core.models import Business
    from grahak.sales.deals.actions.pipelines import any_pipeline

    shop = Business.objects.get(pk=business_id)
    with translation.override(shop.language or "en"):
        any_pipeline(by=None)


def orders_came(customer_ids: Collection[int], days: Collection[dt.date]) -> None:
    """Orders that seem to come of a deal are offered: at once for a few, by a job after an import."""
    from grahak.sales.deals.actions import offer_orders
    from grahak.sales.jobs import offer_orders_to_deals

    if customer_ids and len(customer_ids) < FEW:
        ids = [pk for pk in customer_ids if is_there(Deal, customer=pk)]
        if ids:
            offer_orders(ids)
    elif Deal.objects.exists():
        transaction.on_commit(lambda: offer_orders_to_deals.enqueue())


def panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """The open deals of a customer and the lately closed ones; nothing for one who never had a deal."""
    if not has(customer, "deals"):
        return None
    rows = Deal.objects.visible_to(request.user).filter(customer=customer).select_related("stage")
    found = sorted(
        rows.order_by("-created_at")[:50], key=lambda deal: deal.closes_on if deal.is_open else dt.date.max
    )
    live = [deal for deal in found if deal.is_open]
    if not found:
        return None
    closed = [deal for deal in found if not deal.is_open]
    return {
        "deals": live[:SHOWN],
        "more": len(live) > SHOWN or len(closed) > 2,
        "sum": sum((deal.amount for deal in live), Decimal(0)),
        "closed": sorted(closed, key=lambda deal: deal.stage_since, reverse=True)[:2],
    }


def fill(rows: list[Any]) -> None:
    """Put (how many, how much) of the open deals onto the customers of a page. One query."""
    groups = (
        Deal.objects.open()
        .filter(customer__in=[row.pk for row in rows])
        .order_by()
        .values_list("customer_id")
    )
    sums = {pk: (many, worth) for pk, many, worth in groups.annotate(n=Count("pk"), s=Sum("amount"))}
    for row in rows:
        row.open_deals = sums.get(row.pk, (0, Decimal(0)))


def _cell(row: Any) -> SafeString:
    many, worth = getattr(row, "open_deals", (0, Decimal(0)))
    if not many:
        return QUIET
    return mark_safe(f'{amount(worth)} <small class="quiet">{figure(many)}</small>')


def _open_sum(row: Any) -> str:
    if not hasattr(row, "open_deals"):
        fill([row])
    many, worth = row.open_deals
    return f"{worth:.2f}" if many else ""


def by_deals(rows: Any, operator: str, value: str) -> Any:
    """By how many open deals a customer has: more than, less than or exactly. ValueError for what is no number."""
    wanted = whole_days(value)
    mine = Deal.objects.open().filter(customer=OuterRef("pk"))
    if (operator, wanted) == ("gt", 0):
        return rows.filter(Exists(mine))
    if (operator, wanted) in (("is", 0), ("lt", 1)):
        return rows.filter(~Exists(mine))
    counted = Deal.objects.open().order_by().values("customer").annotate(n=Count("pk"))
    if operator == "lt":
        return rows.exclude(pk__in=counted.filter(n__gte=wanted).values("customer"))
    return rows.filter(pk__in=counted.filter(**{f"n__{LOOKUPS[operator]}": wanted}).values("customer"))


def needs(user: Any, limit: int) -> list[dict[str, Any]]:
    """What of deals wants this person: orders that seem to come of a deal of theirs; deals whose day is over."""
    from grahak.core import business

    found = []
    mine = Deal.objects.visible_to(user).filter(owner=user)
    if many := DealOrder.objects.filter(state=DealOrder.State.OFFERED, deal__in=mine).count():
        first = DealOrder.objects.filter(state=DealOrder.State.OFFERED, deal__in=mine).order_by("-at").first()
        found.append(
            {
                "icon": "trend-up",
                "tone": "wait",
                "title": ngettext(
                    "%(n)s order seems to come of a deal", "%(n)s orders seem to come of deals", many
                )
                % {"n": many},
                "text": gettext("Link it, and the deal is won."),
                "url": reverse("deals:deal", args=[first.deal_id]) if first else reverse("deals:home"),
                "label": gettext("Look"),
            }
        )
    late = mine.filter(state=StageKind.OPEN, closes_on__lt=business.today())
    sums = late.aggregate(many=Count("pk"), worth=Sum("amount"))
    if many := sums["many"]:
        title = ngettext("The day of %(n)s deal is over", "The days of %(n)s deals are over", many) % {
            "n": many
        }
        found.append(
            {
                "icon": "trend-up",
                "tone": "owed",
                "title": title,
                "text": written(sums["worth"]),
                "url": f"{reverse('deals:list')}?state=open&who=me&late=1",
                "label": gettext("Look"),
            }
        )
    return found[:limit]


def search(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Deals whose title has the text, those moved last first, at most LIMIT of the latest 2,000."""
    typed = " ".join(text.split())[:60]
    if scope_of(user, "deals.view") is None or len(typed) < 3:
        return []
    found = titled(Deal.objects.visible_to(user).open(), typed)[:limit]
    if not found:
        return []
    rows = Deal.objects.filter(pk__in=found).select_related("customer", "stage")
    return [
        {
            "group": _("Deals"),
            "icon": "trend-up",
            "title": deal.title,
            "text": " · ".join((deal.customer.name, deal.stage.name, written(deal.amount))),
            "url": deal.get_absolute_url(),
        }
        for deal in rows.order_by("-stage_since", "-pk")
    ]


def _words(line: Activity) -> str:
    """The amount, and why it was lost."""
    kept = line.facts.get("amount")
    parts = [written(Decimal(kept)) if kept and Decimal(kept) else "", line.facts.get("reason", "")]
    return " · ".join(part for part in parts if part)
