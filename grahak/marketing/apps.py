"""Campaigns: what is said to many, in their language, and what it sold."""

from dataclasses import replace

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "grahak.marketing"
    label = "marketing"

    def ready(self) -> None:
        from grahak.channels import renderers
        from grahak.marketing import hooks, launch, rendering, segments
        from grahak.marketing.report import hooks as report_hooks

        renderers.register(replace(rendering.RENDERER, freeze=launch.freeze))
        hooks.hang()
        segments.hang()
        report_hooks.hang()
