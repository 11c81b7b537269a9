"""Orders, returns, payments, the khata, and what they add up to for a customer and a day."""

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "grahak.sales"
    label = "sales"

    def ready(self) -> None:
        from grahak.sales import hooks

        hooks.hang()
