"""What leads, the life of a customer and relations hang into the shell, the list and the page of a customer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.core.money import figure
from grahak.core.registry import NavLink, Need, Panel, registry
from grahak.customers import timeline
from grahak.customers.leads import access, lifecycle, listing, question
from grahak.customers.models import Activity, Customer
from grahak.customers.relations import panels

__all__ = ["LINKS", "access", "hang"]

# Pages of rooms above that belong to leads (the funnel, referrals): they stand at the head of the list of leads
LINKS: list[NavLink] = []


def hang() -> None:
    """Called once, when the apps are ready."""
    listing.register()
    timeline.tellers[lifecycle.KIND] = lifecycle.words
    timeline.tellers["customers.lead.given"] = given_words
    registry.add(
        NavLink(
            gettext_lazy("Leads"), "customers:leads", "handshake", "leads.view", group=1, order=9, key="e",
            says=gettext_lazy("Who may buy: written down, given to somebody, talked to, won."),
            also=("/funnel/", "/referrals/"),
        ),
        Panel("customers.life", "head", "customers/leads/_badge.html", badge_panel, order=5),
        Panel("customers.lead", "related", "customers/leads/_panel.html", lead_panel, order=1, action="leads.view"),
        Panel("customers.relations", "related", "customers/relations/_panel.html", panels.panel, order=45),
        Need("leads", needs, "leads.view", order=15),
    )  # fmt: skip
    registry.add_new(
        NavLink(gettext_lazy("Lead"), "customers:add_lead", "handshake", "leads.edit", order=4, key="e")
    )
    registry.add_settings(
        NavLink(
            gettext_lazy("Leads"), "customers:lead_words", "handshake", "settings.edit", group=1, order=52,
            says=gettext_lazy("Where leads come from, and why they are lost"),
        ),
        NavLink(
            gettext_lazy("Relations of customers"), "customers:relation_kinds", "segment", "settings.edit", group=1,
            order=53, says=gettext_lazy("Branch of, family of, buys for, and your own kinds"),
        ),
    )  # fmt: skip


def given_words(activity: Activity) -> str:
    """ "Bilal, by the rule “Surat”"."""
    facts = activity.facts
    who = facts.get("owner") or facts.get("team") or _("nobody")
    if facts.get("rule"):
        return _("%(who)s, by the rule “%(rule)s”") % {"who": who, "rule": facts["rule"]}
    return str(who)


def badge_panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """That they do not buy yet; who does has a stage of buying (insight)."""
    if customer.lifecycle not in lifecycle.BEFORE_BUYING:
        return None
    return {"badge": listing.badge(customer.lifecycle)}


def lead_panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """The lead of somebody who does not buy yet."""
    if customer.lifecycle not in lifecycle.BEFORE_BUYING:
        return None
    lead = question.lead_of(customer)
    return {"lead": lead, "may_edit": request.user.can("leads.edit")} if lead else None


def needs(user: Any, limit: int) -> list[dict[str, Any]]:
    """One line on the home page: leads that nobody has spoken with."""
    many = question.due(user).count()
    if not many:
        return []
    title = ngettext(
        "%(n)s lead waits for a first word", "%(n)s leads wait for a first word", many
    ) % {"n": figure(many)}  # fmt: skip
    return [
        {
            "icon": "handshake",
            "tone": "wait",
            "title": title,
            "text": _("Nobody has spoken with them yet."),
            "url": reverse("customers:leads") + "?tab=unheard",
            "label": _("Look"),
        }
    ]
