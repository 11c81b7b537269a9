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
grant("connectors.view", says=_("See connected shops and tills and what they deliver"), analyst="all")
grant("connectors.edit", says=_("Connect shops and tills, read what they hold, try deliveries again"))
grant("webhooks.edit", says=_("Tell other programmes of what happens: webhooks and their log"), manager="")
grant("export.everything", says=_("Download everything the business owns"), manager="")

describe(
    {
        "connect.webhook.added": _("Receiver of webhooks added"),
        "connect.webhook.changed": _("Receiver of webhooks changed"),
        "connect.webhook.off": _("Receiver of webhooks switched off"),
        "connect.webhook.on": _("Receiver of webhooks switched on"),
        "connect.webhook.ended": _("Receiver of webhooks removed"),
        "connect.webhook.rotated": _("New secret for a receiver of webhooks"),
        "connect.webhook.tried": _("Receiver of webhooks tried"),
        "connect.webhook.replayed": _("Webhooks sent again"),
        "connect.export.asked": _("Export of everything asked for"),
        "connect.export.taken": _("Export of everything downloaded"),
        "connect.export.removed": _("Export of everything thrown away"),
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
        "connect.connection.added": _("Shop connected"),
        "connect.connection.changed": _("Connection changed"),
        "connect.connection.paused": _("Connection paused"),
        "connect.connection.resumed": _("Connection works again"),
        "connect.connection.ended": _("Connection ended"),
        "connect.connection.registered": _("Webhooks made in the shop"),
        "connect.deliveries.replayed": _("Deliveries worked again"),
        "connect.request.settled": _("Request of a shop seen to"),
        "connect.backfill.begun": _("Reading of a shop begun"),
        "connect.backfill.stopped": _("Reading of a shop stopped"),
        "connect.backfill.resumed": _("Reading of a shop resumed"),
        "connect.order.added": _("Order of a connected shop written"),
        "connect.order.changed": _("Order changed by a connected shop"),
        "connect.order.cancelled": _("Order cancelled by a connected shop"),
        "connect.order.restored": _("Order brought back by a connected shop"),
        "connect.product.added": _("Item of a connected shop added"),
        "connect.product.changed": _("Item changed by a connected shop"),
        "connect.product.archived": _("Item put away by a connected shop"),
    }
)
