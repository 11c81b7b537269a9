"""The ground floor: people who log in, access, settings, money, audit, jobs and the UI kit."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "grahak.core"
    label = "core"

    def ready(self) -> None:
        from grahak.core.registry import NavLink, registry

        registry.add(NavLink(_("Settings"), "core:settings", "settings", "*", group=3, order=90, key="s"))
        registry.add_settings(
            NavLink(
                _("The shop"),
                "core:shop",
                "shop",
                "settings.edit",
                1,
                10,
                says=_("Name, logo, currency, time zone, fiscal year, language"),
            ),
            NavLink(
                _("Branches"),
                "core:branches",
                "branch",
                "settings.edit",
                1,
                20,
                says=_("Shops, counters and depots"),
            ),
            NavLink(
                _("People"),
                "core:people",
                "people",
                "people.view",
                2,
                10,
                says=_("Who may log in, as what, and inviting others"),
            ),
            NavLink(
                _("Roles"), "core:roles", "shield", "people.view", 2, 20, says=_("What each role may do")
            ),
            NavLink(
                _("My settings"),
                "core:me",
                "user",
                "*",
                2,
                30,
                says=_("Your language, theme, how dense lists are, your password"),
            ),
            NavLink(
                _("Keys for programmes"),
                "core:keys",
                "key",
                "keys.edit",
                3,
                10,
                says=_("Let a web shop or another programme in"),
            ),
            NavLink(
                _("Who did what"),
                "core:audit",
                "history",
                "audit.view",
                3,
                20,
                says=_("Every change, download and log-in by whom and when"),
            ),
        )
        registry.add_first_steps(
            NavLink(
                _("Invite colleagues"),
                "core:invite",
                "user-plus",
                "people.edit",
                order=30,
                says=_("They choose their own password; you choose what they see."),
            ),
        )
