"""Who may see and change items."""

from grahak.core.access import EVERYONE, grant

grant("catalogue.view", **dict.fromkeys(EVERYONE, "all"))
grant("catalogue.edit", counter="all")
