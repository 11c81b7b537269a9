"""Who may bring files in and take them back."""

from grahak.core.access import grant

grant("imports.view", analyst="all")
grant("imports.edit")
