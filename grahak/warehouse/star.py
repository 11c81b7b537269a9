"""The star schema: every table of the warehouse, column by column, and where its rows come from.

A table is declared once, with the SELECT over the records that gives its rows. That SELECT fills the warehouse
(all rows at a rebuild, the changed ones at a sync), answers questions about one customer straight from the records
(`insight.segments`), and is what a reconciliation counts. It is plain SQL that SQLite and PostgreSQL both take, with
the root table called `t`.

Types: "id", "int", "text", "bool", "time" (UTC in records; TIMESTAMP in UTC in the warehouse), "date", "money" and
"quantity" (whole numbers in records, 1/10000 and 1/1000; DECIMAL(19,4) and DECIMAL(19,3) in the warehouse), "json".
Rooms above this one register tables of their own with `add`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    """A column: its name, its type (see above) and what it holds, in words."""

    name: str
    type: str
    says: Any


@dataclass(frozen=True)
class Table:
    """A table of the star. KEY is the column that tells its rows apart; FOLLOWS are the change-log kinds that renew
    its rows, each with the SQL expression (over the root table `t` and the joins) that equals the change's row id.
    SELECT gives the columns in their order and has no WHERE of its own. CUSTOMER is the column with the customer,
    "" where there is none. SORT is the order of rows in files. DAY names a time column whose day in the business's
    zone stands beside the others in the warehouse, as column `day` (the records do not have it)."""

    name: str
    says: Any
    key: str
    columns: tuple[Column, ...]
    select: str
    follows: tuple[tuple[str, str], ...]
    customer: str = ""
    customer_is: str = ""  # the SQL expression over the select's tables that CUSTOMER stands for
    sort: tuple[str, ...] = ()
    day: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


TABLES: dict[str, Table] = {}


def add(*tables: Table) -> None:
    """Put tables into the star; the same name replaces."""
    for table in tables:
        TABLES[table.name] = table


def _c(name: str, type: str, says: Any) -> Column:
    return Column(name, type, says)


add(
    Table(
        "customers",
        _("One row a customer, with the figures of their orders and khata."),
        "customer_id",
        (
            _c("customer_id", "id", _("Number of the customer")),
            _c("name", "text", _("Name as they write it")),
            _c("name_sort", "text", _("The name in normal letters, as lists are sorted")),
            _c("kind", "text", _("person or business")),
            _c("language", "text", _("Language they write in, as a code")),
            _c("branch_id", "id", _("Branch they belong to")),
            _c("owner_id", "id", _("Colleague in charge")),
            _c("team_id", "id", _("Team in charge")),
            _c("lifecycle", "text", _("lead, prospect, customer or lapsed")),
            _c("referred_by_id", "id", _("Customer who sent them")),
            _c("area", "text", _("Area")),
            _c("city", "text", _("City")),
            _c("region", "text", _("State or province")),
            _c("postcode", "text", _("PIN or postcode")),
            _c("country", "text", _("Country, two letters")),
            _c("source", "text", _("Where the record came from")),
            _c("since", "date", _("Customer since, as written down")),
            _c("created_at", "time", _("When the record was made")),
            _c("archived_at", "time", _("When it was put away; empty while in use")),
            _c("credit_limit", "money", _("Credit limit")),
            _c("credit_days", "int", _("Credit days")),
            _c("orders", "int", _("Orders that were not cancelled")),
            _c("returns", "int", _("Returns")),
            _c("net", "money", _("Net revenue after returns, ever")),
            _c("average", "money", _("Average order")),
            _c("first_order_at", "time", _("First order")),
            _c("last_order_at", "time", _("Last order")),
            _c("usual_gap", "int", _("Usual days between order days")),
            _c("due_on", "date", _("Day the next order is due")),
            _c("lapses_on", "date", _("Day from which they count as lapsed")),
            _c("balance", "money", _("What they owe (positive) or have in hand (negative)")),
            _c("oldest_due", "date", _("Day of the oldest unpaid bill")),
        ),
        """SELECT t.id AS customer_id, t.name, t.name_sort, t.kind, t.language, t.branch_id, t.owner_id, t.team_id,
            t.lifecycle, t.referred_by_id, t.area, t.city, t.region, t.postcode, t.country, t.source, t.since,
            t.created_at, t.archived_at, t.credit_limit, t.credit_days, COALESCE(f.orders, 0) AS orders,
            COALESCE(f.returns, 0) AS returns, COALESCE(f.net, 0) AS net,
            f.average, f.first_at AS first_order_at, f.last_at AS last_order_at, f.usual_gap, f.due_on, f.lapses_on,
            COALESCE(f.balance, 0) AS balance, f.oldest_due
        FROM customers_customer t LEFT JOIN sales_customerfigures f ON f.customer_id = t.id""",
        (("customer", "t.id"), ("figures", "t.id")),
        customer="customer_id",
        customer_is="t.id",
        sort=("customer_id",),
    ),
    Table(
        "customer_tags",
        _("Which words hang on which customer."),
        "link_id",
        (
            _c("link_id", "id", _("Number of the row")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("tag_id", "id", _("Number of the tag")),
            _c("tag", "text", _("The word")),
        ),
        """SELECT t.id AS link_id, t.customer_id, t.tag_id, g.name AS tag
        FROM customers_customertag t JOIN customers_tag g ON g.id = t.tag_id""",
        (("tag_link", "t.id"), ("tag", "t.tag_id")),
        customer="customer_id",
        customer_is="t.customer_id",
        sort=("tag_id", "customer_id"),
    ),
    Table(
        "own_values",
        _("One row a value of a field that the shop invented; several of a list are several rows."),
        "value_id",
        (
            _c("value_id", "id", _("Number of the row")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("field_id", "id", _("Number of the field")),
            _c("field", "text", _("The field's code")),
            _c("field_name", "text", _("The field's name")),
            _c("text", "text", _("Text, a word of a list, or the name of another customer")),
            _c("other_id", "id", _("Number of the other customer")),
            _c("number", "money", _("Number or money")),
            _c("day", "date", _("Date")),
        ),
        """SELECT t.id AS value_id, t.customer_id, t.field_id, f.code AS field, f.name AS field_name,
            COALESCE(o.name, t.text) AS text, t.other_id, t.number, t.day
        FROM customers_customvalue t JOIN customers_customfield f ON f.id = t.field_id AND f.archived_at IS NULL
            LEFT JOIN customers_customer o ON o.id = t.other_id""",
        (("own_value", "t.id"), ("own_field", "t.field_id"), ("customer", "t.other_id")),
        customer="customer_id",
        customer_is="t.customer_id",
        sort=("field", "customer_id"),
    ),
    Table(
        "consents",
        _("Every statement about being written to; the current one of a contact, channel and purpose holds."),
        "consent_id",
        (
            _c("consent_id", "id", _("Number of the row")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("contact_id", "id", _("Number of the contact")),
            _c("channel", "text", _("Channel")),
            _c("purpose", "text", _("Purpose")),
            _c("state", "text", _("granted or withdrawn")),
            _c("at", "time", _("When")),
            _c("how", "text", _("How it was said")),
            _c("is_current", "bool", _("Whether this one holds")),
        ),
        """SELECT t.id AS consent_id, c.customer_id, t.contact_id, t.channel, t.purpose, t.state, t.at, t.how,
            t.is_current
        FROM customers_consent t JOIN customers_contact c ON c.id = t.contact_id""",
        (("consent", "t.id"), ("contact", "t.contact_id")),
        customer="customer_id",
        customer_is="c.customer_id",
        sort=("customer_id",),
    ),
    Table(
        "products",
        _("One row an item."),
        "product_id",
        (
            _c("product_id", "id", _("Number of the item")),
            _c("code", "text", _("Code")),
            _c("name", "text", _("Name")),
            _c("category_id", "id", _("Number of the category")),
            _c("category", "text", _("Category")),
            _c("unit", "text", _("Unit")),
            _c("price", "money", _("Price")),
            _c("cost", "money", _("Cost")),
            _c("stock", "quantity", _("Stock")),
            _c("archived_at", "time", _("When it was put away; empty while in use")),
        ),
        """SELECT t.id AS product_id, t.code, t.name, t.category_id, g.name AS category, t.unit, t.price, t.cost,
            t.stock, t.archived_at
        FROM catalogue_product t LEFT JOIN catalogue_category g ON g.id = t.category_id""",
        (("product", "t.id"), ("category", "t.category_id")),
        sort=("product_id",),
    ),
    Table(
        "orders",
        _(
            "One row an order or a return. Amounts of returns are negative; cancelled orders are kept and marked."
        ),
        "order_id",
        (
            _c("order_id", "id", _("Number of the row")),
            _c("number", "text", _("Number on the bill")),
            _c("kind", "text", _("sale or return")),
            _c("source", "text", _("Where it came from")),
            _c("customer_id", "id", _("Number of the customer; empty for a sale to nobody known")),
            _c("branch_id", "id", _("Branch")),
            _c("taken_by_id", "id", _("Colleague who took it")),
            _c("of_order_id", "id", _("On a return, the order that came back")),
            _c("placed_at", "time", _("When it was placed")),
            _c("net", "money", _("Net revenue: quantity × rate of goods, tax apart")),
            _c("service", "money", _("Services and fees")),
            _c("tax", "money", _("Tax")),
            _c("total", "money", _("To be paid")),
            _c("received", "money", _("Received with it")),
            _c("cancelled_at", "time", _("When it was cancelled; empty while it counts")),
        ),
        """SELECT t.id AS order_id, t.number, t.kind, t.source, t.customer_id, t.branch_id, t.taken_by_id,
            t.returns_id AS of_order_id, t.placed_at, t.net, t.service, t.tax, t.total, t.received, t.cancelled_at
        FROM sales_order t""",
        (("order", "t.id"),),
        customer="customer_id",
        customer_is="t.customer_id",
        sort=("placed_at", "order_id"),
        day="placed_at",
    ),
    Table(
        "order_lines",
        _("One row a line of an order, with what is needed of its order beside it."),
        "line_id",
        (
            _c("line_id", "id", _("Number of the row")),
            _c("order_id", "id", _("Number of the order")),
            _c("ordinal", "int", _("Its place on the bill")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("kind", "text", _("sale or return")),
            _c("placed_at", "time", _("When the order was placed")),
            _c("cancelled_at", "time", _("When the order was cancelled; empty while it counts")),
            _c("product_id", "id", _("Number of the item; empty where the code is unknown")),
            _c("code", "text", _("Code as on the bill")),
            _c("description", "text", _("Item as on the bill")),
            _c("is_service", "bool", _("A service or fee")),
            _c("quantity", "quantity", _("Quantity; negative on returns")),
            _c("unit_price", "money", _("Rate after discounts, before tax")),
            _c("tax", "money", _("Tax")),
            _c("amount", "money", _("Quantity × rate")),
        ),
        """SELECT t.id AS line_id, t.order_id, t.ordinal, o.customer_id, o.kind, o.placed_at, o.cancelled_at,
            t.product_id, t.code, t.description, t.is_service, t.quantity, t.unit_price, t.tax, t.amount
        FROM sales_orderline t JOIN sales_order o ON o.id = t.order_id""",
        (("order", "t.order_id"),),
        customer="customer_id",
        customer_is="o.customer_id",
        sort=("placed_at", "order_id", "ordinal"),
        day="placed_at",
    ),
    Table(
        "payments",
        _("One row a payment; voided ones are kept and marked."),
        "payment_id",
        (
            _c("payment_id", "id", _("Number of the row")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("branch_id", "id", _("Branch")),
            _c("order_id", "id", _("Order it was for, where one is named")),
            _c("amount", "money", _("Amount; negative: paid back")),
            _c("method", "text", _("By what means")),
            _c("received_at", "time", _("When")),
            _c("voided_at", "time", _("When it was voided; empty while it counts")),
        ),
        """SELECT t.id AS payment_id, t.customer_id, t.branch_id, t.order_id, t.amount, t.method, t.received_at,
            t.voided_at
        FROM sales_payment t""",
        (("payment", "t.id"),),
        customer="customer_id",
        customer_is="t.customer_id",
        sort=("received_at", "payment_id"),
        day="received_at",
    ),
    Table(
        "ledger",
        _("One row an entry of the khata."),
        "entry_id",
        (
            _c("entry_id", "id", _("Number of the row")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("kind", "text", _("opening, order, return, payment or correction")),
            _c("amount", "money", _("Positive: owed to us; negative: paid or credited")),
            _c("at", "time", _("When")),
            _c("due_on", "date", _("When it should be paid")),
            _c("order_id", "id", _("Its order")),
            _c("payment_id", "id", _("Its payment")),
        ),
        """SELECT t.id AS entry_id, t.customer_id, t.kind, t.amount, t.at, t.due_on, t.order_id, t.payment_id
        FROM sales_ledgerentry t""",
        (("entry", "t.id"),),
        customer="customer_id",
        customer_is="t.customer_id",
        sort=("at", "entry_id"),
        day="at",
    ),
    Table(
        "messages",
        _("One row a message of the sending ledger."),
        "message_row",
        (
            _c("message_row", "id", _("Number of the row")),
            _c("dispatch_id", "id", _("The act of sending it belongs to")),
            _c("title", "text", _("What the message is called")),
            _c("purpose", "text", _("Purpose")),
            _c("customer_id", "id", _("Number of the customer")),
            _c("contact_id", "id", _("Number of the contact")),
            _c("channel", "text", _("Channel")),
            _c("language", "text", _("Language it was written in")),
            _c("state", "text", _("sent, failed, skipped, unknown or still on its way")),
            _c("reason", "text", _("Why it was skipped or failed, as a code")),
            _c("sent_at", "time", _("When it was sent")),
            _c("first_opened_at", "time", _("When it was first opened; empty where that is not known")),
            _c("first_clicked_at", "time", _("When a link in it was first followed")),
            _c("unsubscribed_at", "time", _("When it made somebody unsubscribe")),
            _c("variant", "text", _("Which wording they got, as a letter; empty where there was one only")),
            _c(
                "delivered_at",
                "time",
                _("When the provider said that it was delivered; empty where none says so"),
            ),
            _c("bounced_at", "time", _("When it came back")),
            _c("complained_at", "time", _("When it was called spam")),
            _c("cost", "money", _("What the provider took for it; empty where it does not say")),
        ),
        """SELECT t.id AS message_row, t.dispatch_id, d.title, d.purpose, t.customer_id, t.contact_id, t.channel,
            t.language, t.state, t.reason, t.sent_at, t.first_opened_at, t.first_clicked_at, t.unsubscribed_at,
            t.variant, t.delivered_at, t.bounced_at, t.complained_at, t.cost
        FROM channels_message t JOIN channels_dispatch d ON d.id = t.dispatch_id""",
        (("message", "t.id"), ("dispatch", "t.dispatch_id")),
        customer="customer_id",
        customer_is="t.customer_id",
        sort=("message_row",),
        day="sent_at",
    ),
    Table(
        "events",
        _("One row an event of the web shop, an app or a till. Robots are marked."),
        "event_id",
        (
            _c("event_id", "id", _("Number of the row")),
            _c("visitor_id", "id", _("The browser, app or account that did it")),
            _c("customer_id", "id", _("Number of the customer, where it is known who it was")),
            _c("type", "text", _("track, page, screen, identify, group or alias")),
            _c("name", "text", _("What was done")),
            _c("subject", "text", _("To what: an item, a page")),
            _c("value", "money", _("The money in it")),
            _c("at", "time", _("When it happened")),
            _c("received_at", "time", _("When it reached us")),
            _c("source_id", "id", _("Where it came from")),
            _c("bot", "bool", _("Done by a known robot")),
            _c("properties", "json", _("Properties or traits as sent")),
        ),
        """SELECT t.id AS event_id, t.visitor_id, v.customer_id, t.type, t.name, t.subject, t.value, t.at,
            t.received_at, t.source_id, t.bot, t.properties
        FROM customers_event t JOIN customers_visitor v ON v.id = t.visitor_id""",
        (("event", "t.id"), ("visitor", "t.visitor_id")),
        customer="customer_id",
        customer_is="v.customer_id",
        sort=("at", "event_id"),
        day="at",
    ),
    Table(
        "visits",
        _("One row a visit: events of one visitor with no gap of over 30 minutes."),
        "visit_id",
        (
            _c("visit_id", "id", _("Number of the row")),
            _c("visitor_id", "id", _("The browser, app or account")),
            _c("customer_id", "id", _("Number of the customer, where it is known who it was")),
            _c("source_id", "id", _("Where it came from")),
            _c("started_at", "time", _("First event")),
            _c("ended_at", "time", _("Last event")),
            _c("pages", "int", _("Pages seen")),
            _c("actions", "int", _("Actions done")),
            _c("entry", "text", _("First page")),
            _c("referrer", "text", _("Where they came from")),
            _c("utm_source", "text", _("UTM source")),
            _c("utm_medium", "text", _("UTM medium")),
            _c("utm_campaign", "text", _("UTM campaign")),
            _c("device", "text", _("phone, tablet or desktop")),
            _c("bot", "bool", _("By a known robot")),
        ),
        """SELECT t.id AS visit_id, t.visitor_id, v.customer_id, t.source_id, t.started_at, t.ended_at, t.pages,
            t.actions, t.entry, t.referrer, t.utm_source, t.utm_medium, t.utm_campaign, t.device, t.bot
        FROM customers_visit t JOIN customers_visitor v ON v.id = t.visitor_id""",
        (("visit", "t.id"), ("visitor", "t.visitor_id")),
        customer="customer_id",
        customer_is="v.customer_id",
        sort=("started_at", "visit_id"),
        day="started_at",
    ),
    Table(
        "branches",
        _("One row a branch."),
        "branch_id",
        (_c("branch_id", "id", _("Number of the branch")), _c("name", "text", _("Name"))),
        "SELECT t.id AS branch_id, t.name FROM core_branch t",
        (("branch", "t.id"),),
        sort=("branch_id",),
    ),
    Table(
        "sources",
        _("One row a source of events."),
        "source_id",
        (
            _c("source_id", "id", _("Number of the source")),
            _c("kind", "text", _("Kind")),
            _c("name", "text", _("Name")),
        ),
        "SELECT t.id AS source_id, t.kind, t.name FROM customers_source t",
        (("source", "t.id"),),
        sort=("source_id",),
    ),
)
