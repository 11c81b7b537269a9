"""Who may look at the days of colleagues, and what the log calls the changes of daily work."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant("work.team", says=_("See what colleagues have to do, and their calendars"))

describe(
    {
        "customers.task.part_done": _("Part of a shared task done"),
        "customers.tasks.changed": _("Many tasks changed"),
        "customers.call.taken_back": _("Call taken out of the day book again"),
        "customers.meeting.added": _("Meeting added"),
        "customers.meeting.edited": _("Meeting changed"),
        "customers.meeting.held": _("Meeting took place"),
        "customers.meeting.cancelled": _("Meeting called off"),
        "customers.meeting.reopened": _("Meeting put back into the calendar"),
        "customers.calendar.opened": _("Address of a calendar made"),
        "customers.calendar.closed": _("Address of a calendar withdrawn"),
    }
)
