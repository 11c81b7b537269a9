"""The warehouse's tables of where customers stand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.warehouse import star
from grahak.warehouse.star import Column, Table

STAGE_COLUMNS = ("stage", "since", "gap", "own", "due_on", "risk")


def hang() -> None:
    """Put them into the star."""
    star.add(
        Table(
            "stages",
            _("One row a customer who ever ordered: where they are in their life with the shop."),
            "customer_id",
            (
                Column("customer_id", "id", _("Number of the customer")),
                Column("stage", "text", _("new, active, won_back, due, late, lapsed or lost")),
                Column("since", "date", _("Day on which they came into it")),
                Column("gap", "int", _("Days between order days that they are measured by")),
                Column("due_on", "date", _("Day the next order is due by it")),
                Column("risk", "int", _("Chance of no order in ninety days, in per cent")),
            ),
            "SELECT t.customer_id, t.stage, t.since, t.gap, t.due_on, t.risk FROM insight_customerstage t",
            (("stage", "t.customer_id"),),
            customer="customer_id",
            customer_is="t.customer_id",
            sort=("customer_id",),
        ),
        Table(
            "opportunities",
            _("One row an opportunity to sell."),
            "opportunity_id",
            (
                Column("opportunity_id", "id", _("Number of the row")),
                Column("customer_id", "id", _("Number of the customer")),
                Column("kind", "text", _("lapsing, stopped, missing or growing")),
                Column("state", "text", _("open, taken, done or dismissed")),
                Column("holds", "bool", _("Whether it still held when it was looked for last")),
            ),
            "SELECT t.id AS opportunity_id, t.customer_id, t.kind, t.state, t.holds FROM insight_opportunity t",
            (("opportunity", "t.id"),),
            customer="customer_id",
            customer_is="t.customer_id",
            sort=("customer_id",),
        ),
    )
