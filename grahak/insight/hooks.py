"""What insight hangs into the shell and the pages of customers, and what it listens to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core.events import on
from grahak.core.registry import Column, Filter, NavLink, Panel, registry
from grahak.customers.listing.operators import IS, NOT
from grahak.customers.models import Customer
from grahak.insight import merging, segments_shown, standing_hooks
from grahak.insight.funnel import hooks as funnel_hooks
from grahak.insight.models import CustomerScore
from grahak.insight.rfm import CLASSES, RfmClass
from grahak.insight.segments import hooks as segment_hooks

MANY = 50  # a change of so many customers is an import or an undo; fewer wait for the night


def hang() -> None:
    """Called once, when the apps are ready."""
    registry.add(
        NavLink(gettext_lazy("Today"), "home", "home", "insight.home", order=0, phone=True, key="h"),
        Column(
            "rfm",
            gettext_lazy("Class"),
            class_cell,
            select=("score",),
            css="wide-only",
            order=50,
            export=lambda row: score_of(row).rfm_class if score_of(row) else "",  # type: ignore[union-attr]
        ),
        Filter(
            "rfm",
            gettext_lazy("Class"),
            (IS, NOT),
            by_class,
            kind="choice",
            choices=lambda request: [(one.code, one.label) for one in CLASSES.values()],
            order=50,
        ),
        Panel("insight.rfm", "head", "insight/panels/rfm.html", badge, order=30, action="orders.view"),
    )
    segment_hooks.hang()
    segments_shown.hang()
    standing_hooks.hang()
    funnel_hooks.hang()
    merging.register()
    on("sales.orders.changed", scores_are_old)
    on("core.day.began", score_daily)


def score_of(customer: Any) -> CustomerScore | None:
    """The customer's score, None for one who was never scored."""
    return getattr(customer, "score", None)


def class_badge(found: RfmClass) -> SafeString:
    """A class as a badge."""
    css = f"badge badge--{found.tone}" if found.tone else "badge"
    return format_html('<span class="{}" title="{}">{}</span>', css, found.says, found.label)


def class_cell(row: Any) -> SafeString:
    score = score_of(row)
    found = CLASSES.get(score.rfm_class) if score else None
    return class_badge(found) if found else mark_safe('<span class="quiet">–</span>')


def by_class(rows: Any, operator: str, value: str) -> Any:
    """ValueError for a class that is not one."""
    if value not in CLASSES:
        raise ValueError(value)
    return rows.filter(score__rfm_class=value) if operator == "is" else rows.exclude(score__rfm_class=value)


def badge(customer: Customer, request: Any) -> dict[str, Any] | None:
    """The class beside the name on the customer's page."""
    score = score_of(customer)
    found = CLASSES.get(score.rfm_class) if score else None
    if score is None or found is None:
        return None
    marks = _("recency %(r)s, frequency %(f)s, money %(m)s of 5") % {
        "r": score.recency,
        "f": score.frequency,
        "m": score.monetary,
    }
    return {"found": found, "marks": marks}


def scores_are_old(customer_ids: Collection[int], days: Collection[dt.date]) -> None:
    """After an import (which names nobody, or many) all are scored anew."""
    from grahak.insight.jobs import rescore_soon, study_soon

    if not customer_ids or len(customer_ids) >= MANY:
        transaction.on_commit(rescore_soon)
        transaction.on_commit(study_soon)


def score_daily(day: dt.date) -> None:
    """Every day anew: who was silent for a day more may have changed class or stage."""
    from grahak.insight.jobs import rescore_soon, study_soon

    transaction.on_commit(rescore_soon)
    transaction.on_commit(study_soon)
