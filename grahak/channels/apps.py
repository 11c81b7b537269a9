"""How messages leave and come back: providers, the sending ledger, suppression, tracked links."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "grahak.channels"
    label = "channels"

    def ready(self) -> None:
        from grahak.channels import hooks

        hooks.hang()
