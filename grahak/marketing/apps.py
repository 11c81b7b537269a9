"""Campaigns: what is said to many, in their language, and what it sold."""

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "grahak.marketing"
    label = "marketing"

    def ready(self) -> None:
        from grahak.channels import renderers
        from grahak.marketing import hooks, rendering, segments

        renderers.register(rendering.RENDERER)
        hooks.hang()
        segments.hang()
