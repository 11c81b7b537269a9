"""What the funnel hangs up and listens to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.core.events import on
from grahak.core.registry import NavLink, Panel, registry
from grahak.customers.leads import hooks as leads
from grahak.insight.funnel import following, word_of_mouth


def hang() -> None:
    """Called once, when the apps are ready; after the stages listen, for these are read here."""
    on("sales.orders.changed", following.after_orders)
    for link in (
        NavLink(_("Funnel"), "funnel:funnel", "chart", "insight.funnel"),
        NavLink(_("Word of mouth"), "funnel:referrals", "chat", "insight.funnel"),
    ):
        if link.url not in {one.url for one in leads.LINKS}:
            leads.LINKS.append(link)
    registry.add(
        Panel(
            "insight.referrals", "related", "insight/panels/referrals.html", word_of_mouth.panel, order=46,
            action="insight.funnel",
        )
    )  # fmt: skip
