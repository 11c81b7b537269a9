"""What insight adds to the star schema of the warehouse, and what of it the change log follows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.core import changes
from grahak.customers.models import Identity
from grahak.insight.models import CustomerScore, Membership, Movement, Segment
from grahak.warehouse.star import Column, Table, add


def _c(name: str, type: str, says: object) -> Column:
    return Column(name, type, says)


def register() -> None:
    """Called once, when the apps are ready."""
    _about_customers()
    _about_segments()


def _about_customers() -> None:
    add(
        Table(
            "contact_ways",
            _("Which kinds of address or number a customer has; not the addresses themselves."),
            "identity_id",
            (
                _c("identity_id", "id", _("Number of the row")),
                _c("customer_id", "id", _("Number of the customer")),
                _c("contact_id", "id", _("Number of the contact")),
                _c("kind", "text", _("email, phone, whatsapp, card, account or web")),
            ),
            """SELECT t.id AS identity_id, c.customer_id, t.contact_id, t.kind
            FROM customers_identity t JOIN customers_contact c ON c.id = t.contact_id""",
            (("identity", "t.id"), ("contact", "t.contact_id")),
            customer="customer_id",
            customer_is="c.customer_id",
            sort=("customer_id",),
        ),
        Table(
            "scores",
            _("RFM: one row a customer who ever ordered."),
            "customer_id",
            (
                _c("customer_id", "id", _("Number of the customer")),
                _c("recency", "int", _("1 to 5")),
                _c("frequency", "int", _("1 to 5")),
                _c("monetary", "int", _("1 to 5")),
                _c("rfm_class", "text", _("Class, as a code")),
                _c("scored_on", "date", _("Day since which it holds")),
            ),
            """SELECT t.customer_id, t.recency, t.frequency, t.monetary, t.rfm_class, t.scored_on
            FROM insight_customerscore t""",
            (("score", "t.customer_id"),),
            customer="customer_id",
            customer_is="t.customer_id",
            sort=("customer_id",),
        ),
    )


def _about_segments() -> None:
    add(
        Table(
            "segments",
            _("One row a segment."),
            "segment_id",
            (
                _c("segment_id", "id", _("Number of the segment")),
                _c("name", "text", _("Name")),
                _c("kind", "text", _("rule or static")),
                _c("created_at", "time", _("When it was made")),
                _c("archived_at", "time", _("When it was put away; empty while in use")),
            ),
            "SELECT t.id AS segment_id, t.name, t.kind, t.created_at, t.archived_at FROM insight_segment t",
            (("segment", "t.id"),),
            sort=("segment_id",),
        ),
        Table(
            "segment_membership",
            _("One row a customer who is in a segment now."),
            "membership_id",
            (
                _c("membership_id", "id", _("Number of the row")),
                _c("segment_id", "id", _("Number of the segment")),
                _c("customer_id", "id", _("Number of the customer")),
                _c("entered_at", "time", _("Since when")),
            ),
            "SELECT t.id AS membership_id, t.segment_id, t.customer_id, t.entered_at FROM insight_membership t",
            (("membership", "t.id"),),
            customer="customer_id",
            customer_is="t.customer_id",
            sort=("segment_id", "customer_id"),
        ),
        Table(
            "segment_moves",
            _("One row each time that a customer entered a segment or left it."),
            "move_id",
            (
                _c("move_id", "id", _("Number of the row")),
                _c("segment_id", "id", _("Number of the segment")),
                _c("customer_id", "id", _("Number of the customer")),
                _c("entered", "bool", _("Entered; else left")),
                _c("at", "time", _("When")),
            ),
            "SELECT t.id AS move_id, t.segment_id, t.customer_id, t.entered, t.at FROM insight_movement t",
            (("move", "t.id"),),
            customer="customer_id",
            customer_is="t.customer_id",
            sort=("at", "move_id"),
        ),
    )


def follow_changes() -> None:
    """What of this room the change log notes."""
    changes.follow(
        "identity",
        Identity,
        customer="(SELECT customer_id FROM customers_contact WHERE id = {}.contact_id)",
        columns=("contact_id", "kind"),
    )
    scored = ("recency", "frequency", "monetary", "rfm_class")
    changes.follow("score", CustomerScore, customer="customer_id", columns=scored)
    changes.follow("segment", Segment, columns=("name", "kind", "tree", "archived_at"))
    changes.follow("membership", Membership, customer="customer_id")
    changes.follow("move", Movement, customer="customer_id")
