"""What a campaign did that would not have happened anyway, told from those whom the lot held out.

*Intention to treat*: everybody whom the lot could have put into the audience counts in the group it put them in,
reached or not, so nothing but the lot tells the groups apart. What counts is net revenue a customer (orders less their
returns until today) from launch until the campaign's days after its last message, for both groups alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.channels.models import DispatchState, Message, MessageState, SkipReason
from grahak.core import bulk, business, money
from grahak.customers.models import Customer
from grahak.marketing import intervals
from grahak.marketing.intervals import Arm, Difference
from grahak.marketing.models import Campaign, HeldOut
from grahak.sales.models import Order

# Why rows are left out while the audience is frozen, before the lot. Who is left out for one of these at their turn, by
# a worker whose name stays with the row, could have been held out, and counts.
AT_LAUNCH = (
    *(SkipReason.NO_ADDRESS, SkipReason.NO_CONSENT, SkipReason.WITHDRAWN, SkipReason.SUPPRESSED),
    *(SkipReason.SAME_ADDRESS, SkipReason.SAME_ACCOUNT, SkipReason.CAPPED, SkipReason.NO_WINDOW),
)
FEWEST, FEWEST_BUYERS = 30, 5
LEANS = Decimal("0.25")  # a group hangs on one customer who makes up so much of it
STRETCHES = 4

VERDICTS = {
    "none": gettext_lazy("Nobody was held out, so nobody can tell what would have happened without it."),
    "early": gettext_lazy("The days in which orders count have just begun."),
    "few": gettext_lazy("Too few were held out or bought for an answer."),
    "more": gettext_lazy("It brought more than would have come anyway."),
    "less": gettext_lazy("It brought less than would have come anyway."),
    "open": gettext_lazy("Can't tell yet."),
    "closed": gettext_lazy("Can't be told from chance."),
}


@dataclass(frozen=True)
class Group:
    """One of the two groups: its customers and BUYERS, what they ORDERED and RETURNED (positive), and NET, the
    difference, in the shop's currency; LARGEST is the net revenue of the customer who bought most."""

    arm: Arm
    ordered: Decimal
    returned: Decimal
    largest: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        return self.ordered - self.returned

    @property
    def each(self) -> Decimal:
        """Net revenue a customer, to a hundredth."""
        whole = self.net / self.arm.customers if self.arm.customers else Decimal(0)
        return whole.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def leans(self) -> Decimal:
        """The part of NET that one customer alone makes up, 0 to 1."""
        return min(Decimal(1), self.largest / self.net) if self.net > 0 else Decimal(0)

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share of buyers, 0 to 1."""
        return intervals.wilson(self.arm.share, self.arm.customers)


@dataclass(frozen=True)
class Effect:
    """The answer. VERDICT is a key of VERDICTS; EACH the difference of net revenue a customer, SHARE that of buyers
    (parts of one); both None where nobody or too few were held out. SINCE and UNTIL bound the orders that count; OVER
    says whether that time has passed."""

    verdict: str
    audience: Group
    held_out: Group
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    over: bool = False
    each: Difference | None = None
    share: Difference | None = None

    @property
    def whole(self) -> Difference | None:
        """The difference for the whole audience, in the currency."""
        return self.each.times(self.audience.arm.customers) if self.each else None

    @property
    def more_buyers(self) -> Difference | None:
        """Buyers in the whole audience who would not have come by themselves."""
        return self.share.times(self.audience.arm.customers) if self.share else None

    @property
    def smallest(self) -> float | None:
        """The smallest extra net revenue of the whole audience that could have been noticed in four cases of five."""
        if self.each is None:
            return None
        return intervals.detectable(self.each.error, self.each.freedom) * self.audience.arm.customers

    @property
    def says(self) -> str:
        """The verdict in one sentence, with the amounts for the whole audience."""
        if self.whole is None or self.verdict not in ("more", "less", "open", "closed"):
            return str(VERDICTS[self.verdict])
        low, high = self.whole.low, self.whole.high
        said = {"low": money.written(rounded(abs(low))), "high": money.written(rounded(abs(high)))}
        if self.verdict == "more":
            return _("Between %(low)s and %(high)s more because of it.") % said
        if self.verdict == "less":
            return _("Between %(high)s and %(low)s less because of it.") % said
        if self.verdict == "open":
            return _("Between %(low)s less and %(high)s more: can't tell yet.") % said
        return _("Between %(low)s less and %(high)s more: that can't be told from chance.") % said

    @property
    def caution(self) -> str:
        """What to bear in mind where one customer alone sways a group; "" where none does."""
        if self.each is None:
            return ""
        for group, words in (
            (self.held_out, _("One customer alone makes up %(share)s%% of what those held out bought: a lot that falls "
                              "otherwise would show otherwise. Trust the share of buyers more.")),
            (self.audience, _("One customer alone makes up %(share)s%% of what the audience bought. Trust the share of "
                              "buyers more.")),
        ):  # fmt: skip
            if group.leans >= LEANS:
                return words % {"share": round(group.leans * 100)}
        return ""

    def stored(self) -> dict[str, Any]:
        """As JSON; `read` gives it back."""
        found = asdict(self)
        for name in ("since", "until"):
            found[name] = found[name].isoformat() if found[name] else None
        for name in ("audience", "held_out"):
            found[name] |= {part: str(found[name][part]) for part in ("ordered", "returned", "largest")}
        for name in ("each", "share"):
            if found[name] and found[name]["freedom"] == float("inf"):
                found[name]["freedom"] = None  # JSON knows no infinity
        return found


def read(found: dict[str, Any]) -> Effect:
    """What `stored` gave."""

    def group(one: dict[str, Any]) -> Group:
        return Group(Arm(**one["arm"]), *(Decimal(one[part]) for part in ("ordered", "returned", "largest")))

    def difference(one: dict[str, Any] | None) -> Difference | None:
        if one is None:
            return None
        return Difference(**one | {"freedom": float("inf") if one["freedom"] is None else one["freedom"]})

    def moment(one: str | None) -> dt.datetime | None:
        return dt.datetime.fromisoformat(one) if one else None

    return Effect(
        verdict=found["verdict"],
        audience=group(found["audience"]),
        held_out=group(found["held_out"]),
        since=moment(found["since"]),
        until=moment(found["until"]),
        over=found["over"],
        each=difference(found["each"]),
        share=difference(found["share"]),
    )


def of(campaign: Campaign, *, now: dt.datetime | None = None) -> Effect:
    """The effect of a campaign as far as it can be told NOW."""
    now = now or timezone.now()
    nobody = Group(Arm(0), Decimal(0), Decimal(0))
    dispatch = campaign.dispatch
    if dispatch is None or dispatch.launched_at is None:
        return Effect("none", nobody, nobody)
    since, (until, over) = dispatch.launched_at, _until(campaign, now)
    treated = Message.objects.filter(dispatch=dispatch, customer__isnull=False).exclude(
        Q(state=MessageState.SKIPPED, reason__in=AT_LAUNCH, claimed_by="")
    )
    audience = _group(treated.count(), _totals(_TREATED, since, min(until, now), dispatch.pk))
    many = HeldOut.objects.filter(campaign=campaign).count()
    if not many:
        return Effect("none", audience, nobody, since, until, over)
    held = _group(many, _totals(_HELD_OUT, since, min(until, now), campaign.pk))
    few = "few" if over else "early"
    arms = (audience.arm, held.arm)
    if min(one.customers for one in arms) < FEWEST or min(one.buyers for one in arms) < FEWEST_BUYERS:
        return Effect(few, audience, held, since, until, over)
    each = intervals.means_differ(*arms)
    verdict = "more" if each.low > 0 else "less" if each.high < 0 else "closed" if over else "open"
    return Effect(verdict, audience, held, since, until, over, each, intervals.shares_differ(*arms))


def _until(campaign: Campaign, now: dt.datetime) -> tuple[dt.datetime, bool]:
    """Until when orders count for both groups, and whether that is over: the campaign's days after its last message;
    while it is on its way, after now."""
    dispatch = campaign.dispatch
    assert dispatch is not None
    last = Message.objects.filter(dispatch=dispatch).aggregate(last=Max("sent_at"))["last"]
    ended = dispatch.state in (DispatchState.DONE, DispatchState.STOPPED)
    until = (last if ended and last else max(last or now, now)) + dt.timedelta(days=campaign.attribution_days)
    return until, ended and until <= now


# Who is in each group, as customer_id of `g`: SQL with one parameter
_TREATED = f"""channels_message g WHERE g.dispatch_id = %s AND g.customer_id = o.customer_id
    AND NOT (g.state = 'skipped' AND g.claimed_by = ''
        AND g.reason IN ({", ".join(f"'{one.value}'" for one in AT_LAUNCH)}))"""
_HELD_OUT = "marketing_heldout g WHERE g.campaign_id = %s AND g.customer_id = o.customer_id"


def _totals(group: str, since: dt.datetime, until: dt.datetime, pk: int) -> list[tuple[int, int, int]]:
    """What each buyer of a group ordered between two moments (the first in it, the second not) and brought back of it
    until today, in ten-thousandths: (sales, ordered, returned). A return that names no order counts where it came in
    that time, after the customer's first order in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH bought AS (
                SELECT o.id, o.customer_id, o.net, o.placed_at FROM sales_order o
                WHERE o.kind = 'sale' AND o.cancelled_at IS NULL AND o.placed_at >= %s AND o.placed_at < %s
                    AND EXISTS (SELECT 1 FROM {group})
            ), buyers AS (
                SELECT customer_id, COUNT(*) AS sales, SUM(net) AS ordered, MIN(placed_at) AS first
                FROM bought GROUP BY customer_id
            ), back AS (
                SELECT b.customer_id, r.net FROM bought b JOIN sales_order r ON r.returns_id = b.id
                WHERE r.kind = 'return' AND r.cancelled_at IS NULL
                UNION ALL
                SELECT b.customer_id, r.net FROM buyers b
                    JOIN sales_order r ON r.customer_id = b.customer_id AND r.placed_at >= b.first
                WHERE r.kind = 'return' AND r.cancelled_at IS NULL AND r.returns_id IS NULL AND r.placed_at < %s
            )
            SELECT b.sales, b.ordered, COALESCE(k.net, 0)
            FROM buyers b LEFT JOIN (SELECT customer_id, -SUM(net) AS net FROM back GROUP BY customer_id) k
                ON k.customer_id = b.customer_id""",  # noqa: S608
            [bulk.stored(since), bulk.stored(until), pk, bulk.stored(until)],
        )
        return [(sales, int(ordered), int(back)) for sales, ordered, back in cursor.fetchall()]


def _group(customers: int, buyers: Sequence[tuple[int, int, int]]) -> Group:
    found = intervals.arm(customers, [(ordered - back) / 10_000 for _sales, ordered, back in buyers])
    return Group(
        found,
        Decimal(sum(ordered for _sales, ordered, _back in buyers)).scaleb(-4),
        Decimal(sum(back for _sales, _ordered, back in buyers)).scaleb(-4),
        Decimal(max((ordered - back for _sales, ordered, back in buyers), default=0)).scaleb(-4),
    )


def rounded(value: float) -> Decimal:
    """An estimate as an amount, to three figures: more would claim to know more."""
    whole = Decimal(repr(round(value, 4)))
    if not whole:
        return whole
    return whole.quantize(Decimal(1).scaleb(max(whole.adjusted() - 2, 0)), ROUND_HALF_UP)


# -- before launch ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Smallest:
    """What a hold-out could notice: the smallest extra net revenue of all who are written to (WHOLE), a customer
    (EACH), and in per cent of what they buy in so many days anyway (PERCENT, None where they bought nothing).
    HELD_OUT of the audience would be held out."""

    held_out: int
    each: Decimal
    whole: Decimal
    percent: int | None
    enough: bool

    @property
    def says(self) -> str:
        """In one sentence."""
        if not self.enough:
            return _("Too few would be held out for an answer.")
        if self.percent is None:
            return _("Nothing is known of how these customers buy, so nothing can be said beforehand.")
        said = {"whole": money.written(self.whole), "percent": self.percent}
        return (
            _("An effect of %(whole)s or more (%(percent)s%% of what they buy anyway) will be noticed.")
            % said
        )


def smallest(
    audience: int,
    percent: int,
    days: int,
    customers: QuerySet[Customer] | None = None,
    *,
    today: dt.date | None = None,
) -> Smallest:
    """The smallest effect that holding out PERCENT of an AUDIENCE would notice in four cases of five, with orders of
    DAYS days, judged from how CUSTOMERS (all, by default) bought in the last four stretches of that many days."""
    held = audience * min(max(percent, 0), 100) // 100
    written = audience - held
    who = Customer.objects.filter(archived_at=None) if customers is None else customers
    one = _usual(who, max(days, 1), today or business.today())
    if held < FEWEST or written < FEWEST or one.customers < 2:
        return Smallest(held, Decimal(0), Decimal(0), None, enough=False)
    error = (one.variance * (1 / held + 1 / written)) ** 0.5
    each = intervals.detectable(error, written + held - 2)
    share = round(each * 100 / one.mean) if one.mean > 0 else None
    return Smallest(held, rounded(each), rounded(each * written), share, enough=True)


def _usual(customers: QuerySet[Customer], days: int, today: dt.date) -> Arm:
    """How these customers buy in so many days: the last four stretches, each customer counted once in each."""
    many = customers.order_by().count()
    first = business.day_start(today - dt.timedelta(days=days * STRETCHES))
    ids = customers.order_by().values("pk")
    rows = (
        Order.objects.filter(
            placed_at__gte=first, placed_at__lt=business.day_start(today), cancelled_at=None, customer__in=ids
        )
        .order_by("customer_id", "placed_at")
        .values_list("customer_id", "placed_at", "net")
    )
    sums: dict[tuple[int | None, int], Decimal] = {}
    for customer_id, placed_at, net in rows.iterator(chunk_size=5_000):
        key = (customer_id, (placed_at - first).days // days)
        sums[key] = sums.get(key, Decimal(0)) + net
    return intervals.arm(many * STRETCHES, [float(value) for value in sums.values()])
