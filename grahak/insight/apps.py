"""Metrics with one definition, RFM, and the home page."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "grahak.insight"
    label = "insight"

    def ready(self) -> None:
        from grahak.insight import hooks

        hooks.hang()
