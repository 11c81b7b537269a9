"""Addresses of this room."""

from django.urls.resolvers import URLPattern, URLResolver

app_name = "connect"
urlpatterns: list[URLPattern | URLResolver] = []
