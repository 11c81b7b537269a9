"""Who may bring files in and take them back."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant("imports.view", says=_("See the files brought in"), analyst="all")
grant("imports.edit", says=_("Bring in files and take them back"))
grant(
    "events.view",
    says=_("Watch events and orders as they arrive"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
)
grant("rejects.view", says=_("See what was sent to us and could not be read"), analyst="all")
grant("rejects.edit", says=_("Try again or throw away what could not be read"))
grant("sources.edit", says=_("Set up where events come from: web shop, app, till"))

describe(
    {
        "connect.import.uploaded": _("File brought"),
        "connect.import.begun": _("Import begun"),
        "connect.import.done": _("Import done"),
        "connect.import.discarded": _("File thrown away"),
        "connect.import.undo_begun": _("Import is being taken back"),
        "connect.import.undone": _("Import taken back"),
        "connect.mapping.saved": _("Match of columns saved"),
        "connect.account.linked": _("Account of the web shop found to be a customer's"),
        "connect.account.moved": _("Account of the web shop moved to its firm"),
        "connect.demo.told": _("Visits to the web shop made up for the demo"),
        "connect.rejects.replayed": _("Unreadable events tried again"),
        "connect.rejects.removed": _("Unreadable events thrown away"),
        "connect.source.added": _("Source of events added"),
        "connect.source.changed": _("Source of events changed"),
        "connect.source.ended": _("Source of events ended"),
        "connect.source.resumed": _("Source of events let in again"),
    }
)
