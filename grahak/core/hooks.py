"""What the ground floor itself hangs into the shell: the settings and their pages, and inviting colleagues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.core import audit_log
from grahak.core.registry import NavLink, registry

SETTINGS = NavLink(_("Settings"), "core:settings", "settings", "*", group=3, order=90, key="s")

SHOP = (
    NavLink(
        _("The shop"), "core:shop", "shop", "settings.edit", 1, 10,
        says=_("Name, logo, currency, time zone, fiscal year, language"),
    ),
    NavLink(
        _("Branches"), "core:branches", "branch", "settings.edit", 1, 20, says=_("Shops, counters and depots")
    ),
)  # fmt: skip
PEOPLE = (
    NavLink(
        _("People"), "core:people", "people", "people.view", 2, 10,
        says=_("Who may log in, as what, and inviting others"),
    ),
    NavLink(
        _("Roles"), "core:roles", "shield", "people.view", 2, 20,
        says=_("What each role may do, how far, and which facts it sees"),
    ),
    NavLink(
        _("Teams"), "core:teams", "team", "people.view", 2, 25,
        says=_("Who works on the same customers, and who leads them"),
    ),
    NavLink(
        _("My settings"), "core:me", "user", "*", 2, 30,
        says=_("Your language, theme, how dense lists are, your password"),
    ),
)  # fmt: skip
TRUST = (
    NavLink(
        _("Keys for programmes"), "core:keys", "key", "keys.edit", 3, 10,
        says=_("Let a web shop or another programme in"),
    ),
    NavLink(
        _("Who did what"), "core:audit", "history", "audit.view", 3, 20,
        says=_("Every change, download and log-in by whom and when"),
    ),
)  # fmt: skip
INVITE = NavLink(
    _("Invite colleagues"), "core:invite", "user-plus", "people.edit", order=30,
    says=_("They choose their own password; you choose what they see."),
)  # fmt: skip


def register() -> None:
    audit_log.hang()
    registry.add(SETTINGS)
    registry.add_settings(*SHOP, *PEOPLE, *TRUST)
    registry.add_first_steps(INVITE)
