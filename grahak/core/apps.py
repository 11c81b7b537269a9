"""The ground floor: people who log in, access, settings, money, audit, jobs and the UI kit."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "grahak.core"
    label = "core"
