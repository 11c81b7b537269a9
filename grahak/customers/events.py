"""What can happen to a customer in this room, as the timeline says it. `{}` fields come from the activity."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "customers.customer.added": _("Added to Grahak"),
    "customers.note.written": _("Note"),
    "customers.task.added": _("Task"),
    "customers.task.done": _("Task done"),
    "customers.call.made": _("Phone call"),
    "customers.consent.granted": _("Said yes to messages"),
    "customers.consent.withdrawn": _("Asked us to stop messages"),
    "customers.visit.made": _("Visited the web shop"),
    "customers.visit.told": _("In the web shop"),
    "customers.customer.alike": _("May be the same customer as another"),
    "customers.contact.at_firm": _("Belongs to a firm on the web shop"),
}
ICONS = {
    "customers.customer.added": "plus",
    "customers.note.written": "note",
    "customers.task.added": "task",
    "customers.task.done": "check",
    "customers.call.made": "call",
    "customers.consent.granted": "check",
    "customers.consent.withdrawn": "x",
    "customers.visit.made": "web",
    "customers.visit.told": "web",
    "customers.customer.alike": "merge",
    "customers.contact.at_firm": "shop",
}
