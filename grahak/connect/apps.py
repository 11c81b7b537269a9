"""Files brought in."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "grahak.connect"
    label = "connect"

    def ready(self) -> None:
        from grahak.connect import erasing, merging, panels
        from grahak.connect.connectors import hooks as connectors
        from grahak.connect.intake import hooks

        panels.register()
        connectors.register()
        hooks.register()
        erasing.register()
        merging.register()
