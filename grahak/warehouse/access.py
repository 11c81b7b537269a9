"""Who may see the warehouse's state, take its open copies, and have it made anew."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant("warehouse.view", says=_("See the warehouse and download its open copies"), analyst="all")
grant("warehouse.edit", says=_("Have the warehouse made anew and choose its open copies"))

describe(
    {
        "warehouse.rebuild.asked": _("Warehouse made anew"),
        "warehouse.count.asked": _("Warehouse counted against the records"),
        "warehouse.copies.chosen": _("Open copies chosen"),
        "warehouse.copies.asked": _("Open copies written"),
        "warehouse.copy.downloaded": _("Open copy downloaded"),
    }
)
