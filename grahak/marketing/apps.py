"""Campaigns: what is said to many, in their language, and what it sold."""

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "grahak.marketing"
    label = "marketing"
