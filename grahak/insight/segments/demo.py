"""The segments of the demo shop: a dozen that a shop like it would keep, counted, with the history that its orders
really have, and one list kept by hand (who stands on it is invented)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, bulk, business
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.insight.models import Membership, Movement, Segment, SegmentSize
from grahak.insight.segments import actions, decide, sizes, stale
from grahak.insight.segments.tree import Tree, parse
from grahak.sales.models import OrderLine

WEEKS = 12
GUESTS = 25
BOUGHT = {"orders", "category", "product", "spent", "order_amount", "average", "returned", "first_order"}


def tell(*, by: User | None) -> int:
    """Make those that are not there yet, each in a transaction of its own; returns how many there are."""
    everybody = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    known = set(Segment.objects.values_list("name", flat=True))
    for name, note, rules in _segments():
        if name not in known:
            with transaction.atomic():
                tree = {"v": 1, "match": "all", "rules": rules}
                _fill(actions.create(name=name, note=note, tree=tree, by=by), everybody)
    with transaction.atomic():
        guests = _("Guests of the trade evening")
        if guests not in known:
            made = actions.create(name=guests, note=_("Made up for the demo"), kind="static", by=by)
            best = Customer.objects.filter(figures__net__gt=0).order_by("-figures__net", "pk")[:GUESTS]
            actions.add_to_static(made, [one.pk for one in best], by=by)
            audit.record("insight.segments.told", None, by=by, made=Segment.objects.count())
    return Segment.objects.count()


def _last(days: int) -> dict[str, Any]:
    return {"kind": "last", "days": days}


def _at_least(value: Any) -> dict[str, Any]:
    return {"op": "at_least", "value": value}


def _never(window: dict[str, Any]) -> dict[str, Any]:
    return {"is": "orders", "window": window, "times": {"op": "exactly", "value": 0}}


def _categories() -> list[int]:
    """The two categories that sold most."""
    sold = OrderLine.objects.filter(product__category__isnull=False).order_by().values("product__category")
    best = sold.annotate(worth=Sum("amount"), many=Count("pk")).order_by("-worth")[:2]
    return [row["product__category"] for row in best]


def _segments() -> list[tuple[str, str, list[dict[str, Any]]]]:
    lately = {"is": "orders", "window": _last(30)}
    good = {"is": "rfm_class", "classes": ["at_risk", "cant_lose"]}
    found: list[tuple[str, str, list[dict[str, Any]]]] = [
        (_("Bought this month"), _("Ordered in the last 30 days"), [lately]),
        (
            _("New this quarter"),
            _("For a word of welcome"),
            [{"is": "first_order", "window": _last(90)}],
        ),
        (
            _("Regulars"),
            _("Five orders in half a year"),
            [{"is": "orders", "window": _last(180), "times": _at_least(5)}],
        ),
        (
            _("Big spenders of the year"),
            _("For the Diwali gift"),
            [{"is": "spent", "amount": _at_least("500000"), "window": _last(365)}],
        ),
        (
            _("Our best"),
            _("Champions and loyal ones"),
            [{"is": "rfm_class", "classes": ["champion", "loyal"]}],
        ),
        (_("Slipping away"), _("Bought well, and have gone silent"), [good, _never(_last(60))]),
        (_("Late with the next order"), _("To be called this week"), [{"is": "late", "days": 3}]),
        (_("Due next week"), _("A friendly question in time"), [{"is": "due", "days": 7}]),
        (
            _("Near their credit limit"),
            _("To be spoken to before the next delivery"),
            [{"is": "credit", "share": _at_least("80")}],
        ),
        (
            _("Overdue for a month"),
            _("For the reminder"),
            [{"is": "overdue", "days": _at_least(30)}, {"is": "balance", "amount": _at_least("1000")}],
        ),
        (
            _("May be written to"),
            _("Agreed to offers by e-mail"),
            [{"is": "consent", "state": "granted", "channel": "email", "purpose": "offers"}],
        ),
    ]
    categories = _categories()
    if len(categories) == 2:
        first, second = categories
        missing = {
            "match": "none",
            "rules": [{"is": "category", "categories": [second], "window": {"kind": "ever"}}],
        }
        bought = {"is": "category", "categories": [first], "window": _last(365), "times": _at_least(2)}
        found.append((_("One shelf and not the other"), _("To be shown the other shelf"), [bought, missing]))
    return found


def _fill(segment: Segment, everybody: list[int]) -> None:
    """Who is in it now, and week by week before where orders alone tell."""
    tree, today, now = parse(segment.tree), business.today(), timezone.now()
    weeks = [today - dt.timedelta(weeks=back) for back in range(WEEKS, 0, -1)] if _is_bought(tree) else []
    inside: set[int] = set()
    since: dict[int, dt.datetime] = {}
    moves: list[tuple[Any, ...]] = []
    for day in [*weeks, today]:
        found = decide.decided(tree if day == today else _as_of(tree, day), everybody, day)
        at = now if day == today else business.day_start(day) + dt.timedelta(hours=6)
        if weeks and day != weeks[0]:
            moves += [(segment.pk, pk, pk in found, bulk.stored(at)) for pk in sorted(found ^ inside)]
        since |= dict.fromkeys(found - inside, at)
        inside = found
        SegmentSize.objects.create(segment=segment, day=day, members=len(found))
    bulk.insert(Movement, ("segment", "customer", "entered", "at"), moves)
    rows = [(segment.pk, pk, bulk.stored(since[pk])) for pk in sorted(inside)]
    bulk.insert(Membership, ("segment", "customer", "entered_at"), rows)
    sizes.keep({segment.pk: len(inside)}, now)
    stale.clear([segment.pk])


def _is_bought(tree: Tree) -> bool:
    """Whether only orders in windows up to today decide, so that the past can be told from them."""
    return all(
        leaf.code in BOUGHT and leaf.args["window"]["kind"] in ("last", "ever") for leaf in tree.leaves()
    )


def _as_of(tree: Tree, day: dt.date) -> Tree:
    """The same rules as they stood at the end of a day: windows that end with it."""

    def moved(node: dict[str, Any]) -> dict[str, Any]:
        if "rules" in node:
            return {**node, "rules": [moved(rule) for rule in node["rules"]]}
        window = node["window"]
        first = day - dt.timedelta(days=window["days"]) if window["kind"] == "last" else dt.date(2000, 1, 1)
        return {**node, "window": {"kind": "between", "from": first.isoformat(), "to": day.isoformat()}}

    return parse(moved(tree.json()))
