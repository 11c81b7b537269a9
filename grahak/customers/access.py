"""Who may see and change customers."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import ROWS, grant
from grahak.core.audit import describe

grant(
    "customers.view",
    says=_("See customers"),
    reach=ROWS,
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
grant(
    "customers.edit",
    says=_("Add and edit customers"),
    reach=ROWS,
    salesman="branch",
    agent="all",
    counter="branch",
    marketer="all",
)
grant("customers.export", says=_("Download lists of customers"), reach=ROWS, analyst="all", marketer="all")
grant(
    "customers.mass", says=_("Change many customers at once"), reach=ROWS, salesman="branch", marketer="all"
)
grant("customers.archive", says=_("Put customers away"), reach=ROWS)
grant(
    "customers.share",
    says=_("Share a customer with a colleague or a team"),
    reach=ROWS,
    salesman="branch",
    agent="all",
)
grant("customers.merge", says=_("Merge two records of one customer, and take it back"))
grant("customers.erase", says=_("Erase a person for good"))

describe(
    {
        "customers.customer.added": _("Customer added"),
        "customers.customer.edited": _("Customer changed"),
        "customers.customer.archived": _("Customer put away"),
        "customers.customer.erased": _("Person erased"),
        "customers.customer.shared": _("Customer shared"),
        "customers.customer.unshared": _("Customer no longer shared"),
        "customers.customer.restored": _("Customer brought back"),
        "customers.customer.merged": _("Two records merged"),
        "customers.customer.unmerged": _("Merge taken back"),
        "customers.pair.different": _("Two customers are not the same"),
        "customers.pair.reopened": _("Pair to be looked at again"),
        "customers.duplicates.asked": _("Looked for duplicates"),
        "customers.contact.added": _("Contact added"),
        "customers.contact.edited": _("Contact changed"),
        "customers.contact.made_primary": _("Main contact chosen"),
        "customers.contact.ended": _("Contact left"),
        "customers.contact.restored": _("Contact brought back"),
        "customers.contact.moved": _("Contact moved to another customer"),
        "customers.contact.removed": _("Contact removed"),
        "customers.identity.added": _("Phone, e-mail or card added"),
        "customers.identity.removed": _("Phone, e-mail or card removed"),
        "customers.address.added": _("Address added"),
        "customers.address.edited": _("Address changed"),
        "customers.address.removed": _("Address removed"),
        "customers.address.restored": _("Address brought back"),
        "customers.file.added": _("File added"),
        "customers.file.removed": _("File removed"),
        "customers.file.restored": _("File brought back"),
        "customers.file.downloaded": _("File downloaded"),
        "customers.consent.granted": _("Consent given"),
        "customers.consent.withdrawn": _("Consent withdrawn"),
        "customers.note.written": _("Note written"),
        "customers.call.made": _("Call written down"),
        "customers.task.added": _("Task added"),
        "customers.task.edited": _("Task changed"),
        "customers.task.done": _("Task done"),
        "customers.task.reopened": _("Task opened again"),
        "customers.view.saved": _("View of the list saved"),
        "customers.view.edited": _("View of the list changed"),
        "customers.view.removed": _("View of the list removed"),
        "customers.list.exported": _("List downloaded"),
        "customers.tag.added": _("Customers tagged"),
        "customers.tag.removed": _("Tag taken off customers"),
        "customers.owner.assigned": _("Customers given to a colleague"),
        "customers.customers.archived": _("Customers put away"),
        "customers.field.set": _("A fact of many customers set"),
        "customers.field.added": _("Field of one’s own added"),
        "customers.field.edited": _("Field of one’s own changed"),
        "customers.field.changed": _("Values of a field carried over"),
        "customers.field.settled": _("Value that did not fit settled"),
        "customers.field.archived": _("Field of one’s own put away"),
        "customers.field.restored": _("Field of one’s own brought back"),
        "customers.field.moved": _("Fields of one’s own put in another order"),
        "customers.batch.undone": _("Change of many taken back"),
    }
)
