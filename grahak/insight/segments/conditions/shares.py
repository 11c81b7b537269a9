"""More about what they bought: amounts of items and categories, single orders, averages, shares, firsts, returns."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.core.models import Branch
from grahak.insight.segments import words
from grahak.insight.segments.conditions.orders import (
    CATEGORY,
    COUNT,
    EVER,
    HEADING,
    MONEY,
    NET,
    ONCE,
    PRODUCT,
    TIMES,
    WINDOW,
    bought,
    how_often,
    money_found,
    placed,
    what,
)  # fmt: skip
from grahak.insight.segments.context import QUANTITY_UNIT, Context
from grahak.insight.segments.fields import Field
from grahak.insight.segments.registry import Args, Condition, add
from grahak.insight.segments.rows import Rows, compared, lines_with_items, orders, within

SHARE = Field(
    "share",
    "comparison",
    gettext_lazy("Share of spending"),
    default={"op": "at_least", "value": "50"},
    of="percent",
)
QUANTITY = Field(
    "quantity",
    "comparison",
    gettext_lazy("Quantity"),
    default={"op": "at_least", "value": "10"},
    of="quantity",
)
_HUNDRED_PERCENT = 10_000  # in hundredths of a per cent


def _amount(args: Args, ctx: Context) -> str:
    return bought(args, ctx).compare("SUM(l.amount)", args["amount"], "money")


def _says_amount(args: Args) -> str:
    return _("Bought %(what)s for %(amount)s %(window)s") % {
        "what": what(args),
        "amount": words.comparison(args["amount"], "money"),
        "window": words.window(args["window"]),
    }


def _quantity(args: Args, ctx: Context) -> str:
    return bought(args, ctx).compare("SUM(l.quantity)", args["quantity"], "quantity")


def _says_quantity(args: Args) -> str:
    return _("Bought %(quantity)s of %(what)s %(window)s") % {
        "what": what(args),
        "quantity": words.comparison(args["quantity"]),
        "window": words.window(args["window"]),
    }


def _quantity_found(args: Args, value: Any) -> str:
    found = words.number(words.scaled(value, QUANTITY_UNIT))
    return _("bought %(quantity)s %(window)s") % {"quantity": found, "window": words.window(args["window"])}


def _large(args: Args, ctx: Context) -> Rows:
    return placed(args, ctx).that(compared("o.net", args["amount"], "money", ctx))


def _says_large(args: Args) -> str:
    names = {"amount": words.comparison(args["amount"], "money")}
    return how_often(
        _("Placed an order of %(amount)s %(times)s %(window)s"),
        _("Placed no order of %(amount)s %(window)s"),
        _("Placed an order of %(amount)s %(window)s"),
        args, **names,
    )  # fmt: skip


def _large_found(args: Args, value: Any) -> str:
    n = int(value or 0)
    return ngettext("%(n)s such order %(window)s", "%(n)s such orders %(window)s", n) % {
        "n": words.number(n), "window": words.window(args["window"]),
    }  # fmt: skip


def _average(args: Args, ctx: Context) -> str:
    return placed(args, ctx).having(compared(NET, args["amount"], "money", ctx, times=COUNT))


def _in_categories(args: Args, ctx: Context) -> str:
    inside = f"p.category_id IN {ctx.values(args['categories'])}"
    return f"SUM(CASE WHEN {inside} THEN l.amount ELSE 0 END)"


def _goods(args: Args, ctx: Context) -> Rows:
    return lines_with_items(ctx).that("NOT l.is_service", *within("l.placed_at", args["window"], ctx))


def _share(args: Args, ctx: Context) -> str:
    share = compared(
        f"{_HUNDRED_PERCENT} * {_in_categories(args, ctx)}",
        args["share"],
        "percent",
        ctx,
        times="SUM(l.amount)",
    )
    return _goods(args, ctx).having(f"SUM(l.amount) > 0 AND {share}")


def _share_figure(args: Args, ctx: Context) -> str:
    part = f"{_HUNDRED_PERCENT} * {_in_categories(args, ctx)}"
    return _goods(args, ctx).figure(f"CASE WHEN SUM(l.amount) > 0 THEN {part} / SUM(l.amount) END")


def _share_found(args: Args, value: Any) -> str:
    if value is None:
        return _("bought nothing %(window)s") % {"window": words.window(args["window"])}
    share = words.number(round(float(value) / 100, 1))
    return _("%(share)s %% of what was spent %(window)s") % {
        "share": share,
        "window": words.window(args["window"]),
    }


def _first_order(args: Args, ctx: Context) -> str:
    moments = within("MIN(o.placed_at)", args["window"], ctx)
    return orders(ctx).having(" AND ".join(moments)) if moments else orders(ctx).any()


def _first_bought(args: Args, ctx: Context) -> str:
    rows = bought({**args, "window": None}, ctx)
    moments = within("MIN(l.placed_at)", args["window"], ctx)
    return rows.having(" AND ".join(moments)) if moments else rows.any()


def _says_first(args: Args) -> str:
    return _("First bought %(what)s %(window)s") % {
        "what": what(args),
        "window": words.window(args["window"]),
    }


def _day_found(args: Args, value: Any) -> str:
    return _("the first time was on %(day)s") % {"day": words.day(value)} if value else _("never")


def _returned(args: Args, ctx: Context) -> str:
    return placed(args, ctx, "return").compare(COUNT, args.get("times") or ONCE)


def _returned_amount(args: Args, ctx: Context) -> str:
    return placed(args, ctx, "return").compare("-SUM(o.net)", args["amount"], "money")


def _returned_found(args: Args, value: Any) -> str:
    n = int(value or 0)
    return ngettext("returned %(n)s time %(window)s", "returned %(n)s times %(window)s", n) % {
        "n": words.number(n), "window": words.window(args["window"]),
    }  # fmt: skip


def _at_branch(args: Args, ctx: Context) -> Rows:
    return placed(args, ctx).that(f"o.branch_id IN {ctx.values(args['branches'])}")


def _last(args: Args, ctx: Context) -> str:
    return orders(ctx).having(" AND ".join(within("MAX(o.placed_at)", args["window"], ctx)) or "COUNT(*) > 0")


add(
    Condition(
        "product_amount", HEADING, gettext_lazy("Spent on an item"),
        (PRODUCT, MONEY, WINDOW),
        _amount, _says_amount,
        lambda args, ctx: bought(args, ctx).figure("SUM(l.amount)"),
        money_found(lambda: _("bought it for %(amount)s %(window)s")),
        cost=3, order=24,
    ),
    Condition(
        "category_amount", HEADING, gettext_lazy("Spent on a category"),
        (CATEGORY, MONEY, WINDOW),
        _amount, _says_amount,
        lambda args, ctx: bought(args, ctx).figure("SUM(l.amount)"),
        money_found(lambda: _("bought from it for %(amount)s %(window)s")),
        cost=3, order=25,
    ),
    Condition(
        "product_quantity", HEADING, gettext_lazy("Bought a quantity of an item"),
        (PRODUCT, QUANTITY, WINDOW),
        _quantity, _says_quantity,
        lambda args, ctx: bought(args, ctx).figure("SUM(l.quantity)"), _quantity_found,
        cost=3, order=26,
    ),
    Condition(
        "share", HEADING, gettext_lazy("Share of a category"),
        (CATEGORY, SHARE, WINDOW),
        _share,
        lambda args: _("%(share)s of what was spent %(window)s went to %(what)s") % {
            "share": words.comparison(args["share"], "percent"), "window": words.window(args["window"]),
            "what": what(args),
        },
        _share_figure, _share_found,
        cost=3, order=27,
    ),
    Condition(
        "order_amount", HEADING, gettext_lazy("Placed an order of an amount"),
        (MONEY, WINDOW, TIMES),
        lambda args, ctx: _large(args, ctx).compare(COUNT, args.get("times") or ONCE), _says_large,
        lambda args, ctx: _large(args, ctx).figure(COUNT), _large_found,
        order=28,
    ),
    Condition(
        "average", HEADING, gettext_lazy("Average order"),
        (MONEY, WINDOW),
        _average,
        lambda args: _("The average order %(window)s was %(amount)s") % {
            "amount": words.comparison(args["amount"], "money"), "window": words.window(args["window"]),
        },
        lambda args, ctx: placed(args, ctx).figure(f"CASE WHEN COUNT(*) > 0 THEN {NET} / COUNT(*) END"),
        lambda args, value: (
            money_found(lambda: _("the average order was %(amount)s"))(args, value)
            if value is not None else _("no order %(window)s") % {"window": words.window(args["window"])}
        ),
        order=29,
    ),
    Condition(
        "last_order", HEADING, gettext_lazy("Last order"),
        (WINDOW,),
        _last,
        lambda args: _("The last order was %(window)s") % {"window": words.window(args["window"])},
        lambda args, ctx: orders(ctx).figure("MAX(o.placed_at)"),
        lambda args, value: (
            _("the last order was on %(day)s") % {"day": words.day(value)} if value else _("never ordered")
        ),
        order=30,
    ),
    Condition(
        "first_order", HEADING, gettext_lazy("First order"),
        (WINDOW,),
        _first_order,
        lambda args: _("The first order was %(window)s") % {"window": words.window(args["window"])},
        lambda args, ctx: orders(ctx).figure("MIN(o.placed_at)"), _day_found,
        order=31,
    ),
    Condition(
        "first_product", HEADING, gettext_lazy("First bought an item"),
        (PRODUCT, WINDOW),
        _first_bought,
        _says_first,
        lambda args, ctx: bought({**args, "window": None}, ctx).figure("MIN(l.placed_at)"), _day_found,
        cost=3, order=32,
    ),
    Condition(
        "first_category", HEADING, gettext_lazy("First bought from a category"),
        (CATEGORY, WINDOW),
        _first_bought,
        _says_first,
        lambda args, ctx: bought({**args, "window": None}, ctx).figure("MIN(l.placed_at)"), _day_found,
        cost=3, order=33,
    ),
    Condition(
        "ordered_at", HEADING, gettext_lazy("Ordered at a branch"),
        (Field("branches", "branch", gettext_lazy("Branch"), many=True), WINDOW, TIMES),
        lambda args, ctx: _at_branch(args, ctx).compare(COUNT, args.get("times") or ONCE),
        lambda args: how_often(
            _("Ordered at %(branches)s %(times)s %(window)s"),
            _("Did not order at %(branches)s %(window)s"),
            _("Ordered at %(branches)s %(window)s"),
            args, branches=words.rows(Branch, args["branches"]),
        ),
        lambda args, ctx: _at_branch(args, ctx).figure(COUNT), _large_found,
        order=34,
    ),
    Condition(
        "returned", HEADING, gettext_lazy("Returned goods"),
        (WINDOW, TIMES),
        _returned,
        lambda args: how_often(
            _("Returned goods %(times)s %(window)s"), _("Returned nothing %(window)s"),
            _("Returned goods %(window)s"), args,
        ),
        lambda args, ctx: placed(args, ctx, "return").figure(COUNT), _returned_found,
        order=35,
    ),
    Condition(
        "returned_amount", HEADING, gettext_lazy("Returned goods worth"),
        (MONEY, EVER),
        _returned_amount,
        lambda args: _("Returned goods worth %(amount)s %(window)s") % {
            "amount": words.comparison(args["amount"], "money"), "window": words.window(args["window"]),
        },
        lambda args, ctx: placed(args, ctx, "return").figure("-SUM(o.net)"),
        money_found(lambda: _("returned goods worth %(amount)s %(window)s")),
        order=36,
    ),
)  # fmt: skip
