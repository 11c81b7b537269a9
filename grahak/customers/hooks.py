"""What this room hangs into the shell: its places in the navigation, its columns, filters and mass
actions."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core import changes
from grahak.core.events import on
from grahak.core.registry import MassAction, NavLink, Panel, registry
from grahak.customers import erasing, field_rights, logged
from grahak.customers.attachments import keeping
from grahak.customers.leads import hooks as leads
from grahak.customers.listing import columns, filters, own
from grahak.customers.listing.page import forget_counts
from grahak.customers.merging import tables
from grahak.customers.models import (
    Consent,
    Contact,
    Customer,
    CustomerTag,
    CustomField,
    CustomValue,
    Event,
    Source,
    Tag,
    Visit,
    Visitor,
)  # fmt: skip
from grahak.customers.sharing import panels as sharing
from grahak.customers.views import addresses, attachments, web
from grahak.customers.visit_words import hang as hang_visits
from grahak.customers.work.hooks import hang as hang_work


def register() -> None:
    follow_changes()
    field_rights.declare()
    erasing.add("customers.files", keeping.KEEPER)
    columns.register()
    filters.register()
    registry.more_columns.append(own.columns)
    registry.more_filters.append(own.filters)
    on("customers.changed", forget_counts)
    on("core.day.began", at_night)
    hang_visits()
    leads.hang()
    sharing.hang()
    logged.hang()
    hang_work()
    tables.hang()
    registry.add(
        NavLink(
            _("Customers"), "customers:list", "people", "customers.view", group=1, order=10, phone=True, key="c",
            says=_("Everybody who buys from you, what they owe and when they are due."),
        ),
        Panel("customers.alike", "related", "customers/_alike.html", web.alike_panel, order=5),
        Panel(
            "customers.addresses", "side", "customers/_addresses.html", addresses.panel, order=10, fields=("address",)
        ),
        Panel(
            "customers.files", "related", "customers/_files.html", attachments.panel, order=40,
            fields=("attachments",),
        ),
        Panel("customers.web", "related", "customers/_web.html", web.panel, order=60),
        MassAction("tag", pgettext_lazy("verb", "Tag"), "customers:tag", "tag", "customers.mass", order=40),
        MassAction("untag", _("Take a tag off"), "customers:untag", "x", "customers.mass", order=41),
        MassAction("assign", _("Put in charge"), "customers:assign", "user", "customers.mass", order=50),
        MassAction("set", _("Change a fact"), "customers:set", "edit", "customers.mass", order=30),
        MassAction("export", _("Download"), "customers:export", "export", "customers.export", order=60),
        MassAction(
            "merge", pgettext_lazy("verb", "Merge"), "customers:merge_chosen", "merge", "customers.merge", order=70
        ),
        MassAction("archive", _("Put away"), "customers:archive", "trash", "customers.archive", order=90),
    )  # fmt: skip
    registry.add_settings(
        NavLink(
            _("Fields of your own"), "customers:fields", "columns", "settings.edit", group=1, order=50,
            says=_("What your shop wants to know of customers beyond the usual"),
        )
    )  # fmt: skip
    registry.add_new(NavLink(_("Customer"), "customers:add", "user-plus", "customers.edit", order=5, key="c"))


def follow_changes() -> None:
    """What of this room the change log notes. An event that comes in is not noted: it is found by its id."""
    of_contact = "(SELECT customer_id FROM customers_contact WHERE id = {}.contact_id)"
    of_visitor = "(SELECT customer_id FROM customers_visitor WHERE id = {}.visitor_id)"
    changes.follow("customer", Customer, customer="id")
    changes.follow("contact", Contact, customer="customer_id")
    changes.follow("tag", Tag)
    changes.follow("tag_link", CustomerTag, customer="customer_id", columns=("customer_id", "tag_id"))
    changes.follow("consent", Consent, customer=of_contact)
    changes.follow("own_field", CustomField, columns=("code", "name", "archived_at"))
    changes.follow("own_value", CustomValue, customer="customer_id")
    changes.follow("source", Source, columns=("kind", "name"))
    changes.follow("visitor", Visitor, customer="customer_id", columns=("customer_id",), on="u")
    changes.follow("event", Event, customer=of_visitor, on="ud")
    changes.follow("visit", Visit, customer=of_visitor)


def at_night(day: dt.date) -> None:
    """What an erasure could not overwrite at once is overwritten now."""
    from grahak.customers.jobs import look_soon, overwrite_traces

    keeping.delete_old()
    transaction.on_commit(lambda: overwrite_traces.enqueue())
    transaction.on_commit(look_soon)
