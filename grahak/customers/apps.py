"""Customers, contacts, identities, consent, tags, the timeline and how people are found."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "grahak.customers"
    label = "customers"

    def ready(self) -> None:
        from grahak.customers import hooks

        hooks.register()
