"""A columnar copy of the records for questions about many: a star schema in DuckLake, kept within two seconds."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "grahak.warehouse"
    label = "warehouse"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from grahak.warehouse import hooks

        hooks.hang()
