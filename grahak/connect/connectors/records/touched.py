"""What one piece of work touched: sums to count again at its end, and what a delivery is shown with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from grahak.catalogue.codes import service_codes
from grahak.connect.connectors.models import Connector
from grahak.core import business
from grahak.sales.actions import posting


@dataclass
class Work:
    """One transaction of work for a connector. CHANGED: whether any record differs from before."""

    connector: Connector
    currency: str
    zone: ZoneInfo
    services: frozenset[str]
    changed: bool = False
    order_id: int | None = None
    customer_id: int | None = None
    product_id: int | None = None
    payment_id: int | None = None
    customers: set[int] = field(default_factory=set)
    days: set[dt.date] = field(default_factory=set)
    khata: bool = False

    @classmethod
    def begin(cls, connector: Connector) -> Work:
        """Reads what the work needs of the shop. LookupError before the first run."""
        shop = business.required()
        return cls(connector, shop.currency, business.zone(), service_codes())

    def touch(self, customer_id: int | None, moment: dt.datetime, *, khata: bool) -> None:
        """An order of this customer and moment changed."""
        if customer_id is not None:
            self.customers.add(customer_id)
        self.days.add(moment.astimezone(self.zone).date())
        self.khata |= khata
        self.changed = True

    def settle(self) -> None:
        """Recount what was touched and tell the rooms above, once."""
        if self.customers or self.days:
            posting.settle(self.customers, self.days, orders=True, khata=self.khata)
        self.customers, self.days, self.khata = set(), set(), False
