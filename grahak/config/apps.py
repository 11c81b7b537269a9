"""The top of the house: settings, addresses, the command. Loads each room's access rules."""

from importlib import import_module

from django.apps import AppConfig

ROOMS = ("core", "customers", "catalogue", "sales", "channels", "insight", "marketing", "connect")


class ConfigConfig(AppConfig):
    name = "grahak.config"
    label = "config"

    def ready(self) -> None:
        for room in ROOMS:
            import_module(f"grahak.{room}.access")
