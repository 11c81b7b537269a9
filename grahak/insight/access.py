"""Who may see the business's figures."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import ROWS, grant
from grahak.core.audit import describe

grant(
    "insight.home",
    says=_("See today's figures"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)

grant(
    "insight.rfm",
    says=_("See classes and stages of customers, and how they move"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
)
grant(
    "insight.funnel",
    says=_("See the funnel of leads, and what word of mouth brings"),
    salesman="branch",
    marketer="all",
    analyst="all",
    reach=ROWS,
)
grant("insight.rfm.edit", says=_("Set by what customers are classed"))
grant(
    "opportunities.view",
    says=_("See opportunities to sell"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    reach=ROWS,
)
grant(
    "opportunities.edit",
    says=_("Take opportunities, hand them out and close them"),
    salesman="branch",
    marketer="all",
    agent="all",
    reach=ROWS,
)
grant("opportunities.settings", says=_("Set what counts as an opportunity"))

describe(
    {
        "insight.rfm.borders_set": _("Classes of customers: borders set"),
        "insight.opportunity.taken": _("Opportunities given to somebody"),
        "insight.opportunity.given_back": _("Opportunities given back"),
        "insight.opportunity.done": _("Opportunities done"),
        "insight.opportunity.dismissed": _("Opportunities put aside"),
        "insight.opportunity.reopened": _("Opportunities opened again"),
        "insight.opportunities.borders_set": _("Opportunities: borders set"),
    }
)
