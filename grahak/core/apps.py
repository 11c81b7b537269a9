"""The ground floor: people who log in, access, settings, money, audit, jobs and the UI kit."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "grahak.core"
    label = "core"

    def ready(self) -> None:
        from grahak.core import hooks

        hooks.register()
