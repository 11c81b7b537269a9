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
}
ICONS = {
    "customers.customer.added": "plus",
    "customers.note.written": "note",
    "customers.task.added": "task",
    "customers.task.done": "check",
    "customers.call.made": "call",
    "customers.consent.granted": "check",
    "customers.consent.withdrawn": "x",
}
