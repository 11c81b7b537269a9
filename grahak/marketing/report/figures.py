"""A campaign's figures, for all of it and for each variant, counted from the records with a few set queries.

Net revenue is that of goods, without tax, services and fees, after returns. Margin is net revenue less what the goods
cost, by the cost that the items have today; lines of items without a cost are counted and shown apart, never guessed.
Nothing here depends on what was counted before; `kept` keeps the answer for pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from grahak.channels.models import Click, Message, MessageState
from grahak.core import bulk, business
from grahak.marketing.models import Campaign
from grahak.marketing.report.attribution import LAST_CLICK, Model, counted, model_of

ZERO = Decimal(0)
UNIT = Decimal("0.0001")
ORDERS_SHOWN = 8
LINKS_SHOWN = 30


@dataclass(frozen=True)
class Line:
    """What a variant (VARIANT "" where there is none), or the whole campaign, came to.

    SENT is what the ledger calls sent; BOUNCED came back later and is not in it where it came back for good. DELIVERED
    is None where no provider reports it. People are counted once each. BUYERS are customers with an order that counts;
    NET is after returns, RETURNED what those were (positive). Of NET, COSTED is of lines whose items have a cost, and
    GOODS that cost; UNCOSTED_LINES lines have none. COST is what sending cost."""

    variant: str = ""
    audience: int = 0
    sent: int = 0
    delivered: int | None = None
    read: int | None = None
    opened: int = 0
    machine_opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    complained: int = 0
    bounced: int = 0
    orders: int = 0
    buyers: int = 0
    net: Decimal = ZERO
    returned: Decimal = ZERO
    costed: Decimal = ZERO
    goods: Decimal = ZERO
    uncosted_lines: int = 0
    cost: Decimal = ZERO

    @property
    def ordered(self) -> Decimal:
        """Net revenue before returns."""
        return self.net + self.returned

    @property
    def uncosted(self) -> Decimal:
        """Net revenue of lines whose margin is not known."""
        return self.net - self.costed

    @property
    def margin(self) -> Decimal | None:
        """Net revenue less cost of goods, of lines that have one; None where there is revenue and no line has."""
        if self.uncosted and not self.costed and not self.goods:
            return None
        return self.costed - self.goods

    @property
    def roi(self) -> Decimal | None:
        """(margin - cost) / cost in per cent; None without a cost or a known margin."""
        if not self.cost or self.margin is None:
            return None
        return ((self.margin - self.cost) * 100 / self.cost).quantize(Decimal(1), ROUND_HALF_UP)

    def share(self, part: str, of: str = "sent") -> Decimal | None:
        """PART as per cent of OF, to a tenth; None where there is nothing to divide by or it is not known."""
        above, below = getattr(self, part), getattr(self, of)
        if above is None or not below:
            return None
        return (Decimal(above) * 100 / below).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def per_sent(self) -> Decimal | None:
        """Net revenue a message sent."""
        return (self.net / self.sent).quantize(UNIT, ROUND_HALF_UP) if self.sent else None


@dataclass(frozen=True)
class Figures:
    """A campaign's figures by one rule: the whole, by variant (as it is the sum of them), by business day after launch
    (orders and net revenue of sales and returns on it), and the newest orders that count."""

    model: str
    whole: Line
    variants: list[Line] = field(default_factory=list)
    days: list[tuple[dt.date, int, Decimal]] = field(default_factory=list)
    order_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class LinkFigures:
    """A link of a campaign: PEOPLE who followed it, once each, and MACHINES, left out of decisions."""

    url: str
    people: int
    machines: int


def figures(campaign: Campaign, model: Model | None = None, ledger: list[Line] | None = None) -> Figures:
    """Count a campaign now. MODEL is the rule by which orders count, by default the campaign's own (`model_of`). LEDGER
    is what `messages` gave, where that was asked already."""
    model = model or model_of(campaign)
    if campaign.dispatch_id is None:
        return Figures(model.code, Line())
    lines = {line.variant: line for line in (messages(campaign) if ledger is None else ledger)}
    span = _span(campaign.dispatch_id, model, campaign.attribution_days)
    if span is None:
        return Figures(model.code, _sum(lines.values(), campaign), _variants(lines))
    table = counted(model, campaign.attribution_days)
    given = [bulk.stored(span[0]), bulk.stored(span[1]), campaign.dispatch_id]
    sold, days, ids = _sold(table, given)
    goods = _goods(table, given)
    for code in sold.keys() | goods.keys():
        known = lines.get(code, Line(variant=code))
        lines[code] = _with(known, **sold.get(code, {}), **goods.get(code, {}))
    return Figures(model.code, _sum(lines.values(), campaign), _variants(lines), days, ids)


def _variants(lines: dict[str, Line]) -> list[Line]:
    """By letter; none where nobody was tried on."""
    return [lines[code] for code in sorted(lines)] if any(lines) else []


def _with(line: Line, **changes: Any) -> Line:
    return Line(**{one.name: getattr(line, one.name) for one in fields(Line)} | changes)


def messages(campaign: Campaign) -> list[Line]:
    """The campaign's messages by variant, and what sending them cost: a message's own cost where the provider told it,
    else the campaign's cost of one for those sent. One pass over its rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT variant, COUNT(*), SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END),
                COUNT(delivered_at), COUNT(read_at), COUNT(first_opened_at),
                SUM(CASE WHEN first_opened_at IS NULL AND machine_opened_at IS NOT NULL THEN 1 ELSE 0 END),
                COUNT(first_clicked_at), COUNT(unsubscribed_at), COUNT(complained_at),
                SUM(CASE WHEN bounced_at IS NOT NULL OR (state = 'failed' AND reason = 'bounced')
                    THEN 1 ELSE 0 END),
                SUM(cost), SUM(CASE WHEN state = 'sent' AND cost IS NULL THEN 1 ELSE 0 END)
            FROM channels_message WHERE dispatch_id = %s GROUP BY variant""",
            [campaign.dispatch_id],
        )
        rows = cursor.fetchall()
    told = any(row[3] for row in rows), any(row[4] for row in rows)
    each = campaign.cost_each or ZERO
    return [
        Line(
            variant=row[0],
            audience=row[1],
            sent=row[2],
            delivered=row[3] if told[0] else None,
            read=row[4] if told[1] else None,
            opened=row[5],
            machine_opened=row[6],
            clicked=row[7],
            unsubscribed=row[8],
            complained=row[9],
            bounced=row[10],
            cost=_amount(row[11]) + each * row[12],
        )
        for row in rows
    ]


def total(lines: Iterable[Line]) -> Line:
    """The sum of lines; what is not known of one (where nobody reports delivery) is not added."""
    sums: dict[str, Any] = {}
    for line in lines:
        for one in fields(Line):
            value = getattr(line, one.name)
            if one.name != "variant" and value is not None:
                sums[one.name] = sums.get(one.name, 0) + value
    return Line(**sums)


def _sum(lines: Iterable[Line], campaign: Campaign) -> Line:
    """The whole: the sum of its variants, and what was paid once."""
    whole = total(lines)
    return _with(whole, cost=whole.cost + (campaign.cost_once or ZERO))


def _span(dispatch_id: int, model: Model, days: int) -> tuple[dt.datetime, dt.datetime] | None:
    """Between which moments sales may count: from the first touch until so many days after the last one."""
    if model is LAST_CLICK:
        touched = Click.objects.filter(link__dispatch_id=dispatch_id, bot=False)
        found = touched.aggregate(first=Min("at"), last=Max("at"))
    else:
        sent = Message.objects.filter(dispatch_id=dispatch_id, state=MessageState.SENT)
        found = sent.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    if found["first"] is None:
        return None
    return found["first"], found["last"] + dt.timedelta(days=days)


def _sold(
    table: str, given: Sequence[Any]
) -> tuple[dict[str, dict[str, Any]], list[tuple[dt.date, int, Decimal]], list[int]]:
    """Orders, buyers and money by variant; by day; the newest orders and returns that count."""
    sold: dict[str, dict[str, Any]] = {}
    buyers: dict[str, set[int]] = {}
    days: dict[dt.date, list[Any]] = {}
    ids: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"{table} SELECT order_id, sale_id, customer_id, net, placed_at, variant FROM counted "  # noqa: S608
            "ORDER BY placed_at DESC, order_id DESC",
            given,
        )
        while rows := cursor.fetchmany(5_000):
            for order_id, sale_id, customer_id, net, placed_at, variant in rows:
                one = sold.setdefault(variant, {"orders": 0, "net": 0, "returned": 0})
                day = days.setdefault(business.day_of(_read(placed_at)), [0, 0])
                one["net"] += net
                day[1] += net
                if order_id == sale_id:
                    one["orders"] += 1
                    day[0] += 1
                    buyers.setdefault(variant, set()).add(customer_id)
                else:
                    one["returned"] -= net
                if len(ids) < ORDERS_SHOWN:
                    ids.append(order_id)
    for variant, one in sold.items():
        one |= {
            "net": _amount(one["net"]),
            "returned": _amount(one["returned"]),
            "buyers": len(buyers.get(variant, ())),
        }
    return sold, [(day, n, _amount(net)) for day, (n, net) in sorted(days.items())], ids


def _goods(table: str, given: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """By variant: net revenue of lines whose items have a cost, that cost, and how many lines have none. Returned goods
    take their cost back with them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{table} SELECT w.variant, SUM(CASE WHEN p.cost IS NOT NULL THEN l.amount END),
                SUM(l.quantity * p.cost), SUM(CASE WHEN p.cost IS NULL THEN 1 ELSE 0 END)
            FROM counted w JOIN sales_orderline l ON l.order_id = w.order_id
                LEFT JOIN catalogue_product p ON p.id = l.product_id
            WHERE NOT l.is_service GROUP BY w.variant""",  # noqa: S608
            given,
        )
        return {
            variant: {
                "costed": _amount(costed),
                # quantities are in thousandths and costs in ten-thousandths
                "goods": Decimal(goods or 0).scaleb(-7).quantize(UNIT, ROUND_HALF_UP),
                "uncosted_lines": int(without),
            }
            for variant, costed, goods, without in cursor.fetchall()
        }


def links(campaign: Campaign) -> list[LinkFigures]:
    """The campaign's links, the most followed first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.url, COUNT(DISTINCT CASE WHEN NOT c.bot THEN c.message_id END) AS people,
                SUM(CASE WHEN c.bot THEN 1 ELSE 0 END)
            FROM channels_link l LEFT JOIN channels_click c ON c.link_id = l.id
            WHERE l.dispatch_id = %s GROUP BY l.id, l.url ORDER BY people DESC, l.id LIMIT %s""",
            [campaign.dispatch_id, LINKS_SHOWN],
        )
        return [LinkFigures(url, people, int(machines or 0)) for url, people, machines in cursor.fetchall()]


def _amount(value: int | None) -> Decimal:
    """Money out of raw SQL: whole ten-thousandths."""
    return Decimal(int(value or 0)).scaleb(-4)


def _read(value: Any) -> dt.datetime:
    """A moment out of raw SQL: text in UTC on SQLite."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return value if timezone.is_aware(value) else value.replace(tzinfo=dt.UTC)
