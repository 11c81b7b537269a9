"""Which orders count for a campaign: a small set of named rules, each told on the screen.

Every rule looks for the customer's last *touch* before an order, of whichever campaign. The order counts for the
campaign of that touch, if it came within that campaign's days after it (from the touch on, up to but not with the
moment so many times 24 hours later), and else for none. So an order counts once at most, and the campaigns of a shop
never claim more than was sold. Nothing is said about cause: who would have bought anyway is counted too (that is what
`marketing.effect` is for).

A return that names its order is taken off that order, whenever it comes. One that names none is taken off its
customer's last order before it, if it came within the days too. Cancelled orders and returns count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import Link
from grahak.marketing.models import Campaign


@dataclass(frozen=True)
class Model:
    """A rule. TOUCH is the SQL of the moment that counts, over `m`, the message, and `c`, the click; LAST joins both to
    the order `o` by its customer's last touch before it."""

    code: str
    label: Any
    says: Any
    touch: str
    last: str


_SENT = """JOIN channels_message m ON m.id = (
    SELECT t.id FROM channels_message t JOIN channels_dispatch d ON d.id = t.dispatch_id
    WHERE t.customer_id = o.customer_id AND t.state = 'sent' AND t.sent_at <= o.placed_at AND d.renderer = 'campaign'
    ORDER BY t.sent_at DESC, t.id DESC LIMIT 1)"""
_CLICKED = """JOIN channels_click c ON c.id = (
    SELECT k.id FROM channels_message t JOIN channels_click k ON k.message_id = t.id
        JOIN channels_dispatch d ON d.id = t.dispatch_id
    WHERE t.customer_id = o.customer_id AND t.first_clicked_at IS NOT NULL AND NOT k.bot AND k.at <= o.placed_at
        AND d.renderer = 'campaign'
    ORDER BY k.at DESC, k.id DESC LIMIT 1)
JOIN channels_message m ON m.id = c.message_id"""

LAST_CLICK = Model(
    "last_click",
    _("Last click"),
    _("An order counts for the campaign whose link its customer followed last before it."),
    "c.at",
    _CLICKED,
)
LAST_MESSAGE = Model(
    "last_message",
    _("Last message"),
    _("An order counts for the campaign that its customer was sent last before it, followed or not."),
    "m.sent_at",
    _SENT,
)
MODELS = {model.code: model for model in (LAST_CLICK, LAST_MESSAGE)}


def model_of(campaign: Campaign, asked: str = "") -> Model:
    """The rule to show: the one ASKED for, else last click; last message for a campaign without links to follow."""
    if asked in MODELS:
        return MODELS[asked]
    followed = campaign.tracks and Link.objects.filter(dispatch=campaign.dispatch).exists()
    return LAST_CLICK if followed else LAST_MESSAGE


def later(moment: str, days: int) -> str:
    """SQL for DAYS times 24 hours after the SQL expression MOMENT, to the microsecond."""
    if connection.vendor == "postgresql":
        return f"({moment} + interval '{int(days) * 24} hours')"
    # a moment is text; the fraction of its second stands from the 20th letter on, where there is one
    return f"(datetime({moment}, '+{int(days)} days') || substr({moment}, 20))"


def counted(model: Model, days: int) -> str:
    """The SQL of the common tables `bought` (sales that count: order_id, customer_id, net, placed_at, variant, touched)
    and `counted` (those and their returns: order_id, sale_id, customer_id, net, placed_at, variant), to begin a query
    with. Its parameters are the first and the last moment that a sale can have (a date index is walked between them)
    and the dispatch."""
    return f"""WITH bought AS (
    SELECT o.id AS order_id, o.customer_id, o.net, o.placed_at, m.variant, {model.touch} AS touched
    FROM sales_order o {model.last}
    WHERE o.kind = 'sale' AND o.cancelled_at IS NULL AND o.customer_id IS NOT NULL
        AND o.placed_at >= %s AND o.placed_at < %s
        AND m.dispatch_id = %s AND o.placed_at < {later(model.touch, days)}
), counted AS (
    SELECT order_id, order_id AS sale_id, customer_id, net, placed_at, variant FROM bought
    UNION ALL
    SELECT r.id, b.order_id, b.customer_id, r.net, r.placed_at, b.variant
    FROM bought b JOIN sales_order r ON r.returns_id = b.order_id
    WHERE r.kind = 'return' AND r.cancelled_at IS NULL
    UNION ALL
    SELECT r.id, b.order_id, b.customer_id, r.net, r.placed_at, b.variant
    FROM bought b JOIN sales_order r ON r.customer_id = b.customer_id AND r.placed_at >= b.placed_at
    WHERE r.kind = 'return' AND r.cancelled_at IS NULL AND r.returns_id IS NULL
        AND r.placed_at < {later("b.touched", days)}
        AND NOT EXISTS (
            SELECT 1 FROM sales_order n
            WHERE n.customer_id = b.customer_id AND n.kind = 'sale' AND n.cancelled_at IS NULL
                AND n.placed_at <= r.placed_at
                AND (n.placed_at > b.placed_at OR (n.placed_at = b.placed_at AND n.id > b.order_id)))
)"""  # noqa: S608 (pieces of our own)
