"""Who may see and change items."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import EVERYONE, grant
from grahak.core.audit import describe

grant("catalogue.view", says=_("See items"), reach=None, **dict.fromkeys(EVERYONE, "all"))
grant("catalogue.edit", says=_("Add and edit items"), counter="all")

describe(
    {
        "catalogue.demo.told": _("Shelves made up for the demo"),
        "catalogue.category.added": _("Category added"),
        "catalogue.code.added": _("Service or fee added"),
        "catalogue.code.removed": _("Service or fee removed"),
        "catalogue.item.added": _("Item added"),
        "catalogue.item.edited": _("Item changed"),
        "catalogue.item.archived": _("Item put away"),
        "catalogue.item.restored": _("Item brought back"),
    }
)
