"""The top of the house: settings, addresses, the command. Loads each room's access rules."""

from importlib import import_module

from django.apps import AppConfig

ROOMS = (
    "core",
    "customers",
    "catalogue",
    "sales",
    "channels",
    "warehouse",
    "insight",
    "marketing",
    "connect",
)


class ConfigConfig(AppConfig):
    name = "grahak.config"
    label = "config"

    def ready(self) -> None:
        for room in ROOMS:
            import_module(f"grahak.{room}.access")
        self._hang()

    @staticmethod
    def _hang() -> None:
        from grahak.config import needs
        from grahak.config.demo import leave_demo, progress, start_demo
        from grahak.core.registry import registry

        registry.demo_starter = lambda request: start_demo(by=None)
        registry.demo_leaver = lambda person: leave_demo(by=person)
        registry.demo_progress = progress.shown
        needs.hang()
