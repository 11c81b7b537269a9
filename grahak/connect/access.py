"""Who may bring files in and take them back."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant("imports.view", says=_("See the files brought in"), analyst="all")
grant("imports.edit", says=_("Bring in files and take them back"))

describe(
    {
        "connect.import.uploaded": _("File brought"),
        "connect.import.begun": _("Import begun"),
        "connect.import.done": _("Import done"),
        "connect.import.discarded": _("File thrown away"),
        "connect.import.undo_begun": _("Import is being taken back"),
        "connect.import.undone": _("Import taken back"),
        "connect.mapping.saved": _("Match of columns saved"),
    }
)
