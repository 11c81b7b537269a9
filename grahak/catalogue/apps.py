"""Items, categories and the codes that are services or fees."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CatalogueConfig(AppConfig):
    name = "grahak.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from grahak.catalogue.codes import start_with_usual_codes
        from grahak.catalogue.models import Category, Product
        from grahak.catalogue.search import items
        from grahak.core import changes
        from grahak.core.events import on
        from grahak.core.registry import NavLink, registry

        registry.add(
            NavLink(_("Items"), "catalogue:list", "item", "catalogue.view", group=2, order=60, key="i")
        )
        registry.add_new(
            NavLink(
                pgettext_lazy("new", "Item"), "catalogue:new", "item", "catalogue.edit", order=40, key="i"
            )
        )
        registry.add_settings(
            NavLink(
                _("Services and fees"),
                "catalogue:codes",
                "receipt",
                "settings.edit",
                group=1,
                order=40,
                says=_("Codes on bills that are postage, packing or fees rather than goods."),
            )
        )
        registry.searches.append(items)
        changes.follow("product", Product)
        changes.follow("category", Category, columns=("name",))
        on("core.business.started", start_with_usual_codes)
