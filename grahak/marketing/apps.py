"""Campaigns: what is said to many, in their language, and what it sold."""

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "grahak.marketing"
    label = "marketing"

    def ready(self) -> None:
        from grahak.channels import renderers
        from grahak.channels.renderers import Renderer
        from grahak.marketing import hooks, launch, merging, rendering, segments
        from grahak.marketing import renderers as short
        from grahak.marketing.forms_public import hooks as forms_hooks
        from grahak.marketing.report import hooks as report_hooks

        whole = Renderer(rendering.NAME, None, rendering.render, freeze=launch.freeze)
        renderers.register(whole)
        short.register(whole)
        hooks.hang()
        merging.register()
        segments.hang()
        report_hooks.hang()
        forms_hooks.hang()
