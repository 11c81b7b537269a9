"""Who may bring files in and take them back."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant

grant("imports.view", says=_("See the files brought in"), analyst="all")
grant("imports.edit", says=_("Bring in files and take them back"))
