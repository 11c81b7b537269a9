"""Addresses of this room."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.warehouse.views import warehouse

app_name = "warehouse"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/warehouse/", warehouse.page, name="page"),
    path("settings/warehouse/rebuild/", warehouse.rebuild, name="rebuild"),
    path("settings/warehouse/count/", warehouse.count, name="count"),
    path("settings/warehouse/copies/", warehouse.choose, name="choose"),
    path("settings/warehouse/copies/<slug:name>.parquet", warehouse.download, name="download"),
]
