"""Addresses of this room."""

from django.urls.resolvers import URLPattern, URLResolver

app_name = "sales"
urlpatterns: list[URLPattern | URLResolver] = []
