"""Figures over a customer's rows, and the comparisons of conditions with them, written so that databases can go from
the rows to the customers: `c.customer_id IN (SELECT customer_id … HAVING …)`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from grahak.insight.segments.context import Context, Known, days_before

Window = dict[str, Any]
Comparison = dict[str, Any]

_SIGNS: Final = {"at_least": ">=", "at_most": "<=", "exactly": "="}
_CONTRARY: Final = {"at_least": "<", "at_most": ">", "exactly": "<>"}


def compared(figure: str, comparison: Comparison, of: str, ctx: Context, *, times: str = "") -> str:
    """FIGURE beside the value of a comparison; TIMES is what the value is multiplied with."""
    low = ctx.amount(of, comparison["value"]) + (f" * {times}" if times else "")
    if comparison["op"] != "between":
        return f"{figure} {_SIGNS[comparison['op']]} {low}"
    high = ctx.amount(of, comparison["to"]) + (f" * {times}" if times else "")
    return f"{figure} BETWEEN {low} AND {high}"


def contrary(figure: str, comparison: Comparison, of: str, ctx: Context) -> str:
    """What `compared` is not, for figures that are never NULL."""
    low = ctx.amount(of, comparison["value"])
    if comparison["op"] != "between":
        return f"{figure} {_CONTRARY[comparison['op']]} {low}"
    return f"{figure} NOT BETWEEN {low} AND {ctx.amount(of, comparison['to'])}"


def holds_for(value: Decimal, comparison: Comparison) -> bool:
    """The comparison, in Python."""
    low = Decimal(str(comparison["value"]))
    if comparison["op"] == "between":
        return low <= value <= Decimal(str(comparison["to"]))
    return {"at_least": value >= low, "at_most": value <= low, "exactly": value == low}[comparison["op"]]


def _first(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def within(column: str, window: Window | None, ctx: Context) -> list[str]:
    """The conditions on a moment for a window, none for "ever"."""
    kind = window["kind"] if window else "ever"
    if window is None or kind == "ever":
        return []
    if kind in ("last", "older"):
        days = window["days"]
        return [
            f"{column} {'>=' if kind == 'last' else '<'} {ctx.moment(lambda today: days_before(today, days))}"
        ]
    if kind == "before":
        return [f"{column} < {ctx.moment(_first(window['day']))}"]
    after = _first(window["to"])
    after = after if after == dt.date.max else after + dt.timedelta(days=1)
    return [f"{column} >= {ctx.moment(_first(window['from']))}", f"{column} < {ctx.moment(after)}"]


def day_within(column: str, window: Window | None, ctx: Context) -> list[str]:
    """The same for a day."""
    kind = window["kind"] if window else "ever"
    if window is None or kind == "ever":
        return []
    if kind in ("last", "older"):
        days = window["days"]
        return [
            f"{column} {'>=' if kind == 'last' else '<'} {ctx.day(lambda today: days_before(today, days))}"
        ]
    if kind == "before":
        return [f"{column} < {ctx.day(_first(window['day']))}"]
    return [f"{column} >= {ctx.day(_first(window['from']))}", f"{column} <= {ctx.day(_first(window['to']))}"]


@dataclass(frozen=True)
class Rows:
    """Some rows of customers: FROM with its joins, the column with the customer, and what must hold of a row."""

    ctx: Context
    source: str
    customer: str
    where: tuple[str, ...] = ()

    def that(self, *more: str) -> Rows:
        """Those of them of which more holds."""
        return Rows(self.ctx, self.source, self.customer, (*self.where, *more))

    def _where(self) -> str:
        # In one customer's rows nobody is unknown; elsewhere a NULL among the customers would spoil NOT IN
        known = () if self.ctx.target.is_records else (f"{self.customer} IS NOT NULL",)
        near = (f"{self.customer} IN (SELECT customer_id FROM near)",) if self.ctx.near else ()
        found = " AND ".join((*self.where, *known, *near))
        return f" WHERE {found}" if found else ""

    def customers(self, having: str = "") -> str:
        """A SELECT of the customers."""
        tail = f" GROUP BY {self.customer} HAVING {having}" if having else ""
        return f"SELECT {self.customer} FROM {self.source}{self._where()}{tail}"

    def any(self) -> Known:
        """The customer has such a row."""
        return Known(f"c.customer_id IN ({self.customers()})")

    def none(self) -> Known:
        """The customer has no such row."""
        return Known(f"c.customer_id NOT IN ({self.customers()})")

    def having(self, having: str) -> Known:
        """The customer has such rows, and together this holds of them."""
        return Known(f"c.customer_id IN ({self.customers(having)})")

    def compare(self, figure: str, comparison: Comparison, of: str = "number") -> Known:
        """FIGURE, 0 where there is no row, compares so."""
        zero = holds_for(Decimal(0), comparison)
        if figure == "COUNT(*)":
            if comparison["op"] == "at_least" and comparison["value"] == 1:
                return self.any()
            if comparison["op"] in ("exactly", "at_most") and comparison["value"] == 0:
                return self.none()
        if not zero:
            return self.having(compared(figure, comparison, of, self.ctx))
        return Known(f"c.customer_id NOT IN ({self.customers(contrary(figure, comparison, of, self.ctx))})")

    def figure(self, figure: str) -> str:
        """A SELECT of the figure of the one customer that the context is for."""
        return f"SELECT {figure} FROM {self.source}{self._where()}"


Source = Callable[[Context], Rows]


def orders(ctx: Context, kind: str = "sale") -> Rows:
    """Sales (or returns) that were not cancelled."""
    return Rows(
        ctx, f"{ctx.table('orders')} o", "o.customer_id", ("o.cancelled_at IS NULL", f"o.kind = '{kind}'")
    )


def orders_and_returns(ctx: Context) -> Rows:
    return Rows(ctx, f"{ctx.table('orders')} o", "o.customer_id", ("o.cancelled_at IS NULL",))


def lines(ctx: Context, kind: str = "sale") -> Rows:
    """Lines of sales that were not cancelled, of goods and services."""
    return Rows(
        ctx,
        f"{ctx.table('order_lines')} l",
        "l.customer_id",
        ("l.cancelled_at IS NULL", f"l.kind = '{kind}'"),
    )


def lines_with_items(ctx: Context, kind: str = "sale") -> Rows:
    """The same with the item of each line as `p`; lines of unknown codes are not among them."""
    plain = lines(ctx, kind)
    return Rows(
        ctx,
        f"{plain.source} JOIN {ctx.table('products')} p ON p.product_id = l.product_id",
        plain.customer,
        plain.where,
    )


def events(ctx: Context) -> Rows:
    """What people did; robots left out."""
    return Rows(ctx, f"{ctx.table('events')} e", "e.customer_id", ("NOT e.bot",))


def visits(ctx: Context) -> Rows:
    return Rows(ctx, f"{ctx.table('visits')} v", "v.customer_id", ("NOT v.bot",))


def messages(ctx: Context) -> Rows:
    """Messages that went out."""
    return Rows(ctx, f"{ctx.table('messages')} m", "m.customer_id", ("m.sent_at IS NOT NULL",))
