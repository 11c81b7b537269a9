"""What classes, stages and opportunities hang into the shell, the customer list and the page of a customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.core import changes
from grahak.core.events import on
from grahak.core.money import written
from grahak.core.registry import Column, Filter, NavLink, Need, Panel, registry
from grahak.customers.extras import ask, has
from grahak.customers.listing.operators import COMPARISONS, IS, NOT, compare
from grahak.customers.models import Customer
from grahak.insight import standing_tables
from grahak.insight.lifecycle import STAGES, Stage, few
from grahak.insight.models import CustomerStage, Opportunity, OpportunityKind, OpportunityState
from grahak.insight.opportunities import dealing, telling
from grahak.insight.rfm import CLASSES, moves

SHOWN = 5
FEW = 50  # more than that is an import or an undo, and waits for the job
MARKS = [(str(n), str(n)) for n in range(1, 6)]
EMPTY = mark_safe('<span class="quiet">–</span>')


def hang() -> None:
    """Called once, when the apps are ready."""
    changes.follow("stage", CustomerStage, customer="customer_id", columns=standing_tables.STAGE_COLUMNS)
    changes.follow("opportunity", Opportunity, customer="customer_id", columns=("state", "holds"))
    ask("opportunities", Opportunity)
    standing_tables.hang()
    _hang_pages()
    on("sales.orders.changed", stages_are_old)
    on("sales.deal.won", dealing.deal_was_closed)
    on("sales.deal.lost", dealing.deal_was_closed)
    registry.add(
        Column(
            "stage", gettext_lazy("Stage"), stage_cell, select=("stage",), css="wide-only", order=51,
            export=lambda row: str(STAGES[row.stage.stage].label) if stage_of(row) else "",
            reads=("stage__stage",),
        ),
        Column(
            "risk", gettext_lazy("Lapse risk"), risk_cell, sort="stage__risk", select=("stage",),
            css="wide-only end", order=52, export=lambda row: row.stage.risk if stage_of(row) else "",
            reads=("stage__risk",), value="stage__risk",
        ),
        Filter(
            "stage", gettext_lazy("Stage"), (IS, NOT), by_stage, kind="choice",
            choices=lambda request: [(one.code, one.label) for one in STAGES.values()], order=51,
        ),
        Filter("risk", gettext_lazy("Lapse risk in per cent"), COMPARISONS, by_risk, kind="number", order=52),
        Filter("recency", gettext_lazy("Recency, 1 to 5"), (IS,), by_recency, kind="choice",
               choices=lambda request: MARKS, order=53),
        Filter("fm", gettext_lazy("Frequency and money, 1 to 5"), (IS,), by_fm, kind="choice",
               choices=lambda request: MARKS, order=54),
        Filter("moved", gettext_lazy("Moved between classes"), (IS,), by_move, kind="choice",
               choices=lambda request: [], order=55, says=move_words),
        Filter("opportunity", gettext_lazy("Opportunity"), (IS, NOT), by_opportunity, kind="choice",
               choices=lambda request: OpportunityKind.choices, order=56),
        Panel("insight.stage", "head", "insight/panels/stage.html", stage_panel, order=31, action="insight.rfm"),
        Panel("insight.opportunities", "related", "insight/panels/opportunities.html", opportunity_panel,
              order=15, action="opportunities.view"),
        Need("opportunities", needs, "opportunities.view", order=40),
    )  # fmt: skip


def _hang_pages() -> None:
    registry.add(
        NavLink(
            gettext_lazy("Opportunities"), "standing:opportunities", "target", "opportunities.view", group=1,
            order=20, key="u", says=gettext_lazy("What could be sold to whom, found in your sales."),
        ),
        NavLink(
            gettext_lazy("Classes"), "standing:classes", "report", "insight.rfm", group=2, order=15, key="l",
            says=gettext_lazy("How lately, how often and for how much customers buy, and how that changes."),
        ),
    )  # fmt: skip
    registry.add_settings(
        NavLink(
            gettext_lazy("Classes of customers"), "standing:borders", "report", "insight.rfm.edit", 1, 60,
            says=gettext_lazy("By fifths, or by your own borders"),
        ),
        NavLink(
            gettext_lazy("Opportunities"), "standing:opportunity_settings", "target", "opportunities.settings", 1, 61,
            says=gettext_lazy("What counts as one, and when it comes back"),
        ),
    )  # fmt: skip


def stages_are_old(customer_ids: Collection[int], days: Collection[dt.date]) -> None:
    """Who ordered has a new stage at once; after an import all are looked at by the job."""
    if customer_ids and len(customer_ids) < FEW:
        few.restage(list(customer_ids))


def stage_of(customer: Any) -> CustomerStage | None:
    """The customer's stage, None for one who never ordered."""
    return getattr(customer, "stage", None)


def stage_badge(found: Stage) -> SafeString:
    """A stage as a badge."""
    css = f"badge badge--{found.tone}" if found.tone else "badge"
    return format_html('<span class="{}" title="{}">{}</span>', css, found.says, found.label)


def stage_cell(row: Any) -> SafeString:
    kept = stage_of(row)
    found = STAGES.get(kept.stage) if kept else None
    return stage_badge(found) if found else EMPTY


def risk_cell(row: Any) -> SafeString:
    kept = stage_of(row)
    return format_html("{}%", kept.risk) if kept else EMPTY


def by_stage(rows: Any, operator: str, value: str) -> Any:
    """ValueError for a stage that is not one."""
    if value not in STAGES:
        raise ValueError(value)
    return rows.filter(stage__stage=value) if operator == "is" else rows.exclude(stage__stage=value)


def by_risk(rows: Any, operator: str, value: str) -> Any:
    return compare(rows, "stage__risk", operator, value)


def _mark(value: str) -> int:
    if value not in dict(MARKS):
        raise ValueError(value)
    return int(value)


def by_recency(rows: Any, operator: str, value: str) -> Any:
    return rows.filter(score__recency=_mark(value))


def by_fm(rows: Any, operator: str, value: str) -> Any:
    """FM = (frequency + monetary) ÷ 2, halves up."""
    mark = _mark(value)
    pairs = [(f, m) for f in range(1, 6) for m in range(1, 6) if (f + m + 1) // 2 == mark]
    wanted = Q()
    for f, m in pairs:
        wanted |= Q(score__frequency=f, score__monetary=m)
    return rows.filter(wanted)


def by_move(rows: Any, operator: str, value: str) -> Any:
    """VALUE as `moves.read` takes it."""
    before, after, days = moves.read(value)
    return moves.moved(rows, before, after, days)


def by_opportunity(rows: Any, operator: str, value: str) -> Any:
    """Who has one of a kind that is open or taken. ValueError for a kind that is not one."""
    waiting = Opportunity.objects.waiting().filter(kind=OpportunityKind(value), customer=OuterRef("pk"))
    return rows.filter(Exists(waiting)) if operator == "is" else rows.filter(~Exists(waiting))


def move_words(operator: str, value: str) -> str:
    try:
        before, after, days = moves.read(value)
    except ValueError:
        return ""
    return _("from %(before)s to %(after)s in %(days)s days") % {
        "before": class_name(before),
        "after": class_name(after),
        "days": days,
    }


def class_name(code: str) -> str:
    """What a class is called; "no class" for none."""
    return str(CLASSES[code].label) if code in CLASSES else _("no class")


def stage_panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """The stage, since when, and the lapse risk."""
    kept = stage_of(customer)  # joined to the customer, as for the list's column
    found = STAGES.get(kept.stage) if kept else None
    return {"kept": kept, "found": found} if found else None


def opportunity_panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """What waits to be sold to this customer, the worthiest first."""
    if not has(customer, "opportunities"):
        return None
    waiting = Opportunity.objects.visible_to(request.user).waiting().filter(customer=customer)
    rows = list(waiting.select_related("taken_by").order_by("-worth", "-pk")[: SHOWN + 1])
    if not rows:
        return None
    deals = dealing.open_deals(rows[:SHOWN]) if request.user.can("deals.view") else {}
    lines = [one | {"deal": deals.get(one["row"].pk)} for one in told(rows[:SHOWN])]
    return {"rows": lines, "more": len(rows) > SHOWN}


def told(rows: list[Opportunity]) -> list[dict[str, Any]]:
    """Opportunities with the sentence that says why."""
    names = telling.names_of(rows)
    return [
        {"row": row, "headline": telling.headline(row, names), "evidence": telling.evidence(row, names)}
        for row in rows
    ]


def needs(user: Any, limit: int) -> list[dict[str, Any]]:
    """One line on the home page: those that this person took and that are still open; else how many wait."""
    mine = Q(state=OpportunityState.TAKEN, taken_by=user)
    lapsing = Q(state=OpportunityState.OPEN, kind=OpportunityKind.LAPSING)
    found = (
        Opportunity.objects.visible_to(user)
        .filter(mine | lapsing)
        .aggregate(
            mine=Count("pk", filter=mine), my_worth=Sum("worth", filter=mine),
            lapsing=Count("pk", filter=lapsing), their_worth=Sum("worth", filter=lapsing),
        )
    )  # fmt: skip
    url = reverse("standing:opportunities")
    if many := found["mine"]:
        title = ngettext("%(n)s opportunity is yours", "%(n)s opportunities are yours", many) % {"n": many}
        return [_need(title, found["my_worth"], f"{url}?who=me", _("Look"))]
    if many := found["lapsing"]:
        title = ngettext("%(n)s customer is about to lapse", "%(n)s customers are about to lapse", many) % {
            "n": many
        }
        return [_need(title, found["their_worth"], f"{url}?kind=lapsing", _("Look"))]
    return []


def _need(title: str, worth: Any, url: str, label: str) -> dict[str, Any]:
    text = _("worth about %(amount)s in ninety days") % {"amount": written(worth)}
    return {"icon": "target", "tone": "wait", "title": title, "text": text, "url": url, "label": label}
