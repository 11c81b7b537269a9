"""Files brought in."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "grahak.connect"
    label = "connect"

    def ready(self) -> None:
        from grahak.connect import erasing, merging, panels
        from grahak.connect.connectors import hooks as connectors
        from grahak.connect.exporting import hooks as exporting
        from grahak.connect.intake import hooks
        from grahak.connect.rules import hooks as rules
        from grahak.connect.webhooks import hooks as webhooks

        panels.register()
        rules.register()
        connectors.register()
        hooks.register()
        webhooks.register()
        exporting.register()
        erasing.register()
        merging.register()
