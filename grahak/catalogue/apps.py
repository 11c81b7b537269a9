"""Items, categories and the codes that are services or fees."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "grahak.catalogue"
    label = "catalogue"
