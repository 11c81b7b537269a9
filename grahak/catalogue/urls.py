"""Addresses of this room."""

from django.urls.resolvers import URLPattern, URLResolver

app_name = "catalogue"
urlpatterns: list[URLPattern | URLResolver] = []
