"""Who may see leads, work on them, and say to whom they go."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import ROWS, grant
from grahak.core.audit import describe

grant(
    "leads.view",
    says=_("See leads"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
    reach=ROWS,
)
grant(
    "leads.edit",
    says=_("Write leads down, work on them and make customers of them"),
    salesman="branch",
    marketer="all",
    agent="all",
    counter="branch",
    reach=ROWS,
)
grant("leads.give", says=_("Give leads to colleagues, and make the rules for it"), reach=ROWS)

describe(
    {
        "customers.lead.captured": _("Lead written down"),
        "customers.lead.edited": _("Lead changed"),
        "customers.lead.given": _("Leads given to somebody"),
        "customers.lead.qualified": _("Lead found to be a prospect"),
        "customers.lead.won": _("Lead won"),
        "customers.lead.lost": _("Lead lost"),
        "customers.lead.reopened": _("Lead opened again"),
        "customers.lifecycle.changed": _("Customer came into another part of their life"),
        "customers.lead_rule.saved": _("Rule for leads saved"),
        "customers.lead_rule.moved": _("Rules for leads put in another order"),
        "customers.lead_rule.removed": _("Rule for leads removed"),
        "customers.lead_source.added": _("Source of leads added"),
        "customers.lead_source.edited": _("Source of leads changed"),
        "customers.lost_reason.added": _("Reason of loss added"),
        "customers.lost_reason.edited": _("Reason of loss changed"),
        "customers.relation.added": _("Customers related"),
        "customers.relation.removed": _("Relation of customers removed"),
        "customers.relation_kind.added": _("Kind of relation added"),
        "customers.relation_kind.archived": _("Kind of relation put away"),
        "customers.relation_kind.restored": _("Kind of relation brought back"),
    }
)
