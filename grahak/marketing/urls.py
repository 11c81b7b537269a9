"""Addresses of this room."""

from django.urls.resolvers import URLPattern, URLResolver

app_name = "marketing"
urlpatterns: list[URLPattern | URLResolver] = []
