"""Files brought in."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "grahak.connect"
    label = "connect"

    def ready(self) -> None:
        from grahak.connect import panels

        panels.register()
