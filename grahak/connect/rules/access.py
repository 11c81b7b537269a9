"""Who may make rules, and what the log calls what happens to them."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant("rules.edit", says=_("Make rules that change customers and write to them by themselves"))

describe(
    {
        "connect.rule.added": _("Rule made"),
        "connect.rule.changed": _("Rule changed"),
        "connect.rule.on": _("Rule switched on"),
        "connect.rule.off": _("Rule switched off"),
        "connect.rule.moved": _("Rules put in another order"),
        "connect.rule.archived": _("Rule put away"),
        "connect.rule.restored": _("Rule brought back"),
        "connect.rule.ran": _("A rule did something"),
    }
)
