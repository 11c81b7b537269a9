"""Addresses of this room."""

from django.urls.resolvers import URLPattern, URLResolver

app_name = "channels"
urlpatterns: list[URLPattern | URLResolver] = []
