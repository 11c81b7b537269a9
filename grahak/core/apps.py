"""The ground floor: people who log in, access, settings, money, audit, jobs and the UI kit."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "grahak.core"
    label = "core"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        from grahak.core import changes, hooks
        from grahak.core.models import Branch

        hooks.register()
        changes.follow("branch", Branch, columns=("name",))
        pre_migrate.connect(changes.before_migrate, dispatch_uid="changes.before")
        post_migrate.connect(changes.after_migrate, dispatch_uid="changes.after")
