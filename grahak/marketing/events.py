"""What can happen by this room, as the timeline says it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {"marketing.form.filled": _("Filled in a form")}
ICONS = {"marketing.form.filled": "edit"}
