"""Who may see and change items."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import EVERYONE, grant

grant("catalogue.view", says=_("See items"), **dict.fromkeys(EVERYONE, "all"))
grant("catalogue.edit", says=_("Add and edit items"), counter="all")
