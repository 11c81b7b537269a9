"""What they bought: orders counted, items and categories, spending, shares, firsts, returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.catalogue.models import Category, Product
from grahak.insight.segments import words
from grahak.insight.segments.context import MONEY_UNIT, Context
from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, lines, lines_with_items, orders, orders_and_returns, within

HEADING = gettext_lazy("What they bought")
NET, COUNT = "SUM(o.net)", "COUNT(*)"

WINDOW = Field("window", "window", gettext_lazy("When"), default={"kind": "last", "days": 90})
EVER = Field("window", "window", gettext_lazy("When"), default={"kind": "ever"})
TIMES = Field(
    "times", "comparison", gettext_lazy("How often"), default={"op": "at_least", "value": 1}, optional=True
)
MONEY = Field(
    "amount", "comparison", gettext_lazy("Amount"), default={"op": "at_least", "value": "1000"}, of="money"
)
CATEGORY = Field("categories", "category", gettext_lazy("Category"), many=True)
PRODUCT = Field("products", "product", gettext_lazy("Item"), many=True)
ONCE = {"op": "at_least", "value": 1}


def placed(args: Args, ctx: Context, kind: str = "sale") -> Rows:
    """Orders in the window."""
    return orders(ctx, kind).that(*within("o.placed_at", args.get("window"), ctx))


def bought(args: Args, ctx: Context) -> Rows:
    """Lines of the items or categories in the window."""
    if "categories" in args:
        rows = lines_with_items(ctx).that(f"p.category_id IN {ctx.values(args['categories'])}")
    else:
        rows = lines(ctx).that(f"l.product_id IN {ctx.values(args['products'])}")
    return rows.that(*within("l.placed_at", args.get("window"), ctx))


def what(args: Args) -> str:
    """The names of the items or categories."""
    if "categories" in args:
        return words.rows(Category, args["categories"])
    return words.rows(Product, args["products"])


def how_often(sentence: str, never: str, always: str, args: Args, **names: Any) -> str:
    """One of three sentences, by how often is asked for."""
    times = args.get("times")
    chosen = never if words.is_never(times) else always if words.is_once(times) else sentence
    return chosen % {
        "window": words.window(args.get("window")),
        "times": words.counted(times or ONCE),
        **names,
    }


def _ordered(args: Args, ctx: Context) -> str:
    return placed(args, ctx).compare(COUNT, args.get("times") or ONCE)


def _says_ordered(args: Args) -> str:
    return how_often(
        _("Ordered %(times)s %(window)s"), _("Did not order %(window)s"), _("Ordered %(window)s"), args
    )


def _ordered_found(args: Args, value: Any) -> str:
    return ngettext("ordered %(n)s time %(window)s", "ordered %(n)s times %(window)s", int(value or 0)) % {
        "n": words.number(value or 0),
        "window": words.window(args.get("window")),
    }


_MEASURES: dict[str, tuple[str, str]] = {
    "times": ("COUNT(DISTINCT l.order_id)", "number"),
    "amount": ("SUM(l.amount)", "money"),
    "quantity": ("SUM(l.quantity)", "quantity"),
}


def _bought(args: Args, ctx: Context) -> str:
    rows = bought(args, ctx)
    times = args.get("times") or ONCE
    if words.is_once(times):
        return rows.any()
    if words.is_never(times):
        return rows.none()
    return rows.compare("COUNT(DISTINCT l.order_id)", times)


def _says_bought(args: Args) -> str:
    return how_often(
        _("Bought %(what)s %(times)s %(window)s"),
        _("Did not buy %(what)s %(window)s"),
        _("Bought %(what)s %(window)s"),
        args,
        what=what(args),
    )


def _bought_found(args: Args, value: Any) -> str:
    n = int(value or 0)
    return ngettext("bought %(what)s %(n)s time %(window)s", "bought %(what)s %(n)s times %(window)s", n) % {
        "what": what(args),
        "n": words.number(n),
        "window": words.window(args.get("window")),
    }


def _spent(args: Args, ctx: Context) -> str:
    rows = orders_and_returns(ctx).that(*within("o.placed_at", args.get("window"), ctx))
    return rows.compare(NET, args["amount"], "money")


def _spent_figure(args: Args, ctx: Context) -> str:
    return orders_and_returns(ctx).that(*within("o.placed_at", args.get("window"), ctx)).figure(NET)


def money_found(sentence: Callable[[], str]) -> Callable[[Args, Any], str]:
    """The words for an amount found in the records; SENTENCE gives them in the reader's language."""

    def found(args: Args, value: Any) -> str:
        amount = words.money(words.scaled(value, MONEY_UNIT))
        return sentence() % {"amount": amount, "window": words.window(args.get("window"))}

    return found


add(
    Condition(
        "orders", HEADING, gettext_lazy("Ordered"),
        (WINDOW, TIMES),
        _ordered, _says_ordered,
        lambda args, ctx: placed(args, ctx).figure(COUNT), _ordered_found,
        order=20,
    ),
    Condition(
        "product", HEADING, gettext_lazy("Bought an item"),
        (PRODUCT, WINDOW, TIMES),
        _bought, _says_bought,
        lambda args, ctx: bought(args, ctx).figure("COUNT(DISTINCT l.order_id)"), _bought_found,
        cost=3, order=21,
    ),
    Condition(
        "category", HEADING, gettext_lazy("Bought from a category"),
        (CATEGORY, WINDOW, TIMES),
        _bought, _says_bought,
        lambda args, ctx: bought(args, ctx).figure("COUNT(DISTINCT l.order_id)"), _bought_found,
        cost=3, order=22,
    ),
    Condition(
        "spent", HEADING, gettext_lazy("Net revenue"),
        (MONEY, WINDOW),
        _spent,
        lambda args: _("Spent %(amount)s %(window)s, after returns") % {
            "amount": words.comparison(args["amount"], "money"), "window": words.window(args.get("window")),
        },
        _spent_figure, money_found(lambda: _("spent %(amount)s %(window)s")),
        order=23,
    ),
)  # fmt: skip
